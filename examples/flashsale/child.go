package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/examples/internal/address"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
)

// childFlag makes the program one of the processes of a sale.
const childFlag = "child"

// tally is what buyers have got.
type tally struct{ Accepted, Refused, Retries int64 }

// race starts the processes, gives them the signal together and adds up what they say.
func (s sale) race(ctx context.Context, out io.Writer) (total tally, took time.Duration, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the processes when something is wrong
	children := make([]*child, s.processes)
	for i := range children {
		if children[i], err = s.start(ctx); err != nil {
			return total, 0, err
		}
	}
	started := time.Now()
	for _, c := range children {
		if err := c.signal.Close(); err != nil {
			return total, 0, err
		}
	}
	for i, c := range children {
		var got tally
		if err := json.NewDecoder(c.answer).Decode(&got); err != nil {
			return total, 0, fmt.Errorf("process %d: %w", i+1, errors.Join(err, c.process.Wait()))
		}
		took = time.Since(started)
		if err := c.process.Wait(); err != nil {
			return total, 0, fmt.Errorf("process %d: %w", i+1, err)
		}
		fmt.Fprintf(out, "process %d: accepted %d, refused %d, tried again %d\n", i+1, got.Accepted, got.Refused, got.Retries)
		total.Accepted += got.Accepted
		total.Refused += got.Refused
		total.Retries += got.Retries
	}
	return total, took, nil
}

// child is a process that is ready. The end of its input is the signal.
type child struct {
	process *exec.Cmd
	signal  io.Closer
	answer  *bufio.Reader
}

// start starts a process and waits until it is ready.
func (s sale) start(ctx context.Context) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	process := exec.CommandContext(ctx, self, "-"+childFlag, s.project, "-db", s.db, "-workers", strconv.Itoa(s.workers))
	process.Stderr = os.Stderr
	signal, err := process.StdinPipe()
	if err != nil {
		return nil, err
	}
	answer, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, err
	}
	c := &child{process: process, signal: signal, answer: bufio.NewReader(answer)}
	if _, err := c.answer.ReadString('\n'); err != nil {
		return nil, fmt.Errorf("a process does not start: %w", errors.Join(err, process.Wait()))
	}
	return c, nil
}

// runChild is one process: it says that it is ready, waits for the signal, buys and says what it has got.
func (s sale) runChild(ctx context.Context, out io.Writer) error {
	st, closeStore, err := address.Open(ctx, s.db, s.project)
	if err != nil {
		return err
	}
	defer closeStore()
	var got tally
	eng, err := voucherify.New(st, voucherify.WithObserver(func(o voucherify.Observation) {
		atomic.AddInt64(&got.Retries, int64(o.Attempts-1))
	}))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "ready")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}

	var all sync.WaitGroup
	failures := make([]error, s.workers)
	for w := range s.workers {
		all.Go(func() {
			failures[w] = buy(ctx, eng, fmt.Sprintf("buyer-%d-%d", os.Getpid(), w), &got)
		})
	}
	all.Wait()
	return errors.Join(errors.Join(failures...), json.NewEncoder(out).Encode(got))
}

// buy redeems the code again and again, until it is used up.
func buy(ctx context.Context, eng *voucherify.Engine, buyer string, got *tally) error {
	for n := 0; ; n++ {
		_, err := eng.Redeem(ctx, redemption.Request{
			IdempotencyKey: fmt.Sprintf("%s-%d", buyer, n),
			Redeemables:    redemption.Codes(code),
			Customer:       customer.BySourceID(buyer),
			Order:          order.New("", order.Line{SKUID: "sneakers", Quantity: 1, Price: 19900}),
		})
		switch {
		case errors.Is(err, fault.QuantityExceeded):
			atomic.AddInt64(&got.Refused, 1)
			return nil
		case err != nil:
			return err
		}
		atomic.AddInt64(&got.Accepted, 1)
	}
}
