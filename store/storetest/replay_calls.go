package storetest

import (
	"context"
	"fmt"
	"iter"
	"time"

	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/id"
	giftledger "github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// player plays a history on one store.
type player struct {
	TB
	ctx    context.Context
	store  store.Store
	engine *voucherify.Engine
	// called says that the engine has written to the store.
	called bool
	// seconds and calls drive clock and identifiers.
	seconds int
	calls   uint64
	// redeemed are the answers of redeems that succeeded.
	redeemed []*redemption.Result
}

// restart makes a new engine, as a process does that starts again.
func (p *player) restart() {
	p.Helper()
	var err error
	p.engine, err = voucherify.New(p.store,
		voucherify.WithClock(func() time.Time { return at(p.seconds) }),
		voucherify.WithIDs(func(now time.Time) id.Sequence {
			p.calls++
			return id.NewSequence(now, p.calls<<12)
		}),
		voucherify.WithRand(steady{}), voucherify.WithLimits(voucherify.Limits{MaxAttempts: 3}),
	)
	if err != nil {
		p.Fatal(err)
	}
}

// steady is a random source that always gives the same.
type steady struct{}

func (steady) Read(into []byte) (int, error) {
	for i := range into {
		into[i] = byte(i * 37)
	}
	return len(into), nil
}

// result describes the answer of a call.
func (p *player) result(answer any, err error) string {
	p.called = true
	if err != nil {
		return failure(err)
	}
	return plain(answer)
}

// DrawCalls draws a history of calls of the engine: configuration, redeems, rollbacks and returns with and without keys,
// lists, restarts, and time that passes.
func DrawCalls(t *rapid.T) History {
	history := History{
		creating{Code: "A", Amount: 500}, creating{Code: "B", Amount: 300, Quantity: 2}, creating{Code: "summer", Amount: 100},
		launching{Name: "First", Code: "SUMMER", Limited: "campaign.redemptions.count", Most: 2}, creating{Code: "süß", Amount: 7}, issuing{Code: "CARD", Amount: 2500},
	}
	for range rapid.IntRange(10, 50).Draw(t, "calls") {
		history = append(history, drawCall(t))
	}
	return history
}

func drawCall(t *rapid.T) Step {
	switch rapid.IntRange(0, 20).Draw(t, "call") {
	case 0:
		return creating{Code: drawCode(t), Amount: rapid.Int64Range(1, 4000).Draw(t, "amount"), Quantity: rapid.Int64Range(0, 3).Draw(t, "quantity")}
	case 1:
		return drawSwitching(t)
	case 2:
		return launching{
			Name: rapid.SampledFrom([]string{"Spring", "spring", "Fall"}).Draw(t, "name"), Code: drawCode(t),
			Limited: rapid.SampledFrom(playedRules).Draw(t, "rule"), Most: rapid.Int64Range(0, 3000).Draw(t, "most"),
		}
	case 3:
		return restarting{Seconds: rapid.IntRange(0, 3).Draw(t, "seconds"), Restart: rapid.Bool().Draw(t, "restart")}
	case 4:
		return pricing{SourceID: drawProduct(t), Price: rapid.Int64Range(0, 5000).Draw(t, "price")}
	case 5:
		return knowing{SourceID: drawBuyer(t), Name: drawName(t), Forget: rapid.IntRange(0, 3).Draw(t, "forget") == 0}
	case 6:
		return paging{
			Kind: rapid.SampledFrom([]string{"redemptions", "rollbacks", "vouchers", "orders"}).Draw(t, "list"),
			Size: rapid.IntRange(1, 4).Draw(t, "size"), OldestFirst: rapid.Bool().Draw(t, "oldest first"),
		}
	case 20:
		return topping{
			Code: rapid.SampledFrom([]string{"CARD", "CARD", "A"}).Draw(t, "card"), Amount: giftledger.Credits(rapid.Int64Range(-900, 900).Draw(t, "credits")),
			SourceID: drawKey(t),
		}
	case 7, 8, 9, 10, 11, 12, 13:
		return drawAsking(t)
	case 14, 15, 16:
		return undoing{
			Which: rapid.IntRange(0, 9).Draw(t, "redemption"), Part: rapid.IntRange(0, 3).Draw(t, "part"), Key: drawKey(t),
		}
	default:
		return bringing{
			Which: rapid.IntRange(0, 9).Draw(t, "redemption"), Line: rapid.IntRange(0, 2).Draw(t, "line"),
			Units: rapid.Int64Range(1, 3).Draw(t, "units"), Key: drawKey(t),
		}
	}
}

func drawCode(t *rapid.T) string {
	return rapid.SampledFrom([]string{"A", "B", "CARD", "SUMMER", "summer", "süß", "su\u0308ß"}).Draw(t, "code")
}

func drawBuyer(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "c1", "C1", "c2"}).Draw(t, "customer")
}

func drawProduct(t *rapid.T) string {
	return rapid.SampledFrom([]string{"p1", "P1", "p2"}).Draw(t, "product")
}

// drawKey repeats few keys, so that calls meet their own answers and those of others.
func drawKey(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "", "", "k1", "K1"}).Draw(t, "key")
}

// asking redeems codes, or only validates them.
type asking struct {
	Codes        []string
	Buyer, Order string
	Lines        []ware
	Key          string
	Validate     bool
}

// ware is one line of a cart. One that overrides changes the product in the catalogue.
type ware struct {
	SourceID        string
	Quantity, Price int64
	Override        bool
}

func (w ware) item() order.Item {
	item := order.Item{SourceID: w.SourceID, RelatedObject: product.KindProduct, Quantity: w.Quantity, Price: &w.Price}
	if w.Override {
		item.Product = &order.ProductData{Override: true, Name: "overridden"}
	}
	return item
}

