package voucherify_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
	"github.com/voucherify-go/voucherify/validation"
)

// errBroken is what broken machinery answers.
var errBroken = errors.New("broken")

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errBroken }

// brokenStore answers every read of one kind of record, and every write, with an error.
type brokenStore struct {
	*memory.Store
	kind record.Kind
}

func (b *brokenStore) View(ctx context.Context, fn func(store.Reader) error) error {
	return b.Update(ctx, func(tx store.Tx) error { return fn(tx) })
}

func (b *brokenStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	return b.Store.Update(ctx, func(tx store.Tx) error { return fn(&brokenTx{tx, b.kind}) })
}

type brokenTx struct {
	store.Tx
	kind record.Kind
}

func (b *brokenTx) Get(ctx context.Context, kind record.Kind, id string) (record.Document, error) {
	if kind == b.kind {
		return record.Document{}, errBroken
	}
	return b.Tx.Get(ctx, kind, id)
}

func (b *brokenTx) Find(ctx context.Context, kind record.Kind, key string) (record.Document, error) {
	if kind == b.kind {
		return record.Document{}, errBroken
	}
	return b.Tx.Find(ctx, kind, key)
}

func (b *brokenTx) Apply(context.Context, *redemption.Plan) error { return errBroken }

// What the machinery cannot do is no fault of the caller: the error stays what it is and names no field.
func TestErrorsOfTheMachineryAreNotBlamedOnTheCaller(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	rule := s.plainRule()
	promo := s.promotion(0)
	tier := s.tier()
	s.coupon("A", off100, 0)
	broken := func(kind record.Kind) *voucherify.Engine {
		eng, err := voucherify.New(&brokenStore{s.store, kind})
		s.must(err)
		return eng
	}
	random := newShop(t, voucherify.WithRand(brokenReader{}), voucherify.WithIDs(func(now time.Time) id.Sequence { return id.NewSequence(now, 1) }))
	noIDs, err := voucherify.New(s.store, voucherify.WithRand(brokenReader{}))
	s.must(err)
	before := asJSON(t, s.store.Export())
	for name, err := range map[string]error{
		"codes without randomness": second(random.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) { c.VouchersCount = 1 }))),
		"ids without randomness":   second(noIDs.Redeem(background, redemption.Request{Redeemables: redemption.Codes("A")})),
		"the product of a SKU":     second(broken(record.Product).Products.CreateSKU(background, product.SKU{ProductID: "p"})),
		"the campaign of a tier":   second(broken(record.Campaign).Promotions.CreateTier(background, promotion.Tier{CampaignID: promo, Name: "t"})),
		"the tier of a stack": second(broken(record.Tier).Promotions.CreateStack(background, promotion.Stack{
			CampaignID: tier.CampaignID, Name: "s", Tiers: promotion.StackTiers{IDs: []string{tier.ID}},
		})),
		"the rule of a campaign":           second(broken(record.Rule).Campaigns.Create(background, campaign.Campaign{Name: "R", CampaignType: campaign.Promotion, ValidationRules: []string{rule}})),
		"the category of a campaign":       second(broken(record.Category).Campaigns.Create(background, campaign.Campaign{Name: "R", CampaignType: campaign.Promotion, CategoryID: "cat_1"})),
		"a category of the stacking rules": second(broken(record.Category).Settings.SetStackingRules(background, promotion.StackingRules{JointCategories: []string{"cat_1"}})),
		"a rule to be read":                second(broken(record.Rule).Rules.Get(background, rule)),
		"a rule to be written":             second(broken("").Rules.Create(background, validation.Rule{Name: "r"})),
		"a redeem to be written":           second(broken("").Redeem(background, redemption.Request{Redeemables: redemption.Codes("A")})),
		"a refusal to be written":          second(broken("").Redeem(background, redemption.Request{Redeemables: redemption.Codes("NONE")})),
	} {
		var blamed *fault.Error
		if !errors.Is(err, errBroken) || errors.As(err, &blamed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if diff := cmp.Diff(before, asJSON(t, s.store.Export())); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
}

func TestACanceledContextEndsEveryVerb(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	result := s.redeemedOnce()
	ctx, cancel := context.WithCancel(background)
	cancel()
	before := asJSON(t, s.store.Export())
	line := []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 1}}
	for name, err := range map[string]error{
		"validate": second(s.Validate(ctx, redemption.Request{Redeemables: redemption.Codes("SAVE")})),
		"redeem":   second(s.Redeem(ctx, redemption.Request{Redeemables: redemption.Codes("SAVE")})),
		"qualify":  second(s.Qualify(ctx, redemption.QualificationRequest{})),
		"rollback": second(s.Rollback(ctx, redemption.RollbackRequest{Redemption: result.ID()})),
		"return":   second(s.Return(ctx, redemption.ReturnRequest{Redemption: result.ID(), Lines: line})),
		"disable":  s.Vouchers.Disable(ctx, "SAVE"),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if diff := cmp.Diff(before, asJSON(t, s.store.Export())); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
}

func TestTheObserverIsToldAboutEveryVerb(t *testing.T) {
	t.Parallel()
	var told []string
	s := newShop(t, voucherify.WithObserver(func(o voucherify.Observation) {
		outcome := "well"
		if o.Err != nil {
			outcome = "failed"
		}
		if o.Attempts != 1 || o.Duration < 0 {
			t.Errorf("observation = %+v", o)
		}
		told = append(told, o.Verb+" "+outcome)
	}))
	result := s.redeemedOnce()
	line := []redemption.ReturnLine{{ItemID: result.Order.Items[0].ID, Quantity: 1}}
	s.must(second(s.Validate(background, redemption.Request{Redeemables: redemption.Codes("SAVE")})))
	s.must(second(s.Qualify(background, redemption.QualificationRequest{})))
	s.must(second(s.Return(background, redemption.ReturnRequest{Redemption: result.ID(), Lines: line})))
	s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()})))
	_ = second(s.Rollback(background, redemption.RollbackRequest{Redemption: result.ID()}))
	_ = second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("NONE")}))
	_ = second(s.Validate(background, redemption.Request{}))
	want := []string{"redeem well", "validate well", "qualify well", "return well", "rollback well", "rollback failed", "redeem failed", "validate failed"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
