package order

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/voucherify-go/voucherify/fault"
)

// MarshalJSON writes the order with the presence rules of Voucherify's answers: amounts that no discount reached are
// left out, amounts that were reached stand even when they are 0.
func (o Order) MarshalJSON() ([]byte, error) {
	type plain Order
	out := struct {
		plain
		Items                      []itemJSON `json:"items,omitempty"`
		DiscountAmount             *int64     `json:"discount_amount,omitempty"`
		ItemsDiscountAmount        *int64     `json:"items_discount_amount,omitempty"`
		TotalDiscountAmount        *int64     `json:"total_discount_amount,omitempty"`
		AppliedDiscountAmount      *int64     `json:"applied_discount_amount,omitempty"`
		ItemsAppliedDiscountAmount *int64     `json:"items_applied_discount_amount,omitempty"`
		TotalAppliedDiscountAmount *int64     `json:"total_applied_discount_amount,omitempty"`
		TotalAmount                *int64     `json:"total_amount,omitempty"`
		Object                     string     `json:"object"`
	}{plain: plain(o), Object: "order"}
	out.Items = make([]itemJSON, len(o.Items))
	for i := range o.Items { // as values, not by their own method, so that the text is gone through once
		out.Items[i] = o.Items[i].json()
	}
	touched := o.Touched
	either := touched&(TouchedOrder|TouchedItems) != 0
	show(&out.DiscountAmount, o.DiscountAmount, touched&TouchedOrder != 0)
	show(&out.ItemsDiscountAmount, o.ItemsDiscountAmount, touched&TouchedItems != 0)
	show(&out.TotalDiscountAmount, o.TotalDiscountAmount, either)
	show(&out.AppliedDiscountAmount, o.AppliedDiscountAmount, touched&(TouchedOrder|TouchedApplied) != 0)
	show(&out.ItemsAppliedDiscountAmount, o.ItemsAppliedDiscountAmount, touched&TouchedItems != 0)
	show(&out.TotalAppliedDiscountAmount, o.TotalAppliedDiscountAmount, either || touched&TouchedApplied != 0)
	show(&out.TotalAmount, o.TotalAmount, touched&Calculated != 0)
	return json.Marshal(out)
}

// UnmarshalJSON reads an order; fields that are present, also with 0, set Touched accordingly.
func (o *Order) UnmarshalJSON(text []byte) error {
	type plain Order
	in := struct {
		*plain
		DiscountAmount             *int64 `json:"discount_amount"`
		ItemsDiscountAmount        *int64 `json:"items_discount_amount"`
		TotalDiscountAmount        *int64 `json:"total_discount_amount"`
		AppliedDiscountAmount      *int64 `json:"applied_discount_amount"`
		ItemsAppliedDiscountAmount *int64 `json:"items_applied_discount_amount"`
		TotalAppliedDiscountAmount *int64 `json:"total_applied_discount_amount"`
		TotalAmount                *int64 `json:"total_amount"`
	}{plain: (*plain)(o)}
	o.Touched = 0
	if err := json.Unmarshal(text, &in); err != nil {
		return atLine(text, err)
	}
	orderLevel := read(&o.DiscountAmount, in.DiscountAmount)
	itemLevel := read(&o.ItemsDiscountAmount, in.ItemsDiscountAmount)
	itemLevel = read(&o.ItemsAppliedDiscountAmount, in.ItemsAppliedDiscountAmount) || itemLevel
	read(&o.TotalDiscountAmount, in.TotalDiscountAmount)
	applied := read(&o.AppliedDiscountAmount, in.AppliedDiscountAmount)
	read(&o.TotalAppliedDiscountAmount, in.TotalAppliedDiscountAmount)
	if read(&o.TotalAmount, in.TotalAmount) {
		o.Touched |= Calculated
	}
	switch {
	case orderLevel:
		o.Touched |= TouchedOrder
	case applied:
		o.Touched |= TouchedApplied
	}
	if itemLevel {
		o.Touched |= TouchedItems
	}
	return nil
}

// atLine adds to the refusal of a line which line it is.
func atLine(text []byte, err error) error {
	var refused *fault.Error
	var in struct {
		Items []json.RawMessage `json:"items"`
	}
	if !errors.As(err, &refused) || json.Unmarshal(text, &in) != nil {
		return err
	}
	for i, line := range in.Items {
		if err := json.Unmarshal(line, new(Item)); err != nil {
			return fault.Within(at("items", i), err)
		}
	}
	return err
}

// plainItem is a line without its methods.
type plainItem Item

// itemJSON is a line as it is written.
type itemJSON struct {
	plainItem
	InitialQuantity       *int64 `json:"initial_quantity,omitempty"`
	InitialAmount         *int64 `json:"initial_amount,omitempty"`
	DiscountAmount        *int64 `json:"discount_amount,omitempty"`
	AppliedDiscountAmount *int64 `json:"applied_discount_amount,omitempty"`
	SubtotalAmount        *int64 `json:"subtotal_amount,omitempty"`
	Object                string `json:"object"`
}

// MarshalJSON writes the line; a calculated line always has its initial values and its subtotal, also when they are 0.
func (i Item) MarshalJSON() ([]byte, error) { return json.Marshal(i.json()) }

func (i *Item) json() itemJSON {
	out := itemJSON{plainItem: plainItem(*i), Object: "order_item"}
	priced := i.Amount != nil
	show(&out.InitialQuantity, i.InitialQuantity, i.InitialKnown)
	show(&out.InitialAmount, i.InitialAmount, i.InitialKnown && priced)
	show(&out.DiscountAmount, i.DiscountAmount, i.Touched)
	show(&out.AppliedDiscountAmount, i.AppliedDiscountAmount, i.Touched)
	show(&out.SubtotalAmount, i.SubtotalAmount, i.InitialKnown && priced)
	return out
}

// UnmarshalJSON reads a line. A quantity may be a numeric string, as some integrations send it; an explicit quantity
// below 1 is refused, since a line of nothing is a mistake of the caller.
func (i *Item) UnmarshalJSON(text []byte) error {
	type plain Item
	in := struct {
		*plain
		Quantity              json.RawMessage `json:"quantity"`
		InitialQuantity       *int64          `json:"initial_quantity"`
		DiscountAmount        *int64          `json:"discount_amount"`
		AppliedDiscountAmount *int64          `json:"applied_discount_amount"`
	}{plain: (*plain)(i)}
	i.InitialKnown, i.Touched = false, false
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	i.InitialKnown = read(&i.InitialQuantity, in.InitialQuantity)
	i.Touched = read(&i.DiscountAmount, in.DiscountAmount)
	i.Touched = read(&i.AppliedDiscountAmount, in.AppliedDiscountAmount) || i.Touched
	if in.Quantity == nil || string(in.Quantity) == "null" {
		return nil
	}
	quantity, err := strconv.ParseInt(string(bytes.Trim(in.Quantity, `"`)), 10, 64)
	if err != nil || quantity < 1 {
		return fault.Invalid("quantity", "%s is not a whole number of at least 1", in.Quantity)
	}
	i.Quantity = quantity
	return nil
}

func show(field **int64, value int64, always bool) {
	if always || value != 0 {
		*field = &value
	}
}

func read(field *int64, value *int64) bool {
	if value == nil {
		return false
	}
	*field = *value
	return true
}