func drawAsking(t *rapid.T) Step {
	s := asking{
		Codes: rapid.SliceOfNDistinct(rapid.Custom(drawCode), 1, 3, rapid.ID[string]).Draw(t, "codes"), Buyer: drawBuyer(t),
		Order: rapid.SampledFrom([]string{"", "", "o1", "O1"}).Draw(t, "order"), Key: drawKey(t),
		Validate: rapid.IntRange(0, 5).Draw(t, "validate") == 0,
	}
	for range rapid.IntRange(1, 3).Draw(t, "lines") {
		s.Lines = append(s.Lines, ware{
			SourceID: drawProduct(t), Quantity: rapid.Int64Range(1, 4).Draw(t, "quantity"), Price: rapid.Int64Range(0, 3000).Draw(t, "price"),
			Override: rapid.IntRange(0, 7).Draw(t, "override") == 0,
		})
	}
	return s
}

func (s asking) play(ctx context.Context, p *player) string {
	request := redemption.Request{
		Redeemables: redemption.Codes(s.Codes...), Order: &order.Order{SourceID: s.Order}, IdempotencyKey: s.Key,
	}
	for _, w := range s.Lines {
		request.Order.Items = append(request.Order.Items, w.item())
	}
	if s.Buyer != "" {
		request.Customer = customer.BySourceID(s.Buyer)
	}
	if s.Validate {
		return p.result(p.engine.Validate(ctx, request))
	}
	result, err := p.engine.Redeem(ctx, request)
	if err == nil {
		p.redeemed = append(p.redeemed, result)
	}
	return p.result(result, err)
}

// undoing rolls back one of the redemptions that were made, or a part of it.
type undoing struct {
	Which, Part int
	Key         string
}

func (s undoing) play(ctx context.Context, p *player) string {
	request := redemption.RollbackRequest{Redemption: "r_none", IdempotencyKey: s.Key}
	if x := p.which(s.Which); x != nil {
		request.Redemption = x.ID()
		if s.Part > 0 && s.Part <= len(x.Redemptions) {
			request.Redemption = x.Redemptions[s.Part-1].ID
		}
	}
	return p.result(p.engine.Rollback(ctx, request))
}

func (p *player) which(n int) *redemption.Result {
	if len(p.redeemed) == 0 {
		return nil
	}
	return p.redeemed[n%len(p.redeemed)]
}

// bringing brings units back.
type bringing struct {
	Which, Line int
	Units       int64
	Key         string
}

func (s bringing) play(ctx context.Context, p *player) string {
	request := redemption.ReturnRequest{
		Redemption: "r_none", IdempotencyKey: s.Key, Lines: []redemption.ReturnLine{{ItemID: "none", Quantity: s.Units}},
	}
	if x := p.which(s.Which); x != nil && len(x.Order.Items) > 0 {
		request.Redemption = x.ID()
		request.Lines[0].ItemID = x.Order.Items[s.Line%len(x.Order.Items)].ID
	}
	return p.result(p.engine.Return(ctx, request))
}

// restarting lets time pass, and may start the engine again.
type restarting struct {
	Seconds int
	Restart bool
}

func (s restarting) play(_ context.Context, p *player) string {
	p.seconds += s.Seconds
	if s.Restart {
		p.restart()
	}
	return ""
}

// paging reads a whole list page by page.
type paging struct {
	Kind        string
	Size        int
	OldestFirst bool
}

func (s paging) play(ctx context.Context, p *player) string {
	options := voucherify.ListOptions{OldestFirst: s.OldestFirst, Limit: s.Size}
	switch s.Kind {
	case "redemptions":
		return pages(options, func(o voucherify.ListOptions) iter.Seq2[redemption.Redemption, error] {
			return p.engine.Redemptions.List(ctx, o)
		}, func(x redemption.Redemption) *store.Cursor {
			return &store.Cursor{CreatedAtMicros: x.Date.UnixMicro(), ID: x.ID}
		})
	case "rollbacks":
		return pages(options, func(o voucherify.ListOptions) iter.Seq2[redemption.Rollback, error] {
			return p.engine.Redemptions.ListRollbacks(ctx, o)
		}, func(x redemption.Rollback) *store.Cursor {
			return &store.Cursor{CreatedAtMicros: x.Date.UnixMicro(), ID: x.ID}
		})
	case "orders":
		return pages(options, func(o voucherify.ListOptions) iter.Seq2[order.Order, error] {
			return p.engine.Orders.List(ctx, o)
		}, func(x order.Order) *store.Cursor {
			return &store.Cursor{CreatedAtMicros: x.CreatedAt.UnixMicro(), ID: x.ID}
		})
	}
	return pages(options, func(o voucherify.ListOptions) iter.Seq2[voucher.Voucher, error] {
		return p.engine.Vouchers.List(ctx, o)
	}, func(x voucher.Voucher) *store.Cursor {
		return &store.Cursor{CreatedAtMicros: x.CreatedAt.UnixMicro(), ID: x.ID}
	})
}

// pages reads a list to its end and returns the ids in its order.
func pages[T any](options voucherify.ListOptions, list func(voucherify.ListOptions) iter.Seq2[T, error], cursor func(T) *store.Cursor) string {
	var ids []string
	for {
		before := len(ids)
		for x, err := range list(options) {
			if err != nil {
				return failure(err)
			}
			options.After = cursor(x)
			ids = append(ids, options.After.ID)
		}
		if len(ids) == before {
			return fmt.Sprint(ids)
		}
	}
}

// off is a discount on the whole order.
func off(amount int64) *discount.Discount {
	d := discount.AmountOff(amount, discount.ToOrder)
	return &d
}
