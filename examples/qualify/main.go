// Command qualify is what a shop shows before anybody types a code: it makes a catalogue of 10,000 promotions, asks for the
// offers that fit a product page and a cart, and prints the best three, those that nearly fit with what is missing, and the
// time that an answer takes.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store/memory"
)

func main() {
	promotions := flag.Int("promotions", 10_000, "the `number` of promotions")
	flag.Parse()
	if err := run(os.Stdout, *promotions); err != nil {
		fmt.Fprintln(os.Stderr, "qualify:", err)
		os.Exit(1)
	}
}

// run is the whole example; the test calls it as well.
func run(out io.Writer, promotions int) error {
	// A real shop leaves clock and identifiers to their defaults; here every run prints the same.
	now, calls := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC), uint64(0)
	eng, err := voucherify.New(memory.New(),
		voucherify.WithClock(func() time.Time { return now }),
		voucherify.WithIDs(func(now time.Time) id.Sequence { calls++; return id.NewSequence(now, calls<<12) }),
	)
	if err != nil {
		return err
	}
	s := &shop{ctx: context.Background(), eng: eng, out: bufio.NewWriter(out)}
	started := time.Now()
	if err := s.open(promotions); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d promotions for %d products, stored in %s\n", promotions, len(makers)*len(goods), took(started))
	for _, q := range questions() {
		if err := s.ask(q); err != nil {
			return fmt.Errorf("%s: %w", q.title, err)
		}
	}
	return s.out.Flush()
}

// question is one place in the shop where offers are shown.
type question struct {
	title   string
	request redemption.QualificationRequest
}

func questions() []question {
	ada := &customer.Customer{SourceID: "ada", Metadata: metadata.Map{"club": "silver", "city": "Kraków"}}
	best := redemption.QualificationOptions{Limit: 3, Sorting: redemption.BestDeal}
	// On a product page the cart is one unit of the product. This scenario keeps what takes something off it, looks at the
	// customer too, and leaves out how many units an offer wants and what the order must be worth.
	page := redemption.QualificationRequest{
		Scenario: redemption.ScenarioProductsDiscountByCustomer, Customer: ada,
		Order: order.New("", order.Line{ProductID: "jura-lamp", Quantity: 1}), Options: best,
	}
	// In the cart everything counts: with Strict, what is offered is what a validate would accept.
	cart := redemption.QualificationRequest{
		Customer: ada,
		Order: order.New("", order.Line{ProductID: "jura-lamp", Quantity: 3}, order.Line{ProductID: "linde-kettle", Quantity: 1},
			order.Line{ProductID: "zander-rug", Quantity: 1}),
		Options: best,
	}
	cart.Options.Strict = true
	return []question{{"the page of the Jura lamp, seen by Ada", page}, {"Ada's cart", cart}}
}
