package loyalty

import (
	"slices"
	"strconv"

	"github.com/voucherify-go/voucherify/discount/formula"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/product"
)

// Check reports the first thing that is wrong with the rule by itself: what it names is looked up later.
func (r *EarningRule) Check() error {
	switch {
	case len(r.Source.Banner) > MaxBanner:
		return fault.Invalid("source.banner", "is longer than %d bytes", MaxBanner)
	case r.Event == "" && r.CustomEvent == nil:
		return fault.Invalid("event", "is required")
	}
	if err := r.checkSelector(); err != nil {
		return err
	}
	if err := r.Loyalty.check(r.Event); err != nil {
		return fault.Within("loyalty", err)
	}
	if p := r.PendingPoints; p != nil {
		switch {
		case r.Event != OrderPaid:
			return fault.Invalid("pending_points", "is for %s only", OrderPaid)
		case p.PeriodType != "DAY":
			return fault.Invalid("pending_points.period_type", "%q is not DAY", p.PeriodType)
		case p.PeriodValue < 1 || p.PeriodValue > MaxPendingDays:
			return fault.Invalid("pending_points.period_value", "%d is not between 1 and %d days", p.PeriodValue, MaxPendingDays)
		}
	}
	if err := r.ExpirationRules.Check(); err != nil {
		return fault.Within("expiration_rules", err)
	}
	if err := r.Window.CheckAlone(); err != nil {
		return err
	}
	if err := r.Metadata.Check("metadata"); err != nil {
		return err
	}
	return nil
}

// checkSelector checks that the rule selects what its event is about, and nothing else.
func (r *EarningRule) checkSelector() error {
	custom := IsCustomEvent(r.Event)
	for _, s := range [...]struct {
		field  string
		given  bool
		wanted bool
	}{
		{"custom_event.schema_id", r.CustomEvent != nil && r.CustomEvent.SchemaID != "", custom && r.Event == ""},
		{"segment.id", r.Segment != nil && r.Segment.ID != "", r.Event == SegmentEntered},
		{"loyalty_tier.id", r.LoyaltyTier != nil && r.LoyaltyTier.ID != "", IsTierEvent(r.Event)},
	} {
		if s.wanted && !s.given {
			return fault.Invalid(s.field, "is required")
		}
	}
	switch {
	case r.CustomEvent != nil && !custom:
		return fault.Invalid("custom_event", "does not go with the event %s", r.Event)
	case r.Segment != nil && r.Event != SegmentEntered:
		return fault.Invalid("segment", "is for %s only", SegmentEntered)
	case r.LoyaltyTier != nil && !IsTierEvent(r.Event):
		return fault.Invalid("loyalty_tier", "is for moves between tiers only")
	}
	return nil
}

// check reports what is wrong with what an event is worth.
func (e *Earning) check(event string) error {
	switch e.Type {
	case Fixed:
		if e.CalculationType != "" || e.Order != nil || e.OrderItems != nil || e.Customer != nil || e.CustomEvent != nil {
			return fault.Invalid("calculation_type", "is for %s only", Proportional)
		}
		if e.Points < 1 || e.Points > ledger.Points(money.Max) {
			return fault.Invalid("points", "%d is not between 1 and %d", e.Points, money.Max)
		}
		_, err := e.formula(event)
		return err
	case Proportional:
		if e.Points != 0 || e.PointsFormula != "" {
			return fault.Invalid("points", "is for %s only", Fixed)
		}
		return e.checkRatio(event)
	}
	return fault.Invalid("type", "%q is not one of %s, %s", e.Type, Fixed, Proportional)
}

// ofOrder are the operands that only an order has.
var ofOrder = []formula.Operand{
	formula.OrderAmount, formula.OrderItemsQuantity, formula.OrderUnitsQuantity,
}

// elsewhere are operands and metadata that no earning rule has.
var (
	elsewhere = []formula.Operand{
		formula.BundleQuantity, formula.OrderItemPrice, formula.OrderItemAmount, formula.OrderItemSubtotal, formula.OrderItemUnitsQuantity,
		formula.VoucherRedemptionQuantity, formula.VoucherRedeemedQuantity, formula.VoucherPublishCount, formula.VoucherStartDate,
		formula.VoucherExpirationDate, formula.PromotionTierStartDate, formula.PromotionTierExpirationDate,
	}
	elsewhereMetadata = []formula.Group{
		formula.RedeemableMetadata, formula.RedemptionMetadata, formula.PublicationMetadata, formula.OrderItemMetadata,
		formula.OrderItemProductMetadata,
	}
)

// formula parses the formula of the points; nil without one. Values that the event does not have are refused.
func (e *Earning) formula(event string) (*formula.Formula, error) {
	if e.PointsFormula == "" {
		return nil, nil //nolint:nilnil // a formula is optional
	}
	f, err := formula.Parse(e.PointsFormula)
	if err != nil {
		return nil, fault.New(fault.InvalidFormula, "%v", err).At("points_formula")
	}
	for _, o := range elsewhere {
		if f.Uses(o) {
			return nil, fault.New(fault.InvalidFormula, "%s has no value in an earning rule", o).At("points_formula")
		}
	}
	for _, g := range elsewhereMetadata {
		if f.UsesMetadata(g) {
			return nil, fault.New(fault.InvalidFormula, "%s has no value in an earning rule", g).At("points_formula")
		}
	}
	order := f.UsesItems() || f.UsesMetadata(formula.OrderMetadata) || slices.ContainsFunc(ofOrder, f.Uses)
	if order && event != OrderPaid {
		return nil, fault.New(fault.InvalidFormula, "there is no order in the event %s", event).At("points_formula")
	}
	return f, nil
}

