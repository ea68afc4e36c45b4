package voucherify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

func TestAVoucherIsStoredActiveAndUnused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sent := voucher.Voucher{
		ID: "mine", Code: "SAVE", Type: voucher.DiscountVoucher, Discount: &off100, AdditionalInfo: "spring letter", Metadata: metadata.Map{"a": "b"},
		Redemption: voucher.Redemption{RedeemedQuantity: 7}, Version: 9, CreatedAt: later,
	}
	created, err := s.Vouchers.Create(background, sent)
	s.must(err)
	want := sent
	want.ID, want.Active, want.Redemption, want.CreatedAt, want.Version = created.ID, true, voucher.Redemption{}, noon, 1
	if diff := cmp.Diff(want, created); diff != "" || created.ID == "mine" {
		t.Errorf("created %s (-want +got):\n%s", created.ID, diff)
	}
	for _, name := range []string{"SAVE", " SAVE ", created.ID} {
		got, err := s.Vouchers.Get(background, name)
		s.must(err)
		if diff := cmp.Diff(created, got); diff != "" {
			t.Errorf("read by %q (-want +got):\n%s", name, diff)
		}
	}
	generated, err := s.Vouchers.Create(background, voucher.Voucher{Type: voucher.DiscountVoucher, Discount: &off100})
	s.must(err)
	if len(generated.Code) != voucher.DefaultCodeLength {
		t.Errorf("a generated code: %q", generated.Code)
	}
}

func TestAVoucherKeepsItsCodeItsCampaignAndItsType(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	created := s.coupon("SAVE", off100, 3)
	s.must(second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("SAVE")})))
	s.must(s.Vouchers.Disable(background, "SAVE"))
	s.now.Store(60)
	five, twice := discount.AmountOff(500, discount.ToOrder), int64(2)
	got, err := s.Vouchers.Update(background, voucher.Voucher{
		ID: created.ID, Active: true, Discount: &five, AdditionalInfo: "i", Metadata: metadata.Map{"k": true},
		Window: validity.Window{ExpirationDate: &later}, Redemption: voucher.Redemption{Quantity: &twice},
	})
	s.must(err)
	want, at := *created, noon.Add(time.Minute)
	want.Active, want.Discount, want.AdditionalInfo, want.Metadata, want.ExpirationDate = false, &five, "i", metadata.Map{"k": true}, &later
	want.Redemption, want.UpdatedAt, want.Version = voucher.Redemption{Quantity: &twice, RedeemedQuantity: 1}, &at, 3
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, test := range map[string]struct {
		edit func(*voucher.Voucher)
		want place
	}{
		"another code":             {func(v *voucher.Voucher) { v.Code = "OTHER" }, place{fault.InvalidVoucher, "code"}},
		"another campaign":         {func(v *voucher.Voucher) { v.CampaignID = "camp_1" }, place{fault.InvalidVoucher, "campaign_id"}},
		"another kind of discount": {setDiscount(discount.Percent("5", discount.ToOrder)), place{fault.InvalidVoucher, "discount.type"}},
		"no discount":              {func(v *voucher.Voucher) { v.Discount = nil }, place{fault.InvalidVoucher, "discount"}},
		"a limit of 0":             {func(v *voucher.Voucher) { v.Redemption.Quantity = &zero }, payload("redemption.quantity")},
	} {
		sent := got
		test.edit(&sent)
		if diff := cmp.Diff(test.want, placeOf(t, second(s.Vouchers.Update(background, sent)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A limit may be set below what was used: nothing more can be redeemed, and what was redeemed can be rolled back.
func TestALimitBelowTheUseStopsTheCode(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("SAVE", off100, 0)
	request := redemption.Request{Redeemables: redemption.Codes("SAVE")}
	var last *redemption.Result
	for range 3 {
		var err error
		last, err = s.Redeem(background, request)
		s.must(err)
	}
	once := int64(1)
	s.editVoucher("SAVE", func(v *voucher.Voucher) { v.Redemption.Quantity = &once })
	if err := second(s.Redeem(background, request)); !errors.Is(err, fault.QuantityExceeded) {
		t.Errorf("a fourth use of one: %v", err)
	}
	s.must(second(s.Rollback(background, redemption.RollbackRequest{Redemption: last.ID()})))
	s.redeemed("SAVE", 2)
}

func TestACodeInTheBinStaysReservedAndOneThatIsGoneIsFree(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("SAVE", off100, 0)
	create := func() error {
		return second(s.Vouchers.Create(background, voucher.Voucher{Code: "SAVE", Type: voucher.DiscountVoucher, Discount: &off100}))
	}
	s.must(s.Vouchers.Delete(background, "SAVE", true))
	s.must(create())
	s.must(s.Vouchers.Delete(background, "SAVE", false))
	if got := placeOf(t, create()); got != (place{fault.DuplicateFound, "code"}) {
		t.Errorf("a code in the bin: %v", got)
	}
	for name, err := range map[string]error{
		"get": second(s.Vouchers.Get(background, "SAVE")), "enable": s.Vouchers.Enable(background, "SAVE"), "delete": s.Vouchers.Delete(background, "SAVE", true),
	} {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("%s of a code in the bin: %v", name, err)
		}
	}
	answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes("SAVE")})
	s.must(err)
	if answer.Valid || answer.Decision.Reason != fault.NotFound {
		t.Errorf("validating a code in the bin: %s", told(answer))
	}
}

func TestCodesCompareAsTheProjectSays(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options []voucherify.Option
		finds   bool
	}{"case counts": {nil, false}, "case does not count": {[]voucherify.Option{voucherify.WithCaseInsensitiveCodes()}, true}} {
		s := newShop(t, test.options...)
		s.coupon("Straße7", off100, 0)
		got, err := s.Vouchers.Get(background, "STRAßE7")
		if (err == nil) != test.finds || test.finds && got.Code != "Straße7" {
			t.Errorf("%s: got %q, %v", name, got.Code, err)
		}
		answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes("straße7")})
		s.must(err)
		if answer.Valid != test.finds || answer.Redeemables[0].ID != "straße7" {
			t.Errorf("%s: %s", name, told(answer))
		}
		err = second(s.Vouchers.Create(background, voucher.Voucher{Code: "straße7", Type: voucher.DiscountVoucher, Discount: &off100}))
		if (err != nil) != test.finds {
			t.Errorf("%s: another spelling: %v", name, err)
		}
	}
}

