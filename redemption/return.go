package redemption

import (
	"strconv"

	"github.com/voucherify-go/voucherify/customer"
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
func PlanReturn(x *Catalogue, s *Snapshot, request *ReturnRequest) (*Plan, *ReturnResult, error) {
	named := s.Redemptions[request.Redemption]
	switch {
	case named == nil:
		return nil, nil, unknown(request.Redemption)
	case named.Result == Failure:
		return nil, nil, fault.New(fault.InvalidRedemption, "%s is a failed attempt, there is nothing to return", named.ID).At("redemption")
	case named.Parent != "":
		return nil, nil, fault.New(fault.InvalidRedemptionParent, "units are returned through the parent %s", named.Parent).At("redemption")
	}
	targets := standing(s, named)
	if len(targets) == 0 {
		return nil, nil, fault.New(fault.AlreadyRolledBack, "%s", named.ID)
	}
	r := &returning{snapshot: s, request: request, ids: s.IDs, cards: refunding{catalogue: x, snapshot: s}}
	r.id = r.ids.Next(id.Return)
	total := r.entry()
	for _, target := range targets {
		r.open(target)
	}
	for i := range request.Lines {
		line, err := r.giveBack(i)
		if err != nil {
			return nil, nil, err
		}
		total.Lines = append(total.Lines, line)
	}
	if err := r.write(); err != nil {
		return nil, nil, err
	}
	sumUp(total)
	for _, x := range r.shares {
		total.Gift, total.Points = total.Gift+x.own.Gift, total.Points+x.own.Points
	}
	if err := r.cards.finish(&r.plan, named.CustomerID); err != nil {
		return nil, nil, err
	}
	r.plan.summarise(named.CustomerID, r.posted.credits(), customer.GiftRedeemedAmount)
	e := eventWriter{plan: &r.plan, snapshot: s, ids: r.ids}
	e.add(event.RedemptionReturned, named.ID, map[string]any{
		"redemption": map[string]any{"id": named.ID, "customer_id": named.CustomerID}, "return": total,
	})
	r.posted.tell(&e)
	r.cards.tell(&e)
	if e.err != nil {
		return nil, nil, e.err
	}
	result := &ReturnResult{Redemption: named.ID, CustomerID: named.CustomerID, Return: total, points: r.cards.work}
	if err := r.plan.freeze(VerbReturn, request.IdempotencyKey, request.Hash, s, result); err != nil {
		return nil, nil, err
	}
	return &r.plan, result, r.plan.Seal()
}

type returning struct {
	snapshot *Snapshot
	request  *ReturnRequest
	ids      id.Sequence
	id       string // of the return, on the account of each redemption
	plan     Plan
	shares   []*share
	posted   posted
	cards    refunding
}

// share is one redemption of the request while its part of the return is calculated.
type share struct {
	redemption Redemption
	granted    Granted
	own        *Return
	before     int64 // the discount that was returned before
}

func (r *returning) entry() *Return {
	return &Return{ID: r.id, Date: r.snapshot.Now, Reason: r.request.Reason}
}

// open copies a redemption, to be changed.
func (r *returning) open(target *Redemption) {
	x := &share{redemption: *target, granted: *target.Granted, own: r.entry(), before: returnedDiscount(target.Granted)}
	x.granted.Lines = append([]GrantedLine(nil), x.granted.Lines...)
	x.redemption.Granted = &x.granted
	r.shares = append(r.shares, x)
}

// giveBack returns the units of one line. The discount of all redemptions together is rounded cumulatively and then divided
// over them by their shares. When all units cost the same whole number, the refund is the rest of the price; when they do
// not, the refund is rounded on its own as well, since the difference of two roundings could be negative.
func (r *returning) giveBack(i int) (ReturnLine, error) {
	asked := r.request.Lines[i]
	answer := ReturnLine{ItemID: asked.ItemID, Quantity: asked.Quantity}
	var all int64
	for _, x := range r.shares {
		line := findLine(&x.granted, asked.ItemID)
		if line == nil {
			return answer, fault.Missing("order_item", asked.ItemID).At(lineField(i, "item_id"))
		}
		if left := line.Quantity - line.ReturnedQuantity; asked.Quantity > left {
			return answer, fault.Invalid(lineField(i, "quantity"), "%d units are more than the %d that are not returned yet", asked.Quantity, left)
		}
		all += line.Share()
	}
	var before int64 // the shares of the redemptions before this one
	for k, x := range r.shares {
		line := findLine(&x.granted, asked.ItemID)
		from, to, of := line.ReturnedQuantity, line.ReturnedQuantity+asked.Quantity, line.Quantity
		if k == 0 {
			answer.Discount = part(all, to, of) - part(all, from, of)
			if line.Amount%of == 0 {
				answer.Refund = part(line.Amount, to, of) - part(line.Amount, from, of) - answer.Discount
			} else {
				answer.Refund = part(line.Amount-all, to, of) - part(line.Amount-all, from, of)
			}
			answer.Amount = answer.Discount + answer.Refund
		}
		until := before + line.Share()
		discount := part(until, to, of) - part(before, to, of) - (part(until, from, of) - part(before, from, of))
		before = until
		line.ReturnedQuantity = to
		line.ReturnedDiscount += discount
		x.own.Lines = append(x.own.Lines, ReturnLine{
			ItemID: asked.ItemID, Quantity: asked.Quantity, Amount: answer.Amount, Discount: discount, Refund: answer.Refund,
		})
	}
	return answer, nil
}

// write plans the new state of the redemptions: each remembers what was returned, and its campaign's budget gets its part
// of the discount back.
func (r *returning) write() error {
	for _, x := range r.shares {
		sumUp(x.own)
		x.redemption.Returns = append(append([]*Return(nil), x.redemption.Returns...), x.own)
		for _, c := range x.granted.Consumed {
			if c.Key.Metric.returnable() {
				r.plan.Consume = append(r.plan.Consume, Consume{Key: c.Key, Delta: -x.own.Discount})
			}
		}
		if err := r.refund(x); err != nil {
			return err
		}
		if err := r.refundPoints(x); err != nil {
			return err
		}
		x.redemption.Version++
		body := x.redemption
		if _, err := r.plan.write(record.Redemption, body.ID, body.Version-1, body.Date, body.Owner(), nil, &body); err != nil {
			return err
		}
	}
	return nil
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
	for i := range r.Lines {
		r.Amount += r.Lines[i].Amount
		r.Discount += r.Lines[i].Discount
		r.Refund += r.Lines[i].Refund
	}
}
