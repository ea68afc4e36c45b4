package sqltest

import (
	"errors"
	"fmt"
	"sync"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/internal/sqlstore"
	"github.com/voucherify-go/voucherify/voucher"
)

func engineCases() []testCase {
	return []testCase{
		{name: "a change by one engine counts for another before it decides", run: testTwoEngines},
		{name: "a change by one engine counts in the host's transaction of another", run: testTwoEnginesInHost},
		{name: "engines of two processes share the limit of a code", run: testSharedLimit},
		{name: "projects in the same tables do not see each other", run: testProjects},
		{name: "stores with different table prefixes do not see each other", run: testPrefixes},
		{name: "an Update never reads a counter that is older or newer than its record", run: testTorn},
	}
}

// campaignOf creates a campaign with one code that can be used again and again.
func (b *bundle) campaignOf(code string) campaign.Campaign {
	b.Helper()
	off := discount.AmountOff(500, discount.ToOrder)
	camp, err := b.engine.Campaigns.Create(b.ctx, campaign.Campaign{
		Name: "Campaign of " + code, CampaignType: campaign.DiscountCoupons, Type: campaign.Standalone,
		Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: &off, Code: code},
	})
	b.must(err)
	return camp
}

func testTwoEngines(b *bundle) {
	b.migrate()
	camp := b.campaignOf("SUMMER")
	other := b.engineOver(b.Open(b.T))
	for round := range 3 {
		answer, err := other.Validate(b.ctx, cart("SUMMER"))
		b.must(err)
		b.same(fmt.Sprint("valid in round ", round), true, answer.Valid)
		_, err = other.Redeem(b.ctx, cart("SUMMER"))
		b.must(err)
		b.must(b.engine.Campaigns.Disable(b.ctx, camp.ID))
		_, err = other.Redeem(b.ctx, cart("SUMMER"))
		var refused *redemption.Refused
		if !errors.As(err, &refused) {
			b.Errorf("redeem of a disabled campaign: got %v, want a refusal", err)
		}
		answer, err = other.Validate(b.ctx, cart("SUMMER"))
		b.must(err)
		b.same(fmt.Sprint("valid after the change in round ", round), false, answer.Valid)
		b.must(b.engine.Campaigns.Enable(b.ctx, camp.ID))
	}
	b.same("uses", int64(3), b.used("SUMMER"))
}

func testTwoEnginesInHost(b *bundle) {
	b.migrate()
	camp := b.campaignOf("SUMMER")
	s := b.Open(b.T)
	other := b.engineOver(s)
	_, err := other.Redeem(b.ctx, cart("SUMMER"))
	b.must(err)
	b.must(b.engine.Campaigns.Disable(b.ctx, camp.ID))
	tx, bound := b.Begin(b.T, s)
	b.order(tx, "one")
	_, err = other.RedeemTx(b.ctx, bound, cart("SUMMER"))
	var refused *redemption.Refused
	if !errors.As(err, &refused) {
		b.Errorf("redeem of a disabled campaign: got %v, want a refusal", err)
	}
	b.must(tx.Commit(b.ctx))
	b.same("the host's rows", 1, b.orders())
	b.same("uses", int64(1), b.used("SUMMER"))
}

func testSharedLimit(b *bundle) {
	const workers, each, limit = 8, 6, 20
	b.migrate()
	b.code("RACE", limit)
	var racing sync.WaitGroup
	accepted := make([]int, workers)
	failures := make([]error, workers)
	for worker := range workers {
		e := b.engine
		if worker%2 == 1 {
			e = b.engineOver(b.Open(b.T))
		}
		racing.Go(func() {
			for range each {
				_, err := e.Redeem(b.ctx, cart("RACE"))
				var refused *redemption.Refused
				switch {
				case err == nil:
					accepted[worker]++
				case !errors.As(err, &refused):
					failures[worker] = err
					return
				}
			}
		})
	}
	racing.Wait()
	b.must(errors.Join(failures...))
	sum := 0
	for _, n := range accepted {
		sum += n
	}
	b.same("accepted redemptions", limit, sum)
	b.same("uses", int64(limit), b.used("RACE"))
}

