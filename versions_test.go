package voucherify_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
	"github.com/voucherify-go/voucherify/validation"
)

// versioned is a record that can be updated: write sends a version and returns the one that is stored then.
type versioned struct {
	name  string
	write func(s *shop, version int64) (int64, error)
}

// versionedRecords makes one record of each kind that takes a version.
func versionedRecords(s *shop) []versioned {
	off := discount.AmountOff(100, discount.ToOrder)
	camp, err := s.Campaigns.Create(background, campaign.Campaign{Name: "C", CampaignType: campaign.DiscountCoupons, Voucher: &campaign.Template{Discount: &off}})
	s.must(err)
	code := s.coupon("A", off, 0)
	tier := s.tier()
	stack, err := s.Promotions.CreateStack(background, promotion.Stack{CampaignID: tier.CampaignID, Name: "s", Tiers: promotion.StackTiers{IDs: []string{tier.ID}}})
	s.must(err)
	rule, err := s.Rules.Create(background, validation.Rule{Name: "r"})
	s.must(err)
	category, err := s.Categories.Create(background, promotion.Category{Name: "c"})
	s.must(err)
	article, err := s.Products.CreateProduct(background, product.Product{SourceID: "p"})
	s.must(err)
	sku, err := s.Products.CreateSKU(background, product.SKU{SourceID: "s", ProductID: article.ID})
	s.must(err)
	collection, err := s.Products.CreateCollection(background, product.Collection{Name: "k"})
	s.must(err)
	s.must(second(s.Settings.SetStackingRules(background, promotion.StackingRules{})))
	return []versioned{
		{"campaign", func(s *shop, v int64) (int64, error) {
			camp.Version = v
			got, err := s.Campaigns.Update(background, camp)
			return got.Version, err
		}},
		{"voucher", func(s *shop, v int64) (int64, error) {
			x := *code
			x.Version = v
			got, err := s.Vouchers.Update(background, x)
			return got.Version, err
		}},
		{"tier", func(s *shop, v int64) (int64, error) {
			tier.Version = v
			got, err := s.Promotions.UpdateTier(background, tier)
			return got.Version, err
		}},
		{"stack", func(s *shop, v int64) (int64, error) {
			stack.Version = v
			got, err := s.Promotions.UpdateStack(background, stack)
			return got.Version, err
		}},
		{"rule", func(s *shop, v int64) (int64, error) {
			rule.Version = v
			got, err := s.Rules.Update(background, rule)
			return got.Version, err
		}},
		{"category", func(s *shop, v int64) (int64, error) {
			category.Version = v
			got, err := s.Categories.Update(background, category)
			return got.Version, err
		}},
		{"product", func(s *shop, v int64) (int64, error) {
			article.Version = v
			got, err := s.Products.UpdateProduct(background, article)
			return got.Version, err
		}},
		{"sku", func(s *shop, v int64) (int64, error) {
			sku.Version = v
			got, err := s.Products.UpdateSKU(background, sku)
			return got.Version, err
		}},
		{"collection", func(s *shop, v int64) (int64, error) {
			collection.Version = v
			got, err := s.Products.UpdateCollection(background, collection)
			return got.Version, err
		}},
		{"stacking rules", func(s *shop, v int64) (int64, error) {
			got, err := s.Settings.SetStackingRules(background, promotion.StackingRules{Version: v})
			return got.Version, err
		}},
	}
}

func TestAnUpdateOfWhatWasChangedSinceIsRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, record := range versionedRecords(s) {
		for _, step := range []struct{ sent, want int64 }{{1, 2}, {2, 3}, {0, 4}} {
			got, err := record.write(s, step.sent)
			if err != nil || got != step.want {
				t.Errorf("%s: version %d was sent: got %d, %v", record.name, step.sent, got, err)
			}
		}
		before := asJSON(t, s.store.Export())
		for _, stale := range []int64{1, 3, 5} {
			_, err := record.write(s, stale)
			if !errors.Is(err, store.ErrStale) || placeOf(t, err) != (place{fault.InvalidPayload, "version"}) {
				t.Errorf("%s: version %d of 4: %v", record.name, stale, err)
			}
		}
		if diff := cmp.Diff(before, asJSON(t, s.store.Export())); diff != "" {
			t.Errorf("%s: a refused update changed the store (-before +after):\n%s", record.name, diff)
		}
	}
}

