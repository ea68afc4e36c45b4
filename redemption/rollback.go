package redemption

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/reward"
)

// VerbRollback names rollbacks among the stored answers of idempotent calls.
const VerbRollback = "rollback"

// RollbackRequest asks to undo a redemption.
type RollbackRequest struct {
	// IdempotencyKey works as on Request.
	IdempotencyKey string `json:"-"`
	// Redemption is the id of a parent, of a single redemption, or of one child of a parent.
	Redemption string `json:"redemption"`
	Reason     string `json:"reason,omitempty"`
	// Customer, when given, must be the customer of the redemption.
	Customer *customer.Customer `json:"customer,omitempty"`
	// OrderID, when given, must be the order of the redemption.
	OrderID string `json:"order_id,omitempty"`
	// Metadata is merged into the metadata of the redemption.
	Metadata metadata.Map `json:"metadata,omitempty"`
}

// maxReason is the longest reason in bytes.
const maxReason = 1000

// Check reports the first thing that is wrong with the request by itself.
func (r *RollbackRequest) Check() error {
	switch {
	case len(r.IdempotencyKey) > MaxIdempotencyKey:
		return fault.Invalid("idempotency_key", "is longer than %d bytes", MaxIdempotencyKey)
	case r.Redemption == "" || len(r.Redemption) > MaxRedeemableID:
		return fault.Invalid("redemption", "must have between 1 and %d bytes", MaxRedeemableID)
	case len(r.Reason) > maxReason:
		return fault.Invalid("reason", "is longer than %d bytes", maxReason)
	}
	if err := r.Customer.Check(); err != nil {
		return fault.Within("customer", err)
	}
	if err := r.Metadata.Check("metadata"); err != nil {
		return err
	}
	return nil
}

// Hash identifies the content of the request, without its key.
func (r *RollbackRequest) Hash() (string, error) { return hashOf(r) }

