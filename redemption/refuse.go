package redemption

import (
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/record"
)

// Refuse turns a calculation that is not valid into the record of the failed attempt and the refusal that the caller
// gets. The plan touches no counter, balance or order.
func (calc *Calculation) Refuse() (*Plan, *Refused, error) {
	c := calc.inner
	r := &refusal{calculation: c, ids: c.ids}
	cause := c.refusal()
	failed := c.failed(&r.ids, cause)
	refused := &Refused{Cause: cause.About("redemption", failed.ID), Validation: calc.Validation}
	for _, step := range [...]func() error{func() error { return r.write(failed, cause) }, r.plan.Seal} {
		if err := step(); err != nil {
			return nil, nil, err
		}
	}
	return &r.plan, refused, nil
}

type refusal struct {
	*calculation
	ids  id.Sequence
	plan Plan
}

// failed is the record of a failed attempt. Until more is known it names itself.
func (c *calculation) failed(ids *id.Sequence, cause *fault.Error) *Redemption {
	x := &Redemption{
		ID: ids.Next(id.FailedRedeem), Date: c.snapshot.Now, Metadata: c.request.Metadata,
		Result: Failure, Status: Failed, FailureCode: cause.Key, FailureMessage: cause.Message, Version: 1,
	}
	if c.snapshot.Customer != nil {
		x.CustomerID = c.snapshot.Customer.ID
	}
	x.RelatedObjectType, x.RelatedObjectID = "redemption", x.ID
	return x
}

// failedChild is the record of one redeemable that failed.
func (c *calculation) failedChild(ids *id.Sequence, t *turn, parent *Redemption) *Redemption {
	x := c.failed(ids, t.answer.Result.Error)
	if parent != nil {
		x.Parent = parent.ID
	}
	if t.incentive != nil {
		c.describe(x, t)
	}
	return x
}

// write records the attempt: by itself for one redeemable, as a parent with a child for each that failed otherwise.
func (r *refusal) write(top *Redemption, cause *fault.Error) error {
	records := []*Redemption{top}
	if len(r.turns) == 1 {
		if t := r.turns[0]; t.incentive != nil {
			r.describe(top, t)
		}
	} else {
		for _, t := range r.turns {
			if t.answer.Result.Error == nil || cause.Key == fault.NoApplicableRedeemables {
				continue
			}
			child := r.failedChild(&r.ids, t, top)
			top.Children = append(top.Children, child.ID)
			records = append(records, child)
		}
	}
	top.Decision = &r.decision
	e := eventWriter{plan: &r.plan, snapshot: r.snapshot, ids: r.ids}
	for _, x := range records {
		text, err := r.plan.write(record.Redemption, x.ID, 0, x.Date, x.Owner(), nil, x)
		if err != nil {
			return err
		}
		buyer := r.snapshot.Customer
		e.addRedemption(event.RedemptionFailed, event.CustomerRedemptionFailed, x, buyer != nil, map[string]any{
			"customer": buyer, "redemption": text,
		})
	}
	if buyer := r.snapshot.Customer; buyer != nil {
		r.plan.summarise(buyer.ID, int64(max(1, len(top.Children))), customer.TotalFailed)
		r.plan.countEvents(buyer.ID)
	}
	return e.err
}
