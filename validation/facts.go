package validation

import (
	"time"

	"github.com/voucherify-go/voucherify/location"
	"github.com/voucherify-go/voucherify/product"
)

// Facts are everything that rules can look at in one request. They are plain data: whoever evaluates rules fills them
// once and changes only what differs from one redeemable to the next. Programs read them in place and never change or
// keep them.
type Facts struct {
	Order      OrderFacts      `expr:"order"`
	Customer   CustomerFacts   `expr:"customer"`
	Redemption RedemptionFacts `expr:"redemption"`
	// At is the instant of the request in the project's time zone: "today" for conditions on dates.
	At time.Time `expr:"-"`
	// Areas are the project's locations by id, for conditions on points; nothing lies in one that is not there.
	Areas map[string]*location.Area `expr:"-"`
	// Event describes the custom event that is evaluated; without one, conditions about it are false.
	Event EventFacts `expr:"-"`
	// Usage is what each counter will hold after this redemption: what is committed, what earlier redeemables of the
	// request will add, and what this one adds. So "at most 1" means once. Only Program.Metrics need a value.
	Usage [NumMetrics]int64 `expr:"-"`
	// Spent is Usage without this redemption, for budgets that may be overshot once.
	Spent [NumMetrics]int64 `expr:"-"`
}

// OrderFacts describe the cart. Amounts are minor units.
type OrderFacts struct {
	// Present is false for a request without an order: conditions about the order are then false.
	Present bool `expr:"-"`
	// HasAmount is false when neither the order nor a line has a value: conditions about amounts are then false.
	HasAmount bool `expr:"-"`
	// Amount is the running value: what is left to pay after the redeemables before this one. It is what rules call
	// order.amount.
	Amount int64 `expr:"amount"`
	// TotalAmount is Amount less the discount of this redeemable. Only Program.After looks at it.
	TotalAmount int64 `expr:"total_amount"`
	// InitialAmount is the value before any discount or reward.
	InitialAmount int64 `expr:"initial_amount"`
	// Items are the lines with at least one unit.
	Items []ItemFacts `expr:"items"`
	// Quantity is the number of units in all Items.
	Quantity int64 `expr:"quantity"`
	// Metadata is the order's metadata. (Its type is not metadata.Map because facts must not have methods.)
	Metadata map[string]any `expr:"metadata"`
}

// ItemFacts describe one line. Price is minor units per unit, Amount the value of the line in minor units before
// discounts.
type ItemFacts struct {
	product.Identity
	Price int64 `expr:"price"`
	// HasPrice and HasAmount are false when the value is not known; conditions that need it are then false.
	HasPrice  bool  `expr:"has_price"`
	Quantity  int64 `expr:"quantity"`
	Amount    int64 `expr:"amount"`
	HasAmount bool  `expr:"has_amount"`
	// Metadata is the line's, ProductMetadata that of its SKU or product.
	Metadata        map[string]any `expr:"metadata"`
	ProductMetadata map[string]any `expr:"product_metadata"`
}

// CustomerFacts describe who buys.
type CustomerFacts struct {
	// Present is false for anonymous requests: conditions about the customer are then false.
	Present  bool           `expr:"-"`
	ID       string         `expr:"id"`
	SourceID string         `expr:"source_id"`
	Name     string         `expr:"name"`
	Email    string         `expr:"email"`
	Metadata map[string]any `expr:"metadata"`
	// Segments are the ids of the segments that the customer belongs to.
	Segments []string `expr:"segments"`
	// LoyaltyTiers are the ids of the loyalty tiers that the customer holds.
	LoyaltyTiers []string `expr:"loyalty_tiers"`
	// Holder says that the voucher of this redeemable was published to the customer. It is true for promotion tiers, which
	// have no holder, whoever asks.
	Holder bool `expr:"holder"`
	// MemberMetadata is that of the customer's loyalty card, for rules of rewards.
	MemberMetadata map[string]any `expr:"member_metadata"`
}

// EventFacts describe a custom event.
type EventFacts struct {
	// Present is false when the evaluation was not caused by an event.
	Present  bool           `expr:"-"`
	Metadata map[string]any `expr:"metadata"`
}

// RedemptionFacts describe the redemption itself.
type RedemptionFacts struct {
	// Metadata is what the request carries.
	Metadata map[string]any `expr:"metadata"`
	// DiscountAmount is the discount of this redeemable in minor units. Only Program.After looks at it.
	DiscountAmount int64 `expr:"discount_amount"`
	// APIKey and User name who made the call, as the host says; empty when it says nothing.
	APIKey string `expr:"api_key"`
	User   string `expr:"user"`
	// GiftCredits and Points are what this redeemable takes from a balance. Only Program.After looks at them.
	GiftCredits int64 `expr:"gift_credits"`
	Points      int64 `expr:"points"`
}

// Metric names a counter that rules look at, an index of Facts.Usage.
type Metric uint8

// The metrics; the comment is the rule name that looks at each. Those of the incentive count for the redeemable (voucher or
// tier), the others for its campaign; a voucher without a campaign is its own campaign. Days, weeks and months are calendar
// periods in the project's zone. Amounts are minor units.
const (
	IncentivePerCustomer      Metric = iota // redemption.count.per_customer
	CampaignRedemptions                     // campaign.redemptions.count
	CampaignPerCustomer                     // campaign.redemptions.customers_count
	CampaignOrdersAmount                    // campaign.orders.amount: values of orders before discounts
	CampaignDiscountAmount                  // campaign.orders.amount_discounted: known only after the discount
	CampaignGiftAmount                      // redemption.gift.amount: known only after the discount
	IncentiveDay                            // redemption.count.daily
	IncentiveWeek                           // redemption.count.weekly
	IncentiveMonth                          // redemption.count.monthly
	IncentivePerCustomerDay                 // redemption.count.per_customer.daily
	IncentivePerCustomerWeek                // redemption.count.per_customer.weekly
	IncentivePerCustomerMonth               // redemption.count.per_customer.monthly
	IncentivePerAPIKey                      // redemption.count.per_api_key
	IncentivePerUser                        // redemption.count.per_user
	CampaignDay                             // campaign.redemptions.count.daily
	CampaignWeek                            // campaign.redemptions.count.weekly
	CampaignMonth                           // campaign.redemptions.count.monthly
	CampaignPerCustomerDay                  // campaign.redemptions.customers_count.daily
	CampaignPerCustomerWeek                 // campaign.redemptions.customers_count.weekly
	CampaignPerCustomerMonth                // campaign.redemptions.customers_count.monthly
	NumMetrics                              // the number of metrics
)