func hashOf(request any) (string, error) {
	text, err := json.Marshal(request)
	if err != nil {
		return "", fault.Invalid("", "the request cannot be written as JSON: %v", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// RollbackPolicy is what the project says about rollbacks.
type RollbackPolicy struct {
	OrderMode promotion.RollbackMode
	// Window is the age up to which a redemption can be rolled back; 0 is no limit.
	Window time.Duration
	// Catalogue has the programs of loyalty cards; it is needed when one of them has paid.
	Catalogue *Catalogue
}

// PlanRollback plans the undoing of a redemption: every counter and amount that it froze goes back, whatever became of
// the campaign since. On a refusal the error is a *fault.Error; a plan beside it records the failed attempt and is nil
// when there is nothing to record.
func PlanRollback(s *Snapshot, request *RollbackRequest, policy RollbackPolicy) (*Plan, *RollbackResult, error) {
	named := s.Redemptions[request.Redemption]
	if named == nil {
		return nil, nil, unknown(request.Redemption)
	}
	if named.Result == Failure {
		return nil, nil, fault.New(fault.InvalidRedemption, "%s is a failed attempt, there is nothing to roll back", named.ID).At("redemption")
	}
	r := &rollback{snapshot: s, request: request, named: named, ids: s.IDs, result: &RollbackResult{}}
	r.cards = refunding{catalogue: policy.Catalogue, snapshot: s}
	if err := r.check(policy); err != nil {
		plan, e := r.fail(err)
		if e != nil {
			return nil, nil, e
		}
		return plan, nil, err
	}
	for _, step := range [...]func() error{
		func() error { return r.undo(policy.OrderMode) }, r.writeRecords,
		func() error { r.result.points = r.cards.work; return r.cards.finish(&r.plan, r.named.CustomerID) }, r.writeEvents, r.writeSummary,
		func() error {
			if len(r.result.issued) > 0 { // the answer is complete once that is taken back
				return nil
			}
			return r.plan.freeze(VerbRollback, request.IdempotencyKey, request.Hash, s, r.result)
		},
	} {
		if err := step(); err != nil {
			return nil, nil, err
		}
	}
	return &r.plan, r.result, r.plan.Seal()
}

// unknown is the refusal of an id that is not that of a redemption.
func unknown(name string) *fault.Error {
	if strings.HasPrefix(name, id.Rollback) || strings.HasPrefix(name, id.FailedRollback) {
		return fault.New(fault.InvalidRedemption, "%s is a rollback, there is nothing to give back", name).At("redemption")
	}
	return fault.Missing("redemption", name)
}

type rollback struct {
	snapshot *Snapshot
	request  *RollbackRequest
	named    *Redemption
	targets  []*Redemption // what is undone, in the order of the redemptions
	changed  []*Redemption // copies with their new state
	ids      id.Sequence
	plan     Plan
	result   *RollbackResult
	posted   posted
	cards    refunding
	rewards  []*reward.Redemption // that are rolled back
}

// check decides whether the redemption may be rolled back, in the order of Voucherify's preconditions.
func (r *rollback) check(policy RollbackPolicy) *fault.Error {
	r.targets = standing(r.snapshot, r.named)
	if len(r.targets) == 0 {
		return fault.New(fault.AlreadyRolledBack, "%s", r.named.ID)
	}
	if policy.Window > 0 && r.snapshot.Now.Sub(r.named.Date) > policy.Window {
		return fault.New(fault.InvalidRedemption, "the redemption of %s is older than %s", r.named.Date.Format(time.RFC3339), policy.Window)
	}
	if c := r.request.Customer; c != nil {
		stored := r.snapshot.Customer
		if stored == nil || stored.ID != r.named.CustomerID {
			return fault.New(fault.InvalidCustomer, "the customer did not make the redemption").At("customer")
		}
	}
	if r.request.OrderID != "" && r.request.OrderID != r.named.OrderID {
		return fault.New(fault.InvalidOrder, "Order is not related with redemption.").At("order_id")
	}
	return nil
}

// standing returns the redemptions behind a record that succeeded and were not rolled back.
func standing(s *Snapshot, named *Redemption) []*Redemption {
	if len(named.Children) == 0 {
		if named.Status == Succeeded {
			return []*Redemption{named}
		}
		return nil
	}
	var list []*Redemption
	for _, child := range named.Children {
		if x := s.Redemptions[child]; x != nil && x.Status == Succeeded {
			list = append(list, x)
		}
	}
	return list
}

// undo gives everything back, the last redemption first, and takes it off the order when the project wants that.
func (r *rollback) undo(mode promotion.RollbackMode) error {
	var o *order.Order
	if r.snapshot.Order != nil {
		o = copyOrder(r.snapshot.Order)
	}
	r.result.Rollbacks = make([]*Rollback, len(r.targets))
	for i := range r.targets {
		r.result.Rollbacks[i] = r.record(r.targets[i])
	}
	r.changed = make([]*Redemption, len(r.targets))
	for i := len(r.targets) - 1; i >= 0; i-- {
		x := *r.targets[i]
		entry := r.result.Rollbacks[i]
		x.Status, x.RollbackID = RolledBack, entry.ID
		entry.Referral = r.snapshot.Revoked[x.ID]
		x.Metadata = metadata.Merge(x.Metadata, r.request.Metadata)
		r.changed[i] = &x
		if x.Granted == nil {
			continue
		}
		returned := returnedDiscount(x.Granted)
		entry.Discount = x.Granted.Discount() - returned
		for _, step := range [...]func(*Rollback, *Redemption) error{r.takeBack, r.refund, r.refundPoints} {
			if err := step(entry, &x); err != nil {
				return err
			}
		}
		r.plan.Consume = append(r.plan.Consume, x.giveBack(returned)...)
		if o != nil && mode != promotion.WithoutOrder {
			takeOff(o, x.Granted)
			entry.Order = copyOrder(o)
			entry.Order.Redemptions = nil
		}
	}
	if r.named.Children != nil {
		r.result.Parent = r.record(r.named)
	}
	if err := r.finishOrder(o, mode); err != nil {
		return err
	}
	// The first redemption is undone last, so what it leaves is the order as it is stored.
	if last := r.result.Rollbacks[0].Order; last != nil {
		last.Status, last.UpdatedAt, last.Version = o.Status, o.UpdatedAt, o.Version
	}
	return nil
}

// giveBack lowers the counters that a redemption raised; a discount, or credits, that returns have given back already are not
// given back twice.
func (r *Redemption) giveBack(returned int64) []Consume {
	list := make([]Consume, 0, len(r.Granted.Consumed))
	for _, c := range r.Granted.Consumed {
		if r.keeps(c.Key.Metric) {
			continue
		}
		delta := -c.Delta
		if c.Key.Metric.returnable() {
			delta += returned
		}
		list = append(list, Consume{Key: c.Key, Delta: delta})
	}
	return list
}

func returnedDiscount(g *Granted) int64 {
	var sum int64
	for i := range g.Lines {
		sum += g.Lines[i].ReturnedDiscount
	}
	return sum
}

func (r *rollback) record(x *Redemption) *Rollback {
	return &Rollback{
		ID: r.ids.Next(id.Rollback), Date: r.snapshot.Now, CustomerID: x.CustomerID, Metadata: r.request.Metadata,
		Redemption: x.ID, Reason: r.request.Reason, Result: Success, Status: Succeeded,
		RelatedObjectType: x.RelatedObjectType, RelatedObjectID: x.RelatedObjectID, OrderID: x.OrderID,
	}
}

// writeRecords writes the rollbacks and the new state of the redemptions. A parent is rolled back once nothing of it stands.
func (r *rollback) writeRecords() error {
	parent := r.snapshot.Redemptions[r.named.Parent]
	if r.named.Children != nil {
		parent = r.named
	}
	if parent != nil && r.nothingStands(parent) {
		x := *parent
		x.Status = RolledBack
		if r.result.Parent != nil {
			x.RollbackID = r.result.Parent.ID
		}
		r.changed = append(r.changed, &x)
	}
	for _, x := range r.changed {
		x.Version++
		if _, err := r.plan.write(record.Redemption, x.ID, x.Version-1, x.Date, x.Owner(), nil, x); err != nil {
			return err
		}
	}
	entries := r.result.Rollbacks
	if r.result.Parent != nil {
		entries = append(entries[:len(entries):len(entries)], r.result.Parent)
	}
	for _, entry := range entries {
		if _, err := r.plan.write(record.Rollback, entry.ID, 0, entry.Date, entry.Redemption, nil, entry); err != nil {
			return err
		}
	}
	return nil
}

func (r *rollback) nothingStands(parent *Redemption) bool {
	undone := make(map[string]bool, len(r.targets))
	for _, t := range r.targets {
		undone[t.ID] = true
	}
	for _, x := range standing(r.snapshot, parent) {
		if !undone[x.ID] {
			return false
		}
	}
	return true
}

func (r *rollback) writeEvents() error {
	e := eventWriter{plan: &r.plan, snapshot: r.snapshot, ids: r.ids}
	for i, entry := range r.result.Rollbacks {
		data := map[string]any{"redemption": r.changed[i], "redemption_rollback": entry, "order": r.result.Order}
		e.add(event.RollbackSucceeded, entry.ID, data)
		if entry.CustomerID != "" {
			e.add(event.CustomerRollbackSuccess, entry.ID, data)
		}
	}
	r.posted.tell(&e)
	r.cards.tell(&e)
	r.tellRewards(&e)
	if p := r.result.Parent; p != nil {
		e.add(event.RollbackSucceeded, p.ID, map[string]any{"redemption_rollback": p, "order": r.result.Order})
	}
	if o := r.result.Order; o != nil && o.Status == order.Canceled && r.snapshot.Order.Status != order.Canceled && o.CustomerID != "" {
		e.add(event.CustomerOrderCanceled, o.ID, map[string]any{"order": o})
	}
	return e.err
}

// writeSummary counts what was undone. What the customer had done stays counted.
func (r *rollback) writeSummary() error {
	buyer := r.named.CustomerID
	r.plan.summarise(buyer, int64(len(r.targets)), customer.TotalRolledBack, customer.TotalRollbackSucceeded)
	r.plan.summarise(buyer, r.posted.credits(), customer.GiftRedeemedAmount)
	if r.result.Order != nil {
		r.plan.CountOrder(r.snapshot.Order, r.result.Order)
	}
	r.plan.countEvents(buyer)
	return nil
}

// fail records an attempt that was refused.
func (r *rollback) fail(cause *fault.Error) (*Plan, error) {
	entry := r.record(r.named)
	entry.ID = r.ids.Next(id.FailedRollback)
	entry.Result, entry.Status = Failure, Failed
	entry.FailureCode, entry.FailureMessage = cause.Key, cause.Message
	*cause = *cause.About("redemption_rollback", entry.ID)
	if _, err := r.plan.write(record.Rollback, entry.ID, 0, entry.Date, entry.Redemption, nil, entry); err != nil {
		return nil, err
	}
	e := eventWriter{plan: &r.plan, snapshot: r.snapshot, ids: r.ids}
	data := map[string]any{"redemption": r.named, "redemption_rollback": entry}
	e.add(event.RollbackFailed, entry.ID, data)
	if entry.CustomerID != "" {
		e.add(event.CustomerRollbackFailed, entry.ID, data)
	}
	if e.err != nil {
		return nil, e.err
	}
	r.plan.summarise(r.named.CustomerID, 1, customer.TotalRollbackFailed)
	return &r.plan, r.plan.Seal()
}
