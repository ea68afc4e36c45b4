package sqltest

import (
	"fmt"
	"net"
	"sync"
	"testing"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// Trips counts round trips: how often something is sent and an answer is waited for.
type Trips struct {
	mu    sync.Mutex
	asked bool // something was sent since the last answer
	count int
}

// Conn returns a connection whose round trips are counted.
func (t *Trips) Conn(conn net.Conn) net.Conn { return &countedConn{conn, t} }

// Reset returns what was counted, and begins at 0 again.
func (t *Trips) Reset() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	count := t.count
	t.count, t.asked = 0, false
	return count
}

type countedConn struct {
	net.Conn
	trips *Trips
}

func (c *countedConn) Write(p []byte) (int, error) {
	c.trips.mu.Lock()
	c.trips.asked = true
	c.trips.mu.Unlock()
	return c.Conn.Write(p)
}

func (c *countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.trips.mu.Lock()
	if n > 0 && c.trips.asked {
		c.trips.count++
		c.trips.asked = false
	}
	c.trips.mu.Unlock()
	return n, err
}

// Most are the largest numbers of round trips that are allowed; 0 leaves one out.
type Most struct{ Redeem, Validate, Rollback, InHost int }

// RunTrips counts the round trips of redeems of 1 and 30 codes on carts of 1, 10 and 500 lines, for new and for known
// customers, and of what else a shop does all day. The store must talk over connections of trips, which are warm after a
// few calls, and have a catalogue.
func RunTrips(t *testing.T, s Store, trips *Trips, most Most, host func(t *testing.T) (Transaction, store.Tx)) {
	b := newBundle(t, Database{})
	b.store = s
	b.must(s.Migrate(b.ctx))
	b.engine = b.engineOver(s)
	_, err := b.engine.Settings.SetStackingRules(b.ctx, promotion.StackingRules{RedeemablesLimit: 30, ApplicableRedeemablesLimit: 30})
	b.must(err)
	codes := make([]string, 30)
	for i := range codes {
		codes[i] = fmt.Sprint("CODE-", i)
		off := discount.AmountOff(1, discount.ToOrder)
		_, err := b.engine.Vouchers.Create(b.ctx, voucher.Voucher{Code: codes[i], Type: voucher.DiscountVoucher, Discount: &off})
		b.must(err)
	}
	number, warm := 0, 3
	for _, lines := range []int{1, 10, 500} {
		for _, redeemables := range []int{1, 30} {
			var last *redemption.Result
			request := func() redemption.Request {
				number++
				return redemption.Request{
					Redeemables: redemption.Codes(codes[:redeemables]...), Order: cartOf(lines),
					Customer: customer.BySourceID(fmt.Sprint("customer-", number/2)), IdempotencyKey: fmt.Sprint("key-", number),
				}
			}
			count := func(what string, allowed int, fn func() error) {
				b.Helper()
				trips.Reset()
				b.must(fn())
				name := fmt.Sprintf("%s of %d codes on %d lines", what, redeemables, lines)
				n := trips.Reset()
				b.Logf("%s: %d round trips", name, n)
				if n > allowed && allowed > 0 {
					b.Errorf("%s makes %d round trips, at most %d are allowed", name, n, allowed)
				}
			}
			redeem := func() (err error) {
				last, err = b.engine.Redeem(b.ctx, request())
				return err
			}
			for range warm { // the connection learns its statements
				b.must(redeem())
				b.validate(request())
				b.rollback(last)
			}
			warm = 1      // there is little left to learn
			for range 2 { // a new customer and a known one
				count("a redeem", most.Redeem, redeem)
			}
			count("a validate", most.Validate, func() error { b.validate(request()); return nil })
			count("a rollback", most.Rollback, func() error { b.rollback(last); return nil })
			for i := 0; host != nil && i < 2; i++ {
				tx, bound := host(t)
				redeem := func() error {
					_, err := b.engine.RedeemTx(b.ctx, bound, request())
					return err
				}
				if i == 0 { // the connection learns more
					b.must(redeem())
				} else {
					count("a redeem in the host's transaction", most.InHost, redeem)
				}
				b.must(tx.Commit(b.ctx))
			}
		}
	}
}

func (b *bundle) validate(request redemption.Request) {
	b.Helper()
	answer, err := b.engine.Validate(b.ctx, request)
	b.must(err)
	b.same("valid", true, answer.Valid)
}

func (b *bundle) rollback(redeemed *redemption.Result) {
	b.Helper()
	_, err := b.engine.Rollback(b.ctx, redemption.RollbackRequest{Redemption: redeemed.ID()})
	b.must(err)
}

func cartOf(lines int) *order.Order {
	var items []order.Line
	for i := range lines {
		items = append(items, order.Line{ProductID: fmt.Sprint("prod_", i), Quantity: 2, Price: 1999})
	}
	return order.New("", items...)
}
