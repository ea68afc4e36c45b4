package voucherify_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/store/memory"
	"github.com/voucherify-go/voucherify/voucher"
)

// noon is the instant of the tests' clock.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// shop is an engine over a memory store with a clock that tests can move and identifiers that are the same in every run.
type shop struct {
	*voucherify.Engine
	store *memory.Store
	now   *atomic.Int64 // seconds after noon
	t     testing.TB
}

func newShop(t testing.TB, opts ...voucherify.Option) *shop {
	t.Helper()
	s := &shop{store: memory.New(), now: new(atomic.Int64), t: t}
	var calls atomic.Uint64
	clock := func() time.Time { return noon.Add(time.Duration(s.now.Load()) * time.Second) }
	opts = append([]voucherify.Option{
		voucherify.WithClock(clock),
		voucherify.WithIDs(func(now time.Time) id.Sequence { return id.NewSequence(now, calls.Add(1)<<12) }),
	}, opts...)
	e, err := voucherify.New(s.store, opts...)
	if err != nil {
		t.Fatal(err)
	}
	s.Engine = e
	return s
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// publish gives a code to a customer and returns it as it is then.
func (s *shop) publish(code string, to customer.Customer) (voucher.Voucher, error) {
	s.t.Helper()
	p, err := s.Publications.Create(context.Background(), publication.OfCode(code, &to))
	if err != nil {
		return voucher.Voucher{}, err
	}
	return *p.Voucher, nil
}

// coupon creates a standalone code; quantity 0 is unlimited.
func (s *shop) coupon(code string, d discount.Discount, quantity int64) *voucher.Voucher {
	s.t.Helper()
	v := voucher.Voucher{Code: code, Type: voucher.DiscountVoucher, Discount: &d}
	if quantity > 0 {
		v.Redemption.Quantity = &quantity
	}
	created, err := s.Vouchers.Create(context.Background(), v)
	s.must(err)
	return &created
}
