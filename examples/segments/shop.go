package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/filter"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// shop is the engine, its store, the clock of the example, and the ids of customers and segments by name.
type shop struct {
	ctx     context.Context
	eng     *voucherify.Engine
	store   store.Store
	out     *bufio.Writer
	now     time.Time
	id      map[string]string
	segment map[string]string
	seen    int64 // how far the outbox was read
}

// where reads a filter from JSON, the form that it has in Voucherify.
func where(text string) (*filter.Filter, error) {
	f := new(filter.Filter)
	return f, json.Unmarshal([]byte(text), f)
}

// keep stores a segment that reports who enters and leaves.
func (s *shop) keep(name, text string) error {
	f, err := where(text)
	if err != nil {
		return err
	}
	stored, err := s.eng.Segments.Create(s.ctx, customer.Segment{Name: name, Type: customer.ActiveSegment, Filter: f})
	if err != nil {
		return err
	}
	s.segment[name] = stored.ID
	fmt.Fprintf(s.out, "   segment %-13s %s\n", name, text)
	return s.members(s.eng.Segments.Members(s.ctx, stored.ID))
}

// members prints customers, which are read one by one while the loop runs.
func (s *shop) members(customers iter.Seq2[customer.Customer, error]) error {
	var names []string
	for c, err := range customers {
		if err != nil {
			return err
		}
		names = append(names, c.SourceID)
	}
	if names == nil {
		names = []string{"nobody"}
	}
	fmt.Fprintf(s.out, "   in it: %s\n", strings.Join(names, ", "))
	return nil
}

// order stores a paid order.
func (s *shop) order(buyer string, amount int64) error {
	_, err := s.eng.Orders.Create(s.ctx, order.Order{CustomerID: s.id[buyer], Amount: amount, Status: order.Paid})
	fmt.Fprintf(s.out, "   %s pays %s\n", buyer, money(amount))
	return err
}

// redeem tries the code for members.
func (s *shop) redeem(buyer string) error {
	_, err := s.eng.Redeem(s.ctx, redemption.Request{
		Redeemables: redemption.Codes("MEMBERS"), Customer: customer.BySourceID(buyer), Order: &order.Order{Amount: 5000},
	})
	var refused *redemption.Refused
	switch {
	case errors.As(err, &refused):
		fmt.Fprintf(s.out, "   %s redeems MEMBERS: refused, %s\n", buyer, refused.Cause.Key)
		return nil
	case err != nil:
		return err
	}
	fmt.Fprintf(s.out, "   %s redeems MEMBERS: granted\n", buyer)
	return nil
}

// events prints who has entered and left since the last time, from the outbox that a host reads.
func (s *shop) events() error {
	return s.store.View(s.ctx, func(r store.Reader) error {
		for entry, err := range r.Outbox(s.ctx, s.seen) {
			if err != nil {
				return err
			}
			s.seen = entry.Position
			if t := entry.Event.Type; t != event.CustomerSegmentEntered && t != event.CustomerSegmentLeft {
				continue
			}
			var data struct {
				Customer customer.Customer
				Segment  customer.Segment
			}
			if err := json.Unmarshal(entry.Event.Data, &data); err != nil {
				return err
			}
			fmt.Fprintf(s.out, "   event %s: %s, %s\n", entry.Event.Type, data.Customer.SourceID, data.Segment.Name)
		}
		return nil
	})
}

// money writes minor units with two decimals.
func money(minor int64) string { return fmt.Sprintf("%d.%02d", minor/100, minor%100) }
