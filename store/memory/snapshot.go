package memory

import (
	"context"
	"slices"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/voucher"
)

// Snapshot implements store.Reader.
func (r *reader) Snapshot(ctx context.Context, needs redemption.Needs) (*redemption.Snapshot, error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	s := r.state
	snapshot := &redemption.Snapshot{Revision: s.revision}
	var err error
	if snapshot.Vouchers, err = s.vouchers(needs.Vouchers); err != nil {
		return nil, err
	}
	var customerID, orderID string
	found := s.named(record.Customer, needs.CustomerID, needs.CustomerSourceID)
	if snapshot.Customer, err = decode(found, customerVersion); err != nil {
		return nil, err
	}
	if found != nil {
		customerID = found.document.ID
	}
	found = s.named(record.Order, needs.OrderID, needs.OrderSourceID)
	if snapshot.Order, err = decode(found, orderVersion); err != nil {
		return nil, err
	}
	if found != nil {
		orderID = found.document.ID
	}
	if snapshot.Redemptions, err = s.redemptions(needs.Redemptions); err != nil {
		return nil, err
	}
	snapshot.Counters = s.read(needs.Keys(snapshot.Vouchers, customerID, orderID))
	if needs.OutcomeKey != "" {
		snapshot.Outcome = s.outcome(needs.OutcomeVerb, needs.OutcomeKey)
	}
	return snapshot, nil
}

// vouchers returns the vouchers that exist, by the names that they were asked for with. A name is the key of a code
// before it is an id.
func (s *state) vouchers(names []string) (map[string]*voucher.Voucher, error) {
	if len(names) == 0 {
		return nil, nil
	}
	table := s.tables[record.Voucher]
	vouchers := make(map[string]*voucher.Voucher, len(names))
	for _, name := range names {
		found := table.byKey(record.Key("code", name)).live()
		if found == nil {
			found = table.byID(name).live()
		}
		if found == nil {
			continue
		}
		v, err := decode(found, voucherVersion)
		if err != nil {
			return nil, err
		}
		vouchers[name] = v
	}
	return vouchers, nil
}

// named returns a customer or order by its id or, when that is empty, by the identifier of the shop.
func (s *state) named(kind record.Kind, id, sourceID string) *row {
	switch {
	case id != "":
		return s.tables[kind].byID(id).live()
	case sourceID != "":
		return s.tables[kind].byKey(record.Key("source_id", sourceID)).live()
	}
	return nil
}

// redemptions returns the redemptions that exist, with their children, their parents and the parents' children.
func (s *state) redemptions(ids []string) (map[string]*redemption.Redemption, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	family := make(map[string]*redemption.Redemption, len(ids))
	for queue := slices.Clone(ids); len(queue) > 0; queue = queue[1:] {
		if family[queue[0]] != nil {
			continue
		}
		found, err := decode(s.tables[record.Redemption].byID(queue[0]).live(), redemptionVersion)
		if err != nil {
			return nil, err
		}
		if found == nil {
			continue
		}
		family[queue[0]] = found
		queue = append(queue, found.Children...)
		if found.Parent != "" {
			queue = append(queue, found.Parent)
		}
	}
	return family, nil
}

// outcome returns the stored answer of a call, nil when there is none.
func (s *state) outcome(verb, key string) *redemption.Outcome {
	found, ok := s.outcomes.Get(&redemption.Outcome{Verb: verb, Key: key})
	if !ok {
		return nil
	}
	return cloneOutcome(found)
}

func cloneOutcome(o *redemption.Outcome) *redemption.Outcome {
	clone := *o
	clone.Answer = slices.Clone(o.Answer)
	return &clone
}

func customerVersion(c *customer.Customer) *int64       { return &c.Version }
func orderVersion(o *order.Order) *int64                { return &o.Version }
func redemptionVersion(r *redemption.Redemption) *int64 { return &r.Version }
func voucherVersion(v *voucher.Voucher) *int64          { return &v.Version }
