package crash_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/internal/dbtest"
	"github.com/voucherify-go/voucherify/store"
)

const serverKills = 6

// TestAServerThatIsKilledLosesNothingThatItHasAnswered kills all processes of a PostgreSQL server at once while a shop is
// busy, and starts it again. The shop goes on and repeats what has failed, as docs/operations.md says.
func TestAServerThatIsKilledLosesNothingThatItHasAnswered(t *testing.T) {
	t.Parallel()
	private := dbtest.PrivatePostgres(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	d := database{Kind: postgresPgx, DSN: private.DSN}
	furnished(ctx, t, d)
	random, seed := newRandom(t)
	c := newCrowd(ctx, t, d, seed)
	for n := range serverKills {
		if !c.wait(ctx, random.IntN(150)) {
			break
		}
		if c.restart(private); t.Failed() {
			t.Fatalf("after kill %d", n+1)
		}
	}
	c.leave()
	c.books.audit(ctx, t, d)
	c.report(t, serverKills)
}

// TestConnectionsThatAreCutUnderLoadDoNothingTwice cuts connections around COMMIT again and again while a shop is busy.
func TestConnectionsThatAreCutUnderLoadDoNothingTwice(t *testing.T) {
	t.Parallel()
	const cuts = 40
	for _, k := range servers {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			direct := newDatabase(t, k)
			p, through := newProxy(t, direct)
			furnished(ctx, t, direct)
			random, seed := newRandom(t)
			c := newCrowd(ctx, t, through, seed)
			for p.count() < cuts && c.wait(ctx, 1+random.IntN(3)) {
				p.arm(drawCut(random), random.IntN(cashiers))
			}
			c.leave()
			c.books.audit(ctx, t, direct)
			c.report(t, cuts)
		})
	}
}

func drawCut(random *rand.Rand) cut {
	return []cut{beforeCommit, afterCommit, afterAnswer}[random.IntN(3)]
}

// crowd is the goroutines of a shop in this process, which repeat each call until it is answered.
type crowd struct {
	books *books
	// down is locked while the server is not there.
	down sync.RWMutex
	// answered gets a token for each answer, if somebody waits for it.
	answered chan struct{}
	// leaving is closed when they should end, and left when they have.
	leaving, left chan struct{}
	// unavailable and unknown count the calls that have failed.
	unavailable, unknown atomic.Int64
}

func newCrowd(ctx context.Context, t *testing.T, d database, seed uint64) *crowd {
	t.Helper()
	s, closing, err := d.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closing)
	e := newEngine(t, s)
	c := &crowd{books: newBooks(), answered: make(chan struct{}), leaving: make(chan struct{}), left: make(chan struct{})}
	var working sync.WaitGroup
	for n := range uint64(cashiers) {
		w := newWorker(fmt.Sprintf("crowd-%d", n), seed, n)
		working.Go(func() {
			if err := c.work(ctx, e, w); err != nil {
				t.Errorf("%s: %v", w.name, err)
			}
		})
	}
	go func() {
		working.Wait()
		close(c.left)
	}()
	t.Cleanup(c.leave)
	return c
}

// leave ends the work, once.
func (c *crowd) leave() {
	select {
	case <-c.leaving:
	default:
		close(c.leaving)
	}
	<-c.left
}

// restart kills the server and starts it again. Whoever fails meanwhile waits for that.
func (c *crowd) restart(private *dbtest.Private) {
	c.down.Lock()
	defer c.down.Unlock()
	private.Kill()
	private.Start()
}

// wait waits for a number of answers. It reports whether they came.
func (c *crowd) wait(ctx context.Context, answers int) bool {
	for range answers {
		select {
		case <-c.answered:
		case <-c.left: // everybody has failed
			return false
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// work makes calls until it is told to leave.
func (c *crowd) work(ctx context.Context, e *voucherify.Engine, w *worker) error {
	for {
		o := w.next()
		c.books.begin(o)
		a, err := c.insist(ctx, e, o)
		if err != nil {
			return fmt.Errorf("%s: %w", o.Key, err)
		}
		if err := errors.Join(c.books.end(o.Key, a), w.learn(o, a)); err != nil {
			return err
		}
		select {
		case <-c.leaving:
			return nil
		case c.answered <- struct{}{}:
		default:
		}
	}
}

// insist makes a call until it is answered. What a crash may end in are the two errors that say so.
func (c *crowd) insist(ctx context.Context, e *voucherify.Engine, o operation) (answer, error) {
	for {
		a, err := o.call(ctx, e)
		switch {
		case err == nil:
			return a, nil
		case ctx.Err() != nil:
			return a, err
		case errors.Is(err, store.ErrUnknownCommit):
			c.unknown.Add(1)
		case errors.Is(err, store.ErrUnavailable):
			c.unavailable.Add(1)
		default:
			return a, err
		}
		c.awaitServer()
	}
}

// awaitServer returns when the server is not being restarted.
func (c *crowd) awaitServer() {
	c.down.RLock()
	defer c.down.RUnlock()
}

// report says what has happened, and fails when it was hardly anything.
func (c *crowd) report(t *testing.T, crashes int) {
	t.Helper()
	t.Logf("%d crashes: %d effects; %d calls were told that their commit is unknown, %d that the server is unavailable",
		crashes, c.books.answers(), c.unknown.Load(), c.unavailable.Load())
	if c.books.answers() < crashes || c.unknown.Load()+c.unavailable.Load() < int64(crashes) {
		t.Error("that was hardly anything")
	}
}