// apart checks that two stores have nothing in common.
func (b *bundle) apart(one, other Store) {
	b.Helper()
	for i, s := range []Store{one, other} {
		b.must(s.Update(b.ctx, func(tx store.Tx) error {
			if err := tx.Put(b.ctx, document("ord_1", 0, "source_id:one")); err != nil {
				return err
			}
			p := plan(1)
			p.Consume = []redemption.Consume{consume("a", int64(i)+1, 5)}
			return tx.Apply(b.ctx, p)
		}))
	}
	for i, s := range []Store{one, other} {
		b.must(s.View(b.ctx, func(r store.Reader) error {
			key := redemption.CounterKey{Metric: "m", Subject: "a"}
			counters, err := r.Counters(b.ctx, []redemption.CounterKey{key})
			b.same("the counter", int64(i)+1, counters[key])
			if err != nil {
				return err
			}
			entries, err := b.outboxIn(r, 0)
			b.same("events", 1, len(entries))
			return err
		}))
	}
}

func testProjects(b *bundle) {
	one, other := b.Open(b.T, sqlstore.WithProject("one")), b.Open(b.T, sqlstore.WithProject("ONE"))
	b.must(one.Migrate(b.ctx))
	b.apart(one, other)
}

func testPrefixes(b *bundle) {
	one, other := b.Open(b.T, sqlstore.WithTablePrefix("one_")), b.Open(b.T, sqlstore.WithTablePrefix("other"))
	b.must(one.Migrate(b.ctx))
	b.is("the tables of another prefix", other.View(b.ctx, func(r store.Reader) error {
		_, err := r.Revision(b.ctx)
		return err
	}), sqlstore.ErrSchema)
	b.must(other.Migrate(b.ctx))
	b.apart(one, other)
}

func testBindOptions(b *bundle) {
	b.migrate()
	for _, options := range [][]sqlstore.Option{nil, {sqlstore.WithProject("other")}, {sqlstore.WithTablePrefix("more_")}} {
		s := b.Open(b.T, options...)
		b.must(s.Migrate(b.ctx))
		tx, bound := b.Begin(b.T, nil, options...)
		b.must(bound.Apply(b.ctx, &redemption.Plan{Consume: []redemption.Consume{consume("a", 1, 1)}}))
		b.must(tx.Commit(b.ctx))
		b.is("the second use", s.Update(b.ctx, func(tx store.Tx) error {
			return tx.Apply(b.ctx, &redemption.Plan{Consume: []redemption.Consume{consume("a", 1, 1)}})
		}), store.ErrGuard)
	}
}

func testBindWrong(b *bundle) {
	b.migrate()
	tx, bound := b.Begin(b.T, nil, sqlstore.WithTablePrefix("no; DROP"))
	_, err := bound.Revision(b.ctx)
	if err == nil {
		b.Error("a table prefix with a semicolon was taken")
	}
	b.must(tx.Rollback(b.ctx))
}

// testTorn lets a writer move a record and a counter in step, and reads both in transactions that see every commit.
func testTorn(b *bundle) {
	const writes = 150
	b.migrate()
	b.code("ONE", 1)
	var v *voucher.Voucher
	needs := redemption.Needs{Vouchers: []string{"ONE"}, Templates: []redemption.CounterTemplate{{Metric: "m"}}}
	read := func() (int64, error) {
		version := int64(0)
		err := b.store.Update(b.ctx, func(tx store.Tx) error {
			snapshot, err := tx.Snapshot(b.ctx, needs)
			if err != nil {
				return err
			}
			v = snapshot.Vouchers["ONE"]
			version = v.Version
			if count := snapshot.Counters[redemption.CounterKey{Metric: "m", Subject: v.ID}]; version != count+1 {
				return fmt.Errorf("version %d of the voucher came with the counter at %d", version, count)
			}
			return nil
		})
		return version, err
	}
	_, err := read()
	b.must(err)
	id := v.ID
	var racing sync.WaitGroup
	var failure error
	racing.Go(func() {
		for version := int64(1); version <= writes && failure == nil; version++ {
			failure = b.store.Update(b.ctx, func(tx store.Tx) error {
				doc, err := tx.Get(b.ctx, record.Voucher, id)
				if err != nil {
					return err
				}
				return tx.Apply(b.ctx, &redemption.Plan{Consume: []redemption.Consume{consume(id, 1, writes)}, Writes: []record.Document{doc}})
			})
		}
	})
	for version := int64(0); version <= writes && err == nil; {
		version, err = read()
	}
	b.must(err)
	racing.Wait()
	b.must(failure)
}
