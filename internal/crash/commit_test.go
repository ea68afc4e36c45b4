package crash_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// servers are the stores with a server behind a connection.
var servers = []kind{postgresPgx, postgresSQL, mariaDB}

// TestACommitWithoutAnAnswerIsFoundByItsKey breaks the connection around the COMMIT of each verb. The caller cannot know
// what has become of it, and is told so; the same call with the same key answers what was committed, or does it now.
func TestACommitWithoutAnAnswerIsFoundByItsKey(t *testing.T) {
	t.Parallel()
	for _, k := range servers {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			direct := newDatabase(t, k)
			p, through := newProxy(t, direct)
			for _, where := range []cut{beforeCommit, afterCommit, afterAnswer} {
				t.Run(fmt.Sprintf("the connection is cut %s", where), func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					defer cancel()
					newInterruption(ctx, t, direct, through, p, where).run(ctx)
				})
			}
		})
	}
}

// interruption is a shop whose commits are cut at the same place.
type interruption struct {
	*testing.T
	direct database
	store  store.Store // not through the proxy
	engine *voucherify.Engine
	proxy  *proxy
	where  cut
	books  *books
}

func newInterruption(ctx context.Context, t *testing.T, direct, through database, p *proxy, where cut) *interruption {
	t.Helper()
	direct.Project, through.Project = where.String(), where.String()
	furnished(ctx, t, direct)
	s, closing, err := direct.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closing)
	cuttable, closing, err := through.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closing)
	return &interruption{
		T: t, direct: direct, store: s, engine: newEngine(t, cuttable), proxy: p, where: where, books: newBooks(),
	}
}

func (i *interruption) run(ctx context.Context) {
	i.Helper()
	request := func(codes ...string) *redemption.Request {
		return &redemption.Request{
			Redeemables: redemption.Codes(codes...), Customer: customer.BySourceID("buyer"),
			Order: order.New("", order.Line{ProductID: "prod_1", Quantity: 3, Price: 1000}),
		}
	}
	w := newWorker("", 0, 0)
	do := func(o operation) redemption.Result {
		if err := w.learn(o, i.interrupted(ctx, o)); err != nil {
			i.Fatal(err)
		}
		return w.redeemed[len(w.redeemed)-1]
	}
	do(operation{Key: "redeem", Redeem: request(code(0))})
	made := do(operation{Key: "redeem a stack", Redeem: request(code(1), hot, budget)})
	do(operation{Key: "return", Return: &redemption.ReturnRequest{
		Redemption: made.ID(), Reason: "return", Lines: []redemption.ReturnLine{{ItemID: made.Order.Items[0].ID, Quantity: 1}},
	}})
	do(operation{Key: "rollback", Rollback: &redemption.RollbackRequest{Redemption: made.ID()}})
	i.books.audit(ctx, i.T, i.direct)
	if got := i.books.answers(); got != 4 {
		i.Errorf("%d effects, want 4", got)
	}
}

// interrupted makes a call whose COMMIT is cut, and then makes it again.
func (i *interruption) interrupted(ctx context.Context, o operation) answer {
	i.Helper()
	before, cuts := effects(ctx, i.T, i.store), i.proxy.count()
	i.books.begin(o)
	i.proxy.arm(i.where, 0)
	if a, err := o.call(ctx, i.engine); !errors.Is(err, store.ErrUnknownCommit) || i.proxy.count() != cuts+1 {
		i.Fatalf("%s: got %+v, %v after %d cuts; want %v after one", o.Key, a, err, i.proxy.count()-cuts, store.ErrUnknownCommit)
	}
	between := effects(ctx, i.T, i.store)
	switch committed := len(between) - len(before); {
	case i.where == beforeCommit && committed != 0, i.where == afterAnswer && committed != 1:
		i.Errorf("%s: %d effects when the connection was cut %s", o.Key, committed, i.where)
	}
	a, err := o.call(ctx, i.engine)
	if err != nil || a.Effect == "" {
		i.Fatalf("%s again: %+v, %v", o.Key, a, err)
	}
	if i.where == afterAnswer && (before[a.Effect] || !between[a.Effect]) {
		i.Errorf("%s again: %s is not what was committed", o.Key, a.Effect)
	}
	if after := effects(ctx, i.T, i.store); len(after) != len(before)+1 || !after[a.Effect] {
		i.Errorf("%s again: there are %d effects where %d were before", o.Key, len(after), len(before))
	}
	if err := i.books.end(o.Key, a); err != nil {
		i.Fatal(err)
	}
	return a
}