func TestAPublishedCodeLivesFromItsPublicationOn(t *testing.T) {
	t.Parallel()
	s := newShop(t, voucherify.WithTimeZone("Europe/Berlin"))
	end := noon.Add(24 * time.Hour)
	s.must(second(s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) {
		c.ActivityDurationAfterPublishing, c.ExpirationDate = &validity.Duration{Days: 7}, &end
	}))))
	s.must(s.Campaigns.AddVoucher(background, "C", "A"))
	s.must(s.Campaigns.AddVoucher(background, "C", "B"))
	s.now.Store(3600)
	before := len(s.store.Export().Outbox)
	published, err := s.publish("A", customer.Customer{SourceID: "c1", Name: "Ann"})
	s.must(err)
	at := noon.Add(time.Hour)
	until := at.AddDate(0, 0, 7)
	holder, err := s.Customers.Get(background, "c1")
	s.must(err)
	if diff := cmp.Diff([]any{holder.ID, at, at, until, "Ann"}, []any{published.HolderID, *published.PublishedAt, *published.StartDate, *published.ExpirationDate, holder.Name}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var types []event.Type
	for _, entry := range s.store.Export().Outbox[before:] {
		types = append(types, entry.Event.Type)
	}
	if diff := cmp.Diff([]event.Type{
		event.CustomerCreated, event.HolderAssigned, event.VoucherPublished, event.PublicationSucceeded, event.CustomerPublication,
	}, types); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}

	s.now.Store(7200)
	if err := second(s.publish("A", *customer.BySourceID("c1"))); !errors.Is(err, fault.VoucherAlreadyPublished) {
		t.Errorf("publishing again to the same customer: %v", err)
	}
	again, err := s.Vouchers.Get(background, "A")
	s.must(err)
	if diff := cmp.Diff(published, again); diff != "" {
		t.Errorf("after publishing again to the same customer (-first +second):\n%s", diff)
	}
	if err := second(s.publish("A", *customer.BySourceID("c2"))); !errors.Is(err, fault.VoucherAlreadyPublished) {
		t.Errorf("publishing to another: %v", err)
	}
	if err := second(s.Customers.Get(background, "c2")); !errors.Is(err, fault.NotFound) {
		t.Errorf("a refused publication stored its customer: %v", err)
	}
	for _, moment := range []struct {
		code   string
		second time.Time
		want   string
	}{
		{"B", end, "valid 900: B -100"},
		{"B", end.Add(time.Second), "refused: B voucher_expired; inapplicable: B voucher_expired"},
		{"A", end.Add(time.Second), "valid 900: A -100"},
		{"A", until, "valid 900: A -100"},
		{"A", until.Add(time.Second), "refused: A voucher_expired; inapplicable: A voucher_expired"},
	} {
		s.at(moment.second)
		answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes(moment.code), Order: &order.Order{Amount: 1000}})
		s.must(err)
		if diff := cmp.Diff(moment.want, told(answer)); diff != "" {
			t.Errorf("%s at %s (-want +got):\n%s", moment.code, moment.second, diff)
		}
	}
}

// at sets the clock.
func (s *shop) at(now time.Time) { s.now.Store(int64(now.Sub(noon) / time.Second)) }

// A code that belongs to no campaign may be handed to many; its life begins with the first, who is named on it.
func TestAStandaloneCodeIsPublishedToMany(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.coupon("A", off100, 0)
	first, err := s.publish("A", *customer.BySourceID("c1"))
	s.must(err)
	s.now.Store(60)
	then, err := s.publish("A", *customer.BySourceID("c2"))
	s.must(err)
	if then.HolderID != first.HolderID || then.Publish.Count != 2 || !then.PublishedAt.Equal(noon) || then.ExpirationDate != nil {
		t.Errorf("published to the second: %+v", then)
	}
}