// compete runs fn in several goroutines at once, each a number of times.
func compete(fn func(goroutine, round int)) {
	const goroutines, rounds = 8, 25
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			for i := range rounds {
				fn(g, i)
			}
		})
	}
	all.Wait()
}

func TestWhoSendsNoVersionNeverMeetsARace(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	off := discount.AmountOff(100, discount.ToOrder)
	s.coupon("A", off, 0)
	compete(func(g, i int) {
		ctx := context.Background()
		change := s.Vouchers.Disable
		if (g+i)%2 == 0 {
			change = s.Vouchers.Enable
		}
		if err := change(ctx, "A"); err != nil {
			t.Errorf("switching: %v", err)
		}
		if _, err := s.Customers.Upsert(ctx, customer.Customer{SourceID: fmt.Sprint("c", i), Name: fmt.Sprint(g)}); err != nil {
			t.Errorf("a customer who is new to several at once: %v", err)
		}
	})
	v, err := s.Vouchers.Get(background, "A")
	s.must(err)
	if v.Version != 1+8*25 {
		t.Errorf("version %d after 200 changes", v.Version)
	}
	customers := 0
	for _, err := range s.Customers.List(background, listAll) {
		s.must(err)
		customers++
	}
	if customers != 25 {
		t.Errorf("%d customers, want 25", customers)
	}
}

// meddler is a store in which somebody else is faster: when a transaction is about to write for the first time, another one
// commits before it.
type meddler struct {
	*memory.Store
	meddle func()
}

func (m *meddler) Update(ctx context.Context, fn func(store.Tx) error) error {
	return m.Store.Update(ctx, func(tx store.Tx) error { return fn(&meddledTx{tx, m}) })
}

type meddledTx struct {
	store.Tx
	store *meddler
}

func (t *meddledTx) Apply(ctx context.Context, plan *redemption.Plan) error {
	if meddle := t.store.meddle; meddle != nil {
		t.store.meddle = nil
		meddle()
	}
	return t.Tx.Apply(ctx, plan)
}

// meddled is the shop as an engine sees it whose next write is preceded by meddle.
func (s *shop) meddled(meddle func()) *shop {
	s.t.Helper()
	eng, err := voucherify.New(&meddler{s.store, meddle}, voucherify.WithClock(func() time.Time { return noon }))
	s.must(err)
	other := *s
	other.Engine = eng
	return &other
}

func TestALostRaceIsRunAgainWithTheVersionThatTheCallerSent(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, record := range versionedRecords(s) {
		faster := func() { s.must(second(record.write(s, 0))) }
		got, err := record.write(s.meddled(faster), 0)
		if err != nil || got != 3 {
			t.Errorf("%s without a version: got version %d, %v", record.name, got, err)
		}
		_, err = record.write(s.meddled(faster), 3)
		if !errors.Is(err, store.ErrStale) {
			t.Errorf("%s: version 3 overwrites version 4: %v", record.name, err)
		}
	}
}

func TestWhoIsSecondToMakeSomethingMeetsTheFirst(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	upsert := func(s *shop, name string) (customer.Customer, error) {
		return s.Customers.Upsert(background, customer.Customer{SourceID: "c1", Name: name})
	}
	got, err := upsert(s.meddled(func() { s.must(second(upsert(s, "Ann"))) }), "Bea")
	s.must(err)
	if got.Name != "Bea" || got.Version != 2 {
		t.Errorf("the customer is %+v", got)
	}
	create := func(s *shop) (promotion.Category, error) {
		return s.Categories.Create(background, promotion.Category{Name: "gold"})
	}
	_, err = create(s.meddled(func() { s.must(second(create(s))) }))
	if placeOf(t, err) != (place{fault.DuplicateFound, "name"}) {
		t.Errorf("the second category of a name: %v", err)
	}
	off := discount.AmountOff(1, discount.ToOrder)
	s.must(second(s.Campaigns.Create(background, campaign.Campaign{Name: "C", CampaignType: campaign.DiscountCoupons, Voucher: &campaign.Template{Discount: &off}})))
	s.must(s.Campaigns.AddVoucher(background, "C", "A"))
	publish := func(s *shop, to string) error {
		return second(s.publish("A", *customer.BySourceID(to)))
	}
	err = publish(s.meddled(func() { s.must(publish(s, "c2")) }), "c1")
	if !errors.Is(err, fault.VoucherAlreadyPublished) {
		t.Errorf("the second holder of a code: %v", err)
	}
}
