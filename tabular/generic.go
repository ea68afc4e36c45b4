package tabular

import (
	"encoding/json"
	"strings"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// Generic are the columns of coupons and gift cards without a campaign; Voucher Type says of each row which it is. The names
// of an export of vouchers mean the same columns, so that an export can be imported.
func Generic() *Table[Voucher] {
	t := codes(
		redeemedAmount,
		column[Voucher]{
			name: typeColumn, fields: []string{"type"}, required: true,
			read: func(c *cell, v *Voucher) error { v.Type = voucher.Type(strings.ToUpper(c.text)); return nil },
		},
		column[Voucher]{name: valueColumn, required: true, fields: []string{
			"value", "gift.amount", "discount.amount_off", "discount.percent_off", "discount.fixed_amount", "discount.unit_off", "gift", "discount",
		}},
		column[Voucher]{name: discountColumn, fields: []string{"discount.type"}},
		column[Voucher]{name: effectColumn, fields: []string{"discount.effect", "gift.effect"}},
		column[Voucher]{name: formulaColumn, fields: []string{
			"discount.amount_off_formula", "discount.percent_off_formula", "discount.fixed_amount_formula", "discount.unit_off_formula",
		}},
		column[Voucher]{name: unitColumn, fields: []string{"discount.unit_type"}},
		column[Voucher]{name: limitColumn, fields: []string{"discount.amount_limit"}},
		column[Voucher]{name: balanceColumn, fields: []string{"gift.balance"}},
		column[Voucher]{
			name: "Validation Rule ID", aliases: []string{"validation_rules_id"}, fields: []string{"validation_rules"},
			read: func(c *cell, v *Voucher) error { v.ValidationRules = c.list(); return nil },
		},
		column[Voucher]{
			name: "Redemption Limit", aliases: []string{"redemption_quantity"}, fields: []string{"redemption.quantity"},
			read: func(c *cell, v *Voucher) error {
				limit, err := c.integer()
				v.Redemption.Quantity = &limit
				return err
			},
		},
		column[Voucher]{
			name: "Additional Info", fields: []string{"additional_info"},
			read: func(c *cell, v *Voucher) error { v.AdditionalInfo = c.text; return nil },
		},
		column[Voucher]{name: intervalColumn, fields: []string{"validity_timeframe.interval"}},
		column[Voucher]{name: durationColumn, fields: []string{"validity_timeframe.duration", "validity_timeframe"}},
		column[Voucher]{
			name: "Validity Day Of Week", fields: []string{"validity_day_of_week"}, read: func(c *cell, v *Voucher) (err error) {
				v.DaysOfWeek, err = c.days()
				return err
			},
		},
	)
	t.finish = finishGeneric
	return t
}

// finishGeneric reads what depends on the type of the row.
func finishGeneric(r *record[Voucher], v *Voucher) error {
	if err := readTimeframe(r, v); err != nil {
		return err
	}
	effect := discount.Effect(strings.ToUpper(r.cell(effectColumn).text))
	var err error
	switch v.Type {
	case voucher.DiscountVoucher:
		err = readDiscount(r, v, effect)
	case voucher.GiftVoucher:
		err = readGift(r, v, effect)
	default:
		err = fault.New(fault.NotSupported, "%q is not one of %s, %s", string(v.Type), voucher.DiscountVoucher, voucher.GiftVoucher).At("type")
	}
	if err != nil {
		return err
	}
	return v.Check()
}

func readTimeframe(r *record[Voucher], v *Voucher) error {
	interval, duration := r.cell(intervalColumn), r.cell(durationColumn)
	if interval.text == "" && duration.text == "" {
		return nil
	}
	v.Timeframe = &validity.Timeframe{}
	for _, part := range [...]struct {
		cell  *cell
		field string
		into  *validity.Duration
	}{{interval, "interval", &v.Timeframe.Interval}, {duration, "duration", &v.Timeframe.Duration}} {
		var err error
		if *part.into, err = part.cell.duration(); err != nil {
			return fault.Within("validity_timeframe", fault.Within(part.field, err))
		}
	}
	return nil
}

// readDiscount reads the discount of a coupon.
func readDiscount(r *record[Voucher], v *Voucher, effect discount.Effect) error {
	value, formula := r.cell(valueColumn), r.cell(formulaColumn).text
	d := discount.Discount{Type: discount.Type(strings.ToUpper(r.cell(discountColumn).text)), Effect: effect}
	if limit := r.cell(limitColumn); limit.text != "" {
		amount, err := limit.money()
		if err != nil {
			return fault.Within("discount.amount_limit", err)
		}
		d.AmountLimit = &amount
	}
	v.Discount = &d
	switch d.Type {
	case discount.Amount:
		d.AmountOffFormula = formula
		return amountInto(&d.AmountOff, value.money, "discount.amount_off")
	case discount.Price:
		d.FixedAmountFormula = formula
		return amountInto(&d.FixedAmount, value.money, "discount.fixed_amount")
	case discount.Units:
		d.UnitOffFormula, d.UnitType = formula, r.cell(unitColumn).text
		return amountInto(&d.UnitOff, value.integer, "discount.unit_off")
	case discount.Rate:
		d.PercentOffFormula = formula
		percent, err := value.number()
		if err != nil {
			return fault.Within("discount.percent_off", err)
		}
		d.PercentOff = json.Number(percent.String())
		return nil
	case "":
		return fault.Invalid("discount.type", "is required for %s", voucher.DiscountVoucher)
	}
	return fault.Invalid("discount.type", "%q is not one of %s, %s, %s, %s", string(d.Type),
		discount.Amount, discount.Rate, discount.Price, discount.Units)
}

func amountInto(field **int64, read func() (int64, error), path string) error {
	amount, err := read()
	if err != nil {
		return fault.Within(path, err)
	}
	*field = &amount
	return nil
}

// readGift reads the money of a gift card. A balance beside it says what was spent, so that an export of a used card does not
// fill it up again.
func readGift(r *record[Voucher], v *Voucher, effect discount.Effect) error {
	for _, name := range [...]string{discountColumn, formulaColumn, unitColumn, limitColumn} {
		if r.cell(name).text != "" {
			return fault.New(fault.InvalidVoucher, "a voucher of type %s has no discount", v.Type).At("discount.type")
		}
	}
	amount, err := r.cell(valueColumn).money()
	if err != nil {
		return fault.Within("gift.amount", err)
	}
	v.Gift = &Gift{Amount: ledger.Credits(amount), Effect: effect}
	left := r.cell(balanceColumn)
	if left.text == "" {
		return nil
	}
	balance, err := left.money()
	if err != nil {
		return fault.Within("gift.balance", err)
	}
	spent := v.Gift.Amount - ledger.Credits(balance)
	if known := v.Redemption.RedeemedAmount; known != 0 && known != spent {
		return fault.New(fault.InvalidAmount, "%d is not what is left of %d when %d are redeemed", balance, amount, known).At("gift.balance")
	}
	v.Redemption.RedeemedAmount = spent
	return nil
}
