package voucherify_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/voucher"
)

// different counts the codes that differ.
func different(codes []string) int {
	seen := map[string]bool{}
	for _, code := range codes {
		seen[code] = true
	}
	return len(seen)
}

func TestManyCodesAreStoredInPartsAndAreAllThere(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		config voucher.CodeConfig
	}{
		{"so many possible codes that none is drawn twice", voucher.CodeConfig{Length: 12}},
		{"so few that the parts meet, and the call has to ask what is free", voucher.CodeConfig{Length: 5, Charset: "0123456789"}},
		{"so few that they are listed instead of drawn", voucher.CodeConfig{Length: 4, Charset: "0123456789a"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			const first, more = 9001, 4000
			camp, err := s.Campaigns.Create(background, coupons("Many", func(c *campaign.Campaign) {
				c.VouchersCount, c.Voucher.CodeConfig = first, test.config
			}))
			s.must(err)
			if got := s.codes(camp.ID); camp.VouchersCount != first || different(got) != first {
				t.Errorf("the campaign says %d, %d different codes are stored, want %d", camp.VouchersCount, different(got), first)
			}
			added, err := s.Campaigns.AddVouchers(background, camp.ID, more, nil)
			s.must(err)
			if got := s.codes(camp.ID); len(added) != more || different(got) != first+more {
				t.Errorf("%d codes were added, %d different ones are stored, want %d", len(added), different(got), first+more)
			}
			stored, err := s.Campaigns.Get(background, camp.ID)
			s.must(err)
			if stored.VouchersCount != first+more {
				t.Errorf("the campaign says %d, want %d", stored.VouchersCount, first+more)
			}
		})
	}
}

func TestManyCodesAreStoredAllOrNone(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	_, err := s.Campaigns.Create(background, coupons("Taken"))
	s.must(err)
	_, err = s.Campaigns.Create(background, coupons("Taken", func(c *campaign.Campaign) { c.VouchersCount = 9000 }))
	if !errors.Is(err, fault.DuplicateFound) {
		t.Errorf("got %v, want %v", err, fault.DuplicateFound)
	}
	for v, err := range s.Vouchers.List(background, voucherify.ListOptions{}) {
		t.Fatalf("%v %v is there", v.Code, err)
	}
}

func TestAFewCodesAreDrawnAroundThoseThatAreTaken(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for n := range 100 {
		if n%2 == 1 {
			s.coupon(fmt.Sprintf("C%02d", n), *coupons("").Voucher.Discount, 0)
		}
	}
	camp, err := s.Campaigns.Create(background, coupons("Even", func(c *campaign.Campaign) {
		c.VouchersCount, c.Voucher.CodeConfig = 12, voucher.CodeConfig{Pattern: "C##", Charset: "0123456789"}
	}))
	s.must(err)
	for _, code := range s.codes(camp.ID) {
		if !strings.ContainsAny(code[2:], "02468") {
			t.Errorf("%s was taken", code)
		}
	}
}
