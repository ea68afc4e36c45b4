package voucherify_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/referral"
)

// bySigningUp makes Friends convert by the event signed_up, and gives nothing by itself.
func (s *shop) bySigningUp(change func(*campaign.Campaign)) campaign.Campaign {
	s.t.Helper()
	for _, name := range []string{"signed_up", "viewed"} {
		_, err := s.EventSchemas.Create(context.Background(), event.Schema{Name: name})
		s.must(err)
	}
	return s.programme(func(c *campaign.Campaign) {
		c.Voucher.Discount = nil
		c.ReferralProgram = &referral.Program{ConversionEventType: referral.ByCustomEvent, CustomEvent: &referral.CustomEvent{Name: "signed_up"}}
		if change != nil {
			change(c)
		}
	})
}

// signedUp is the event of a customer who names a code.
func signedUp(sourceID, code string) event.Custom {
	return event.Custom{Event: "signed_up", Customer: of(sourceID), Referral: &event.Referral{Code: code}}
}

func TestAnEventMakesAReferee(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.bySigningUp(rewarding(s.cards("Welcome"), 500))
	s.refTier(1, referral.FromCampaign(s.coupons("Coupon").ID, 0))
	ann := s.referrer("ann")
	after := s.outboxEnd()
	request := signedUp("bob", ann)
	request.EventID = "once"
	tracked, err := s.Events.Track(ctx, request)
	s.must(err)
	equal(t, []string{"customer.created", "customer.custom_event", "customer.referred", "customer.rewarded", "customer.rewarded"},
		s.events(after, event.CustomerCreated, event.CustomerCustomEvent, event.CustomerReferred, event.CustomerRewarded))
	for range 2 {
		equal(t, []string{"1", "0 by ann"}, []string{s.brought("ann"), s.brought("bob")})
		equal(t, [][]string{{"Coupon"}, {"Welcome 500"}}, [][]string{s.rewards("ann"), s.rewards("bob")})
		_, err = s.Events.Track(ctx, request)
		s.must(err)
	}
	bob, err := s.Customers.Get(ctx, "bob")
	s.must(err)
	equal(t, []string{"custom_event", tracked.ID}, []string{bob.Referrals.Campaigns[0].RelatedObjectType, bob.Referrals.Campaigns[0].RelatedObjectID})
	equal(t, []string{"ann REFERRER", "bob REFEREE"}, s.holders(ann))
	for entry, err := range s.Customers.Wallet(ctx, "bob", voucherify.ListOptions{}) {
		s.must(err)
		if entry.Voucher.Gift == nil {
			continue
		}
		details := s.transactions(entry.Voucher.Code)[0].Details
		equal(t, ledger.Details{Balance: details.Balance, CustomEvent: &ledger.Reference{ID: tracked.ID}}, details)
	}
	// The code takes nothing off, and using it converts nobody.
	result := s.refers(ann, "cat")
	equal(t, int64(1000), result.Order.TotalAmount)
	equal(t, []string{"1", "0"}, []string{s.brought("ann"), s.brought("cat")})
	s.verified()
}

func TestEventsThatConvertNobody(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, tt := range []struct {
		name    string
		prepare func(s *shop)
		change  func(e *event.Custom)
	}{
		{"another event", nil, func(e *event.Custom) { e.Event = "viewed" }},
		{"an event without a code", nil, func(e *event.Custom) { e.Referral = nil }},
		{"an event of the past", nil, func(e *event.Custom) { e.OccurredAt = noon.Add(-time.Hour) }},
		{"the referrer's own", nil, func(e *event.Custom) { e.Customer = of("ann") }},
		{"a campaign that is disabled", func(s *shop) { s.must(s.Campaigns.Disable(ctx, "Friends")) }, nil},
		{"a code that is disabled", func(s *shop) { s.must(s.Vouchers.Disable(ctx, "ANN")) }, nil},
		{"a campaign that has ended", func(s *shop) {
			camp, err := s.Campaigns.Get(ctx, "Friends")
			s.must(err)
			camp.ExpirationDate = ptr(noon.Add(time.Hour))
			s.must(second(s.Campaigns.Update(ctx, camp)))
			v, err := s.Vouchers.Get(ctx, "ANN")
			s.must(err)
			v.ExpirationDate = ptr(noon.Add(time.Hour))
			s.must(second(s.Vouchers.Update(ctx, v)))
			s.now.Add(7200)
		}, nil},
		{"somebody who has brought the referrer", func(s *shop) {
			s.must(second(s.Events.Track(ctx, signedUp("ann", s.referrer("bob")))))
		}, nil},
		{"somebody who was brought before", func(s *shop) {
			s.must(second(s.Events.Track(ctx, signedUp("bob", s.referrer("eve")))))
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.bySigningUp(nil)
			e := signedUp("bob", s.referrer("ann"))
			if tt.prepare != nil {
				tt.prepare(s)
			}
			if tt.change != nil {
				tt.change(&e)
			}
			s.must(second(s.Events.Track(ctx, e)))
			equal(t, "0", s.brought("ann")[:1])
			equal(t, []string{"ann REFERRER"}, s.holders("ANN"))
			s.verified()
		})
	}
}

func TestEventsThatAreRefused(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newShop(t)
	s.bySigningUp(nil)
	s.must(s.Campaigns.AddVoucher(ctx, "Friends", "NOBODY"))
	s.card("CARD", 100)
	ann := s.referrer("ann")
	other := signedUp("bob", ann)
	other.Referral.ReferrerID = "cust_x"
	for name, tt := range map[string]struct {
		e    event.Custom
		want string
	}{
		"a code that does not exist":     {signedUp("bob", "X"), "not_found at referral.code"},
		"a code that is no referral":     {signedUp("bob", "CARD"), "invalid_voucher at referral.code"},
		"a code without a referrer":      {signedUp("bob", "NOBODY"), "not_published at referral.code"},
		"another referrer than the code": {other, "invalid_payload at referral.referrer_id"},
	} {
		_, err := s.Events.Track(ctx, tt.e)
		equal(t, name+": "+tt.want, name+": "+s.refusal(err))
	}
	if _, err := s.Customers.Get(ctx, "bob"); !errors.Is(err, fault.NotFound) {
		t.Errorf("the customer of a refused event: %v", err)
	}
	owner, err := s.Customers.Get(ctx, "ann")
	s.must(err)
	other.Referral.ReferrerID = owner.ID
	other.Customer = &customer.Customer{SourceID: "bob", Name: "Bob"}
	s.must(second(s.Events.Track(ctx, other)))
	equal(t, "1", s.brought("ann"))
}