func TestAPublishedCodeSurvivesChangesOfItsCampaign(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.must(second(s.Campaigns.Create(background, coupons("C", func(c *campaign.Campaign) { c.ExpirationDate = &later }))))
	for _, code := range []string{"FREE", "GIVEN", "USED"} {
		s.must(s.Campaigns.AddVoucher(background, "C", code))
	}
	s.must(second(s.publish("GIVEN", *customer.BySourceID("c1"))))
	s.must(second(s.Redeem(background, redemption.Request{Redeemables: redemption.Codes("USED")})))
	camp, err := s.Campaigns.Get(background, "C")
	s.must(err)
	five := discount.AmountOff(500, discount.ToOrder)
	camp.Voucher.Discount, camp.ExpirationDate = &five, &earlier
	s.must(second(s.Campaigns.Update(background, camp)))
	s.at(earlier.Add(time.Minute))
	for code, want := range map[string]string{
		"FREE": "refused: FREE voucher_expired; inapplicable: FREE voucher_expired", "GIVEN": "valid 900: GIVEN -100", "USED": "valid 900: USED -100",
	} {
		answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes(code), Order: &order.Order{Amount: 1000}})
		s.must(err)
		if diff := cmp.Diff(want, told(answer)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", code, diff)
		}
	}
}

// The dates of the campaign must not keep a code from being switched off.
func TestACodeWhoseDatesNoLongerFitItsCampaignCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.must(second(s.Campaigns.Create(background, coupons("C"))))
	s.must(s.Campaigns.AddVoucher(background, "C", "A"))
	s.editVoucher("A", func(v *voucher.Voucher) { v.StartDate = &later })
	camp, err := s.Campaigns.Get(background, "C")
	s.must(err)
	camp.ExpirationDate = &earlier
	s.must(second(s.Campaigns.Update(background, camp)))
	s.must(s.Vouchers.Disable(background, "A"))
	s.must(s.Vouchers.Enable(background, "A"))
	v, err := s.Vouchers.Get(background, "A")
	s.must(err)
	v.AdditionalInfo = "i"
	if got := placeOf(t, second(s.Vouchers.Update(background, v))); got != payload("expiration_date") {
		t.Errorf("changing it without repairing its dates: %v", got)
	}
}

// A campaign without dates gets some: codes that were given out before never had any.
func TestAPublishedCodeStaysWithoutDates(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.must(second(s.Campaigns.Create(background, coupons("C"))))
	for _, code := range []string{"FREE", "GIVEN"} {
		s.must(s.Campaigns.AddVoucher(background, "C", code))
	}
	s.must(second(s.publish("GIVEN", *customer.BySourceID("c1"))))
	for _, end := range []time.Time{earlier, noon.Add(2 * time.Hour)} { // a second change finds the first on the campaign
		camp, err := s.Campaigns.Get(background, "C")
		s.must(err)
		camp.ExpirationDate, camp.DaysOfWeek = &end, []int{0}
		s.must(second(s.Campaigns.Update(background, camp)))
	}
	s.at(later)
	for code, want := range map[string]string{"FREE": "refused: FREE voucher_expired; inapplicable: FREE voucher_expired", "GIVEN": "valid 900: GIVEN -100"} {
		answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes(code), Order: &order.Order{Amount: 1000}})
		s.must(err)
		if diff := cmp.Diff(want, told(answer)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", code, diff)
		}
	}
	s.editVoucher("GIVEN", func(v *voucher.Voucher) { v.ExpirationDate = &earlier })
	answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes("GIVEN")})
	s.must(err)
	if answer.Decision.Reason != fault.VoucherExpired {
		t.Errorf("after giving it dates of its own: %s", told(answer))
	}
}

// A formula is checked when it is stored; what only the order makes impossible falls back to the plain amount.
func TestAFormulaThatCannotBeEvaluatedFallsBackToTheAmount(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	shared := discount.AmountOff(100, discount.ToOrder)
	shared.AmountOffFormula = `6 / REDEMPTION_METADATA("friends")` // 6.00
	s.coupon("SHARE", shared, 0)
	for name, test := range map[string]struct {
		metadata metadata.Map
		off      int64
	}{
		"three friends":     {metadata.Map{"friends": 3}, 200},
		"division by zero":  {metadata.Map{"friends": 0}, 100},
		"a text":            {metadata.Map{"friends": "many"}, 100},
		"nothing":           {nil, 100},
		"less than nothing": {metadata.Map{"friends": -3}, 0},
	} {
		answer, err := s.Validate(background, redemption.Request{Redeemables: redemption.Codes("SHARE"), Order: &order.Order{Amount: 1000}, Metadata: test.metadata})
		s.must(err)
		got := answer.Redeemables[0].Result.Discount
		if answer.Order.TotalDiscountAmount != test.off || !got.IsDynamic || *got.AmountOff != test.off {
			t.Errorf("%s: %d off, result %s", name, answer.Order.TotalDiscountAmount, asJSON(t, got))
		}
	}
}
