package memory_test

import (
	"fmt"
	"testing"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
)

// BenchmarkSnapshot reads what a validate of one coupon needs: a voucher by its code, a customer by source_id and six
// counters, out of a small and of a large store.
func BenchmarkSnapshot(b *testing.B) {
	for _, size := range []int{1, 100_000} {
		b.Run(fmt.Sprintf("vouchers=%d", size), func(b *testing.B) {
			s := filled(b, size)
			ctx, needs := b.Context(), needsOfValidate(size/2)
			b.ReportAllocs()
			for b.Loop() {
				err := s.View(ctx, func(r store.Reader) error {
					snapshot, err := r.Snapshot(ctx, needs)
					if err == nil && (snapshot.Customer == nil || len(snapshot.Vouchers) != 1 || len(snapshot.Counters) != 6) {
						b.Fatalf("got %+v", snapshot)
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkApply commits what a redeem writes: six counters, a redemption and an event, into a large store.
func BenchmarkApply(b *testing.B) {
	const size = 100_000
	s, ctx := filled(b, size), b.Context()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		plan := &redemption.Plan{Writes: []record.Document{document(record.Redemption, fmt.Sprintf("r_%09d", i), `{}`)}}
		for _, key := range countersOf(i % size) {
			plan.Consume = append(plan.Consume, redemption.Consume{Key: key, Delta: 1})
		}
		if err := s.Update(ctx, func(tx store.Tx) error { return tx.Apply(ctx, plan) }); err != nil {
			b.Fatal(err)
		}
	}
}

func needsOfValidate(number int) redemption.Needs {
	return redemption.Needs{
		Vouchers:         []string{fmt.Sprintf("CODE-%06d", number)},
		CustomerSourceID: fmt.Sprintf("customer-%06d", number),
		Counters:         []redemption.CounterKey{{Metric: redemption.SumCampaignDiscount, Subject: "camp_1"}},
		Templates: []redemption.CounterTemplate{
			{Metric: redemption.CountVoucher}, {Metric: redemption.CountIncentiveCustomer, PerCustomer: true},
			{Metric: redemption.CountCampaign, OfCampaign: true},
			{Metric: redemption.CountCampaignCustomer, OfCampaign: true, PerCustomer: true},
			{Metric: redemption.SumCampaignOrders, OfCampaign: true},
		},
	}
}

// countersOf are the counters that the needs of a validate come to.
func countersOf(number int) []redemption.CounterKey {
	v, c := fmt.Sprintf("v_%018d", number), fmt.Sprintf("cust_%018d", number)
	return []redemption.CounterKey{
		{Metric: redemption.SumCampaignDiscount, Subject: "camp_1"}, {Metric: redemption.CountVoucher, Subject: v},
		{Metric: redemption.CountIncentiveCustomer, Subject: v, Customer: c}, {Metric: redemption.CountCampaign, Subject: "camp_1"},
		{Metric: redemption.CountCampaignCustomer, Subject: "camp_1", Customer: c},
		{Metric: redemption.SumCampaignOrders, Subject: "camp_1"},
	}
}

// filled returns a store of one campaign with as many vouchers, customers and sets of counters.
func filled(b *testing.B, size int) *memory.Store {
	b.Helper()
	s, ctx := memory.New(), b.Context()
	update(b, s, func(tx store.Tx) error {
		for i := range size {
			v := document(record.Voucher, fmt.Sprintf("v_%018d", i), fmt.Sprintf(`{"id":"v_%018d","campaign_id":"camp_1"}`, i))
			v.Keys = []string{fmt.Sprintf("code:CODE-%06d", i)}
			c := document(record.Customer, fmt.Sprintf("cust_%018d", i), fmt.Sprintf(`{"id":"cust_%018d"}`, i))
			c.Keys = []string{fmt.Sprintf("source_id:customer-%06d", i)}
			plan := &redemption.Plan{Writes: []record.Document{v, c}}
			for _, key := range countersOf(i) {
				plan.Consume = append(plan.Consume, redemption.Consume{Key: key, Delta: 1})
			}
			if err := tx.Apply(ctx, plan); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}
