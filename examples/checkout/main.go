// Command checkout is a shop's checkout in small: it stores a catalogue from a JSON file, redeems the carts of another
// file one after the other and prints a receipt for each, with the reason and the near miss for those that are refused.
// At the end it returns a unit of one order and rolls another one back. The flag -db chooses where all of it is kept.
package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
	_ "time/tzdata" // the example runs on machines without a zone database

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/examples/internal/address"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/redemption"
)

//go:embed testdata/catalogue.json
var catalogueJSON []byte

//go:embed testdata/carts.json
var cartsJSON []byte

func main() {
	catalogue := flag.String("catalogue", "", "JSON `file` with the catalogue (default: the one of the example)")
	carts := flag.String("carts", "", "JSON `file` with the carts (default: those of the example)")
	asJSON := flag.Bool("json", false, "print the engine's answers as JSON, one a line")
	db := flag.String("db", address.Memory, address.Help)
	flag.Parse()
	if err := run(os.Stdout, *db, *catalogue, *carts, *asJSON); err != nil {
		fmt.Fprintln(os.Stderr, "checkout:", err)
		os.Exit(1)
	}
}

// cart is one order that a shopper sends.
type cart struct {
	Order    string                  `json:"order"`
	Shows    string                  `json:"shows"`
	Customer string                  `json:"customer"`
	At       time.Time               `json:"at"`
	Redeem   []redemption.Redeemable `json:"redeem"`
	Lines    []cartLine              `json:"lines"`
	// Return gives units of a line back after the order was paid, Rollback undoes the whole redemption.
	Return   *returnedLine `json:"return"`
	Rollback string        `json:"rollback"`
}

type cartLine struct {
	Product  string `json:"product"`
	SKU      string `json:"sku"`
	Quantity int64  `json:"quantity"`
	Price    *int64 `json:"price"`
}

type returnedLine struct {
	Line     int    `json:"line"` // counted from 1
	Quantity int64  `json:"quantity"`
	Reason   string `json:"reason"`
}

// shop is the checkout: the engine, what the catalogue's names became, and where receipts go.
type shop struct {
	*loader
	now    time.Time
	out    *bufio.Writer
	asJSON bool
}

// run is the whole example; the test calls it as well. The receipts are the same whatever the store is.
func run(out io.Writer, db, cataloguePath, cartsPath string, asJSON bool) error {
	catalogue, err := read(cataloguePath, catalogueJSON)
	if err != nil {
		return err
	}
	text, err := read(cartsPath, cartsJSON)
	if err != nil {
		return err
	}
	ctx := context.Background()
	// Every run is a project of its own in the database, so that it can be repeated. A real shop has one, the default.
	st, closeStore, err := address.Open(ctx, db, time.Now().Format("checkout 2006-01-02 15:04:05.000000"))
	if err != nil {
		return err
	}
	defer closeStore()
	s := &shop{now: time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC), out: bufio.NewWriter(out), asJSON: asJSON}
	// A real shop leaves clock and identifiers to their defaults; here every run prints the same.
	calls := uint64(0)
	eng, err := voucherify.New(st,
		voucherify.WithTimeZone("Europe/Warsaw"),
		voucherify.WithClock(func() time.Time { return s.now }),
		voucherify.WithIDs(func(now time.Time) id.Sequence { calls++; return id.NewSequence(now, calls<<12) }),
	)
	if err != nil {
		return err
	}
	s.loader = &loader{ctx: ctx, eng: eng, ids: map[string]string{}, name: map[string]string{}}
	if err := s.load(catalogue); err != nil {
		return fmt.Errorf("catalogue: %w", err)
	}
	if err := s.checkout(text); err != nil {
		return fmt.Errorf("carts: %w", err)
	}
	return s.out.Flush()
}

func read(path string, fallback []byte) ([]byte, error) {
	if path == "" {
		return fallback, nil
	}
	return os.ReadFile(path)
}

// checkout redeems the carts in their order.
func (s *shop) checkout(text []byte) error {
	var carts []cart
	if err := json.Unmarshal(text, &carts); err != nil {
		return err
	}
	start := s.now
	for i, c := range carts {
		s.now = start.Add(time.Duration(i) * time.Minute)
		if !c.At.IsZero() {
			s.now = c.At
		}
		if err := s.serve(c); err != nil {
			return fmt.Errorf("[%d] %s: %w", i, c.Order, err)
		}
	}
	return nil
}

// serve redeems one cart and, if it says so, takes units or the whole order back.
func (s *shop) serve(c cart) error {
	request, err := s.request(c)
	if err != nil {
		return err
	}
	result, err := s.eng.Redeem(s.ctx, request)
	var refused *redemption.Refused
	switch {
	case errors.As(err, &refused):
		return s.print(refused.Validation, func() { s.refusal(c, refused) })
	case err != nil:
		return err
	}
	if err := s.print(result, func() { s.receipt(c, result) }); err != nil {
		return err
	}
	if r := c.Return; r != nil {
		if r.Line < 1 || r.Line > len(result.Order.Items) {
			return fmt.Errorf("return.line: %d is not a line of the order", r.Line)
		}
		answer, err := s.eng.Return(s.ctx, redemption.ReturnRequest{
			IdempotencyKey: c.Order, Redemption: result.ID(), Reason: r.Reason,
			Lines: []redemption.ReturnLine{{ItemID: result.Order.Items[r.Line-1].ID, Quantity: r.Quantity}},
		})
		if err != nil {
			return err
		}
		if err := s.print(answer, func() { s.returned(answer) }); err != nil {
			return err
		}
	}
	if c.Rollback == "" {
		return nil
	}
	back, err := s.eng.Rollback(s.ctx, redemption.RollbackRequest{IdempotencyKey: c.Order, Redemption: result.ID(), Reason: c.Rollback})
	if err != nil {
		return err
	}
	return s.print(back, func() { s.rolledBack(back) })
}

// request turns a cart into what the engine is asked. The order number is the idempotency key: sending the cart again
// would return the same answer and redeem nothing.
func (s *shop) request(c cart) (redemption.Request, error) {
	request := redemption.Request{IdempotencyKey: c.Order, Order: &order.Order{SourceID: c.Order}}
	if c.Customer != "" {
		request.Customer = customer.BySourceID(c.Customer)
	}
	for _, named := range c.Redeem {
		resolved, err := s.resolve([]byte(`"` + named.ID + `"`))
		if err != nil {
			return request, err
		}
		request.Redeemables = append(request.Redeemables, redemption.Redeemable{Object: named.Object, ID: string(resolved[1 : len(resolved)-1])})
	}
	for _, line := range c.Lines {
		item := order.Item{SourceID: line.Product, RelatedObject: product.KindProduct, Quantity: line.Quantity, Price: line.Price}
		if line.SKU != "" {
			item.SourceID, item.RelatedObject = line.SKU, product.KindSKU
		}
		request.Order.Items = append(request.Order.Items, item)
	}
	return request, nil
}

// print writes an answer as JSON, or as a person reads it.
func (s *shop) print(answer any, human func()) error {
	if !s.asJSON {
		human()
		return nil
	}
	return json.NewEncoder(s.out).Encode(answer)
}
