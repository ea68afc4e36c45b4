package redemption

import (
	"strconv"

	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/record"
)

// VerbReturn names returns among the stored answers of idempotent calls.
const VerbReturn = "return"

// ReturnRequest asks for the share of single units: what the customer gets back for them, and what the campaigns get back
// of their discount. It is an addition to Voucherify.
type ReturnRequest struct {
	// IdempotencyKey works as on Request.
	IdempotencyKey string `json:"-"`
	// Redemption is the id of a parent or of a single redemption.
	Redemption string `json:"redemption"`
	// Lines name the units by the ids of the order's items.
	Lines  []ReturnLine `json:"lines"`
	Reason string       `json:"reason,omitempty"`
}

// Check reports the first thing that is wrong with the request by itself.
func (r *ReturnRequest) Check() error {
	switch {
	case len(r.IdempotencyKey) > MaxIdempotencyKey:
		return fault.Invalid("idempotency_key", "is longer than %d bytes", MaxIdempotencyKey)
	case r.Redemption == "" || len(r.Redemption) > MaxRedeemableID:
		return fault.Invalid("redemption", "must have between 1 and %d bytes", MaxRedeemableID)
	case len(r.Lines) == 0 || len(r.Lines) > order.MaxItems:
		return fault.Invalid("lines", "has %d lines, between 1 and %d are allowed", len(r.Lines), order.MaxItems)
	case len(r.Reason) > maxReason:
		return fault.Invalid("reason", "is longer than %d bytes", maxReason)
	}
	seen := make(map[string]bool, len(r.Lines))
	for i, l := range r.Lines {
		switch {
		case l.ItemID == "":
			return fault.Invalid(lineField(i, "item_id"), "is required")
		case l.Quantity < 1:
			return fault.Invalid(lineField(i, "quantity"), "%d is not at least 1", l.Quantity)
		case seen[l.ItemID]:
			return fault.Invalid(lineField(i, "item_id"), "%s stands twice", l.ItemID)
		}
		seen[l.ItemID] = true
	}
	return nil
}

// Hash identifies the content of the request, without its key.
func (r *ReturnRequest) Hash() (string, error) { return hashOf(r) }

func lineField(i int, field string) string { return "lines[" + strconv.Itoa(i) + "]." + field }

// PlanReturn plans the return of units. Each unit gives back its part of the frozen discount; the parts are rounded
// cumulatively, so that all units together give back exactly the discount, in whatever steps they come. The use of a code
// and of a product quota stays counted: only a rollback frees them. The order stays as it is.
func PlanReturn(s *Snapshot, request *ReturnRequest) (*Plan, *ReturnResult, error) {
	named := s.Redemptions[request.Redemption]
	switch {
	case named == nil:
		return nil, nil, fault.Missing("redemption", request.Redemption)
	case named.Result == Failure:
		return nil, nil, fault.New(fault.InvalidRedemption, "%s is a failed attempt, there is nothing to return", named.ID).At("redemption")
	case named.Parent != "":
		return nil, nil, fault.New(fault.InvalidRedemptionParent, "units are returned through the parent %s", named.Parent).At("redemption")
	}
	targets := standing(s, named)
	if len(targets) == 0 {
		return nil, nil, fault.New(fault.AlreadyRolledBack, "%s", named.ID)
	}
	r := &returning{snapshot: s, request: request, ids: s.IDs}
	total := r.entry()
	total.Lines = make([]ReturnLine, len(request.Lines))
	for i, line := range request.Lines {
		total.Lines[i] = ReturnLine{ItemID: line.ItemID, Quantity: line.Quantity}
	}
	for _, target := range targets {
		if err := r.giveShare(target, total); err != nil {
			return nil, nil, err
		}
	}
	sumUp(total)
	e := eventWriter{plan: &r.plan, snapshot: s, ids: r.ids}
	e.add(event.RedemptionReturned, named.ID, map[string]any{"redemption": map[string]any{"id": named.ID}, "return": total})
	if e.err != nil {
		return nil, nil, e.err
	}
	result := &ReturnResult{Redemption: named.ID, Return: total}
	if err := r.plan.freeze(VerbReturn, request.IdempotencyKey, request.Hash, s, result); err != nil {
		return nil, nil, err
	}
	return &r.plan, result, r.plan.Seal()
}

type returning struct {
	snapshot *Snapshot
	request  *ReturnRequest
	ids      id.Sequence
	plan     Plan
}

func (r *returning) entry() *Return {
	return &Return{ID: r.ids.Next(id.Return), Date: r.snapshot.Now, Reason: r.request.Reason}
}

// giveShare returns the units for one redemption: its share of each line is added to the total, its budgets get the
// discount back, and the redemption remembers what was returned.
func (r *returning) giveShare(target *Redemption, total *Return) error {
	x := *target
	granted := *target.Granted
	granted.Lines = append([]GrantedLine(nil), granted.Lines...)
	x.Granted = &granted
	own := r.entry()
	for i, asked := range r.request.Lines {
		line := findLine(&granted, asked.ItemID)
		if line == nil {
			return fault.Missing("order_item", asked.ItemID).At(lineField(i, "item_id"))
		}
		left := line.Quantity - line.ReturnedQuantity
		if asked.Quantity > left {
			return fault.Invalid(lineField(i, "quantity"), "%d units are more than the %d that are not returned yet", asked.Quantity, left)
		}
		before, after := line.ReturnedQuantity, line.ReturnedQuantity+asked.Quantity
		discount := part(line.Share(), after, line.Quantity) - part(line.Share(), before, line.Quantity)
		amount := part(line.Amount, after, line.Quantity) - part(line.Amount, before, line.Quantity)
		line.ReturnedQuantity = after
		line.ReturnedDiscount += discount
		own.Lines = append(own.Lines, ReturnLine{ItemID: asked.ItemID, Quantity: asked.Quantity, Amount: amount, Discount: discount, Refund: amount - discount})
		total.Lines[i].Amount = amount
		total.Lines[i].Discount += discount
	}
	sumUp(own)
	x.Returns = append(append([]*Return(nil), x.Returns...), own)
	if own.Discount > 0 {
		for _, c := range granted.Consumed {
			if c.Key.Metric == SumCampaignDiscount {
				r.plan.Consume = append(r.plan.Consume, Consume{Key: c.Key, Delta: -own.Discount})
			}
		}
	}
	x.Version++
	return r.plan.write(record.Redemption, x.ID, x.Version-1, x.Date, x.Parent, nil, &x)
}

// part is the value of the first units of a line, rounded half up. The part of all units is the whole value.
func part(whole, units, quantity int64) int64 {
	if quantity <= 0 {
		return 0
	}
	return money.MulDiv(whole, units, quantity)
}

func findLine(g *Granted, itemID string) *GrantedLine {
	for i := range g.Lines {
		if g.Lines[i].ItemID == itemID {
			return &g.Lines[i]
		}
	}
	return nil
}

func sumUp(r *Return) {
	r.Amount, r.Discount = 0, 0
	for i := range r.Lines {
		r.Lines[i].Refund = r.Lines[i].Amount - r.Lines[i].Discount
		r.Amount += r.Lines[i].Amount
		r.Discount += r.Lines[i].Discount
	}
	r.Refund = r.Amount - r.Discount
}
