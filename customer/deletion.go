package customer

import "time"

// Deletion is the account of a permanent deletion. It holds nothing but the id that the customer had.
type Deletion struct {
	ID string `json:"id"`
	// RelatedObjectID is the id that the customer had, RelatedObject is "customer".
	RelatedObjectID string `json:"related_object_id"`
	RelatedObject   string `json:"related_object"`
	// Status is "DONE": a deletion is carried out as a whole or not at all.
	Status   string `json:"status"`
	DataJSON Counts `json:"data_json"`
	// Object is "pernament_deletion", as Voucherify spells it.
	Object    string    `json:"object"`
	CreatedAt time.Time `json:"created_at"`
	Version   int64     `json:"version,omitempty"`
}

// Counts are the numbers of records from which a customer was deleted.
type Counts struct {
	// Events are the events of the outbox about the customer; CustomerEvents those of them with a name that begins with
	// "customer.", OrderEvents with "customer.order.".
	Events         int `json:"events"`
	CustomerEvents int `json:"customer_events"`
	// DailyEvents is 0: the engine keeps none.
	DailyEvents int `json:"daily_events"`
	Segments    int `json:"segments"`
	Orders      int `json:"orders"`
	OrderEvents int `json:"order_events"`
	// Customer is 1, or 0 when the profile was deleted before.
	Customer int `json:"customer"`
	// Redemptions counts rollbacks and failed attempts as well, Holders the codes in the wallet, Answers the stored answers
	// of idempotent calls, Counters the limits and the summary of the customer, CustomEvents what the host has tracked. (Not fields of Voucherify.)
	Redemptions  int `json:"redemptions"`
	Publications int `json:"publications"`
	Holders      int `json:"holders"`
	Answers      int `json:"answers"`
	Counters     int `json:"counters"`
	CustomEvents int `json:"custom_events"`
	// Referrals counts whom the customer has brought and by whom he was, with the rewards. (Not a field of Voucherify.)
	Referrals int `json:"referrals"`
}

// Anything reports whether anything of the customer was there.
func (c Counts) Anything() bool { return c != Counts{} }
