package redemption

import (
	"time"

	"github.com/voucherify-go/voucherify/discount/formula"
	"github.com/voucherify-go/voucherify/metadata"
)

// values supplies the operands of formulas that are not about the order.
type values struct {
	c *calculation
	t *turn
}

// Operand implements formula.Env.
func (v *values) Operand(name formula.Operand) (formula.Value, bool) {
	now := v.c.snapshot.Now.In(v.c.catalogue.zone)
	switch name {
	case formula.Now:
		return formula.Date(now), true
	case formula.Today:
		return formula.Date(time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())), true
	case formula.CustomerBirthdate:
		return v.birthdate(now.Location())
	case formula.PromotionTierStartDate:
		return v.date(v.t.voucher == nil, v.t.incentive.window.StartDate)
	case formula.PromotionTierExpirationDate:
		return v.date(v.t.voucher == nil, v.t.incentive.window.ExpirationDate)
	case formula.VoucherStartDate:
		return v.date(v.t.voucher != nil, v.t.incentive.window.StartDate)
	case formula.VoucherExpirationDate:
		return v.date(v.t.voucher != nil, v.t.incentive.window.ExpirationDate)
	}
	return v.usage(name)
}

// usage answers the operands about how often a voucher was and can be used.
func (v *values) usage(name formula.Operand) (formula.Value, bool) {
	code := v.t.voucher
	if code == nil {
		return formula.Value{}, false
	}
	switch name {
	case formula.VoucherRedemptionQuantity:
		if code.Redemption.Quantity == nil {
			return formula.Value{}, false
		}
		return formula.Int(*code.Redemption.Quantity), true
	case formula.VoucherRedeemedQuantity:
		return formula.Int(v.c.used(CounterKey{Metric: CountVoucher, Subject: code.ID})), true
	case formula.VoucherPublishCount:
		return formula.Int(v.c.published(code, v.t.incentive)), true
	}
	return formula.Value{}, false
}

func (v *values) date(known bool, at *time.Time) (formula.Value, bool) {
	if !known || at == nil {
		return formula.Value{}, false
	}
	return formula.Date(at.In(v.c.catalogue.zone)), true
}

func (v *values) birthdate(zone *time.Location) (formula.Value, bool) {
	if v.c.customer == nil {
		return formula.Value{}, false
	}
	born, err := time.ParseInLocation(time.DateOnly, v.c.customer.Birthdate, zone)
	return formula.Date(born), err == nil
}

// Metadata implements formula.Env.
func (v *values) Metadata(group formula.Group, key string) (formula.Value, bool) {
	var from metadata.Map
	switch group {
	case formula.RedeemableMetadata:
		from = v.t.incentive.metadata
	case formula.RedemptionMetadata:
		from = v.c.request.Metadata
	case formula.CustomerMetadata:
		if v.c.customer != nil {
			from = v.c.customer.Metadata
		}
	}
	value, ok := from[key]
	if !ok {
		return formula.Value{}, false
	}
	return formula.FromMetadata(value)
}
