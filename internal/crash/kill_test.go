// Package crash owns the proof that a crash loses nothing that was answered and does nothing twice: processes of shops are
// killed, the process of a server is killed, and connections are cut around COMMIT. After each crash the database is audited
// as a process finds it that starts again.
//
// It refuses to simulate: processes end by SIGKILL, and connections break between two sockets. A machine that loses its
// power is beyond it: what SIGKILL leaves in the memory of the kernel is not lost.
package crash_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/internal/dbtest"
)

// TestMain runs the tests, or a shop in a process of its own that one of them kills.
func TestMain(m *testing.M) {
	if text := os.Getenv(shopVariable); text != "" {
		if err := runShop(context.Background(), text, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1) // a shop ends by being killed
	}
	os.Exit(dbtest.Reuse(m).Run())
}

const (
	// shopVariable makes a process of the test binary a shop.
	shopVariable = "VF_CRASH_SHOP"
	// seedVariable chooses the seed of what is random.
	seedVariable = "VF_CRASH_SEED"
	kills        = 40
	cashiers     = 4               // goroutines of a shop
	patience     = 8 * time.Minute // a loaded machine is slow; what hangs ends all the same
)

// shop is what a process is told to do.
type shop struct {
	Database database
	Name     string
	Seed     uint64
	// Idle shops only make the tables.
	Idle bool `json:",omitempty"`
}

// line is what a shop writes: an operation before it is called, and its answer afterwards.
type line struct {
	Begin *operation `json:",omitempty"`
	End   string     `json:",omitempty"`
	answer
}

// runShop opens the store and calls the engine from several goroutines until the process ends. It returns only an error.
func runShop(ctx context.Context, text string, output io.Writer) error {
	var the shop
	if err := json.Unmarshal([]byte(text), &the); err != nil {
		return err
	}
	s, closing, err := the.Database.open(ctx)
	if err != nil {
		return err
	}
	defer closing()
	if err := s.Migrate(ctx); err != nil {
		return err
	}
	if the.Idle {
		<-time.After(patience)
		return errors.New("nobody has killed the shop")
	}
	e, err := voucherify.New(s)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	write := func(l line) error {
		text, err := json.Marshal(l)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		_, err = output.Write(append(text, '\n'))
		return err
	}
	failed := make(chan error, cashiers)
	for n := range uint64(cashiers) {
		go func() { failed <- newWorker(fmt.Sprintf("%s-%d", the.Name, n), the.Seed, n).run(ctx, e, write) }()
	}
	return <-failed
}

// run makes calls, and writes down each one before and after.
func (w *worker) run(ctx context.Context, e *voucherify.Engine, write func(line) error) error {
	for {
		o := w.next()
		if err := write(line{Begin: &o}); err != nil {
			return err
		}
		a, err := o.call(ctx, e)
		if err != nil {
			return fmt.Errorf("%s: %w", o.Key, err)
		}
		if err := write(line{End: o.Key, answer: a}); err != nil {
			return err
		}
		if err := w.learn(o, a); err != nil {
			return err
		}
	}
}

// moment is when a process is killed: a random time after it has written a random number of lines, or after its start.
type moment struct {
	lines int
	delay time.Duration
}

func drawMoment(random *rand.Rand) moment {
	if random.IntN(8) == 0 {
		return moment{0, time.Duration(random.Int64N(int64(150 * time.Millisecond)))} // while it starts
	}
	return moment{1 + random.IntN(80), time.Duration(random.Int64N(int64(5 * time.Millisecond)))}
}

func TestAProcessThatIsKilledLosesNothingAndDoesNothingTwice(t *testing.T) {
	t.Parallel()
	for _, k := range []kind{sqliteFile, postgresPgx, mariaDB} {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			d := newDatabase(t, k)
			furnished(ctx, t, d)
			random, seed := newRandom(t)
			b := newBooks()
			for n := range kills {
				the := shop{Database: d, Name: fmt.Sprintf("shop-%d", n), Seed: seed + uint64(n)}
				when := drawMoment(random)
				the.killed(ctx, t, b, when)
				if b.audit(ctx, t, d); t.Failed() {
					t.Fatalf("after kill %d of %d, at %+v", n+1, kills, when)
				}
			}
			b.audit(ctx, t, d) // of what the last audit has asked
			t.Logf("%d kills: %d effects, the answers to %d of them were lost", kills, b.answers(), b.lost)
			if b.answers() < kills {
				t.Errorf("only %d effects: hardly anything was killed", b.answers())
			}
		})
	}
}

// TestAProcessThatIsKilledWhileItMigratesIsNoObstacle kills the first process of a shop at its start. The next one makes the
// tables, or finds them.
func TestAProcessThatIsKilledWhileItMigratesIsNoObstacle(t *testing.T) {
	t.Parallel()
	const kills = 6
	for _, k := range []kind{sqliteFile, postgresPgx, mariaDB} {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			random, _ := newRandom(t)
			for n := range kills {
				t.Run(strconv.Itoa(n), func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					defer cancel()
					d := newDatabase(t, k)
					the := shop{Database: d, Idle: true}
					the.killed(ctx, t, newBooks(), moment{0, time.Duration(random.Int64N(int64(200 * time.Millisecond)))})
					furnished(ctx, t, d)
				})
			}
		})
	}
}

// killed runs a shop until it is killed and enters into the books what it has written.
func (the shop) killed(ctx context.Context, t *testing.T, b *books, when moment) {
	t.Helper()
	text, err := json.Marshal(the)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), shopVariable+"="+string(text))
	var complaint strings.Builder
	cmd.Stderr = &complaint
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }() // also when the test ends here
	kill := func() { _ = cmd.Process.Kill() } // it may have ended by itself, which is looked at below
	lines := bufio.NewReader(output)
	for n := 0; ; n++ {
		if n == when.lines {
			time.AfterFunc(when.delay, kill)
		}
		text, err := lines.ReadBytes('\n')
		if err != nil {
			break // half a line is no answer
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			t.Fatalf("the shop has written %q: %v", text, err)
		}
		if l.Begin != nil {
			b.begin(*l.Begin)
		} else if err := b.end(l.End, l.answer); err != nil {
			t.Fatal(err)
		}
	}
	_ = cmd.Wait() // how it has ended is what matters
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("the shop has ended by itself: %s\n%s", cmd.ProcessState, complaint.String())
	}
}

// newRandom returns what is random in a test. The moments at which threads meet cannot be repeated, what they do can.
func newRandom(t *testing.T) (*rand.Rand, uint64) {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv(seedVariable); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
	}
	t.Logf("%s=%d go test ./internal/crash -run '%s'", seedVariable, seed, t.Name())
	return rand.New(rand.NewPCG(seed, 0)), seed
}