// calculation is one way in which PROPORTIONAL points are found.
type calculation struct {
	path     string
	property bool // of metadata
	of       func(*Earning) *ItemsRatio
	event    func(string) bool
}

func plain(r *Ratio) *ItemsRatio {
	if r == nil {
		return nil
	}
	return &ItemsRatio{Ratio: *r}
}

func paysOrders(event string) bool { return event == OrderPaid }

// calculations are the types of calculation with where their ratio stands.
var calculations = map[CalculationType]calculation{
	ByOrderAmount:         {"order.amount", false, func(e *Earning) *ItemsRatio { return plain(valueOf(e.Order).Amount) }, paysOrders},
	ByOrderTotalAmount:    {"order.total_amount", false, func(e *Earning) *ItemsRatio { return plain(valueOf(e.Order).TotalAmount) }, paysOrders},
	ByOrderMetadata:       {"order.metadata", true, func(e *Earning) *ItemsRatio { return plain(valueOf(e.Order).Metadata) }, paysOrders},
	ByItemsQuantity:       {"order_items.quantity", false, func(e *Earning) *ItemsRatio { return valueOf(e.OrderItems).Quantity }, paysOrders},
	ByItemsAmount:         {"order_items.amount", false, func(e *Earning) *ItemsRatio { return valueOf(e.OrderItems).Amount }, paysOrders},
	ByItemsSubtotalAmount: {"order_items.subtotal_amount", false, func(e *Earning) *ItemsRatio { return valueOf(e.OrderItems).SubtotalAmount }, paysOrders},
	ByCustomerMetadata:    {"customer.metadata", true, func(e *Earning) *ItemsRatio { return plain(valueOf(e.Customer).Metadata) }, func(string) bool { return true }},
	ByEventMetadata:       {"custom_event.metadata", true, func(e *Earning) *ItemsRatio { return plain(valueOf(e.CustomEvent).Metadata) }, IsCustomEvent},
}

// valueOf is what a pointer points to, or nothing.
func valueOf[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// Ratio is the ratio that counts; nil for FIXED.
func (e *Earning) Ratio() *ItemsRatio {
	c, ok := calculations[e.CalculationType]
	if !ok {
		return nil
	}
	return c.of(e)
}

// Property names the metadata that counts: the kind of object that has it, its name there, and the field of the rule that says so;
// empty without one.
func (e *Earning) Property() (object, property, field string) {
	objects := map[CalculationType]string{
		ByOrderMetadata: metadata.OfOrder, ByCustomerMetadata: metadata.OfCustomer, ByEventMetadata: "custom_event",
	}
	object = objects[e.CalculationType]
	if r := e.Ratio(); object != "" && r != nil {
		return object, r.Property, calculations[e.CalculationType].path + ".property"
	}
	return "", "", ""
}

func (e *Earning) checkRatio(event string) error {
	c, known := calculations[e.CalculationType]
	switch {
	case !known:
		return fault.Invalid("calculation_type", "%q is not a type of calculation", e.CalculationType)
	case !c.event(event):
		return fault.Invalid("calculation_type", "%s does not go with the event %s", e.CalculationType, event)
	}
	for _, kind := range []CalculationType{
		ByOrderAmount, ByOrderTotalAmount, ByOrderMetadata, ByItemsQuantity, ByItemsAmount, ByItemsSubtotalAmount, ByCustomerMetadata, ByEventMetadata,
	} {
		if other := calculations[kind]; kind != e.CalculationType && other.of(e) != nil {
			return fault.Invalid(other.path, "does not go with %s", e.CalculationType)
		}
	}
	r := c.of(e)
	if r == nil {
		return fault.Invalid(c.path, "is required with %s", e.CalculationType)
	}
	if err := r.check(c.property, c.path == "order_items.quantity" || c.path == "order_items.amount" || c.path == "order_items.subtotal_amount"); err != nil {
		return fault.Within(c.path, err)
	}
	return nil
}

// check reports what is wrong with a ratio of metadata or of lines.
func (r *ItemsRatio) check(property, items bool) error {
	switch {
	case r.Every < 1 || r.Every > money.Max:
		return fault.Invalid("every", "%d is not between 1 and %d", r.Every, money.Max)
	case r.Points < 1 || r.Points > ledger.Points(money.Max):
		return fault.Invalid("points", "%d is not between 1 and %d", r.Points, money.Max)
	case property && (r.Property == "" || len(r.Property) > maxProperty):
		return fault.Invalid("property", "must have between 1 and %d bytes", maxProperty)
	case !property && r.Property != "":
		return fault.Invalid("property", "is for metadata only")
	case !items:
		return nil
	case r.ID != "" && len(r.ApplicableTo) > 0:
		return fault.Invalid("applicable_to", "does not go with id")
	case len(r.ApplicableTo) > MaxEarningTargets:
		return fault.Invalid("applicable_to", "has %d entries, at most %d are allowed", len(r.ApplicableTo), MaxEarningTargets)
	case r.ID == "" && len(r.ApplicableTo) == 0:
		return fault.Invalid("id", "is required, or applicable_to")
	}
	for i, ref := range r.Targets() {
		if err := ref.Check(); err != nil {
			if r.ID != "" {
				return err
			}
			return err.At("applicable_to[" + strconv.Itoa(i) + "]")
		}
	}
	return nil
}

// Targets are the products whose lines count.
func (r *ItemsRatio) Targets() []product.Ref {
	if r.ID != "" {
		return []product.Ref{{ID: r.ID, Object: r.Object}}
	}
	return r.ApplicableTo
}
