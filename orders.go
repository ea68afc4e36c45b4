package voucherify

import (
	"cmp"
	"context"
	"iter"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
)

// Orders keeps orders. A redeem stores its order by itself; here are those without redemptions, and changes of status.
type Orders struct{ engine *Engine }

// Create stores an order with its amounts calculated from the catalogue; its status is CREATED unless it says otherwise.
// An order with a known source_id is updated. Discounts that it carries are ignored: only a redeem grants them.
func (s *Orders) Create(ctx context.Context, o order.Order) (order.Order, error) {
	return s.save(ctx, o, true)
}

// Update lays what is sent over a stored order: items as a whole list, metadata key by key, status. Discounts of earlier
// redemptions stay; those on lines go with the lines that are replaced. Canceling an order does not roll redemptions back.
func (s *Orders) Update(ctx context.Context, o order.Order) (order.Order, error) {
	return s.save(ctx, o, false)
}

func (s *Orders) save(ctx context.Context, o order.Order, create bool) (order.Order, error) {
	if err := o.Check(); err != nil {
		return order.Order{}, err
	}
	var result order.Order
	err := s.engine.change(ctx, func(c *change) error {
		stored, doc, err := c.storedOrder(ctx, &o)
		if err != nil && (!create || o.ID != "" || !isMissing(err)) {
			return err
		}
		catalogue, err := s.engine.configuration(ctx, c.tx, c.operation)
		if err != nil {
			return err
		}
		if err := catalogue.CheckOrder(stored, &o); err != nil {
			return err
		}
		merged, carried := o, discount.Nothing
		if stored != nil {
			merged, carried = redemption.MergeOrders(stored, &o)
		}
		state, err := discount.NewState(&merged, catalogue.Products(), carried)
		if err != nil {
			return err
		}
		result = *state.Result()
		result.Redemptions = merged.Redemptions
		docs, err := redemption.Overrides(&o, catalogue.Products(), &c.ids, c.now)
		if err != nil {
			return err
		}
		c.plan.Writes = append(c.plan.Writes, docs...)
		if err := c.putOrder(&result, stored, doc); err != nil {
			return err
		}
		s.engine.orderSaved(&c.operation, stored, &result)
		return nil
	})
	return result, err
}

// storedOrder reads the order that o names.
func (c *change) storedOrder(ctx context.Context, o *order.Order) (*order.Order, record.Document, error) {
	if o.ID != "" {
		return find[order.Order](ctx, c.tx, record.Order, o.ID)
	}
	if o.SourceID == "" {
		return nil, record.Document{}, fault.Missing("order", "")
	}
	doc, err := c.bySource(ctx, record.Order, o.SourceID)
	if err != nil {
		return nil, doc, err
	}
	if doc.Version == 0 {
		return nil, doc, fault.Missing(string(record.Order), o.SourceID)
	}
	stored, err := decode[order.Order](doc)
	return stored, doc, err
}

func (c *change) putOrder(o, stored *order.Order, doc record.Document) error {
	kind, before := event.CustomerOrderCreated, order.Status("")
	o.ID = cmp.Or(doc.ID, c.ids.Next(id.Order))
	if o.Status == "" {
		o.Status = order.Created
	}
	if stored != nil {
		kind, before, o.SourceID = event.CustomerOrderUpdated, stored.Status, stored.SourceID
	}
	o.CreatedAt, o.UpdatedAt, o.Version = c.stamp(&doc)
	for i := range o.Items {
		if o.Items[i].ID == "" {
			o.Items[i].ID = c.ids.Next(id.OrderItem)
		}
	}
	if err := c.put(saved{
		kind: record.Order, id: o.ID, version: doc.Version, created: doc.CreatedAt, parent: o.CustomerID, keys: keyOf("source_id", o.SourceID),
	}, o); err != nil || o.CustomerID == "" {
		return err
	}
	c.touch(o.CustomerID)
	c.plan.CountOrder(stored, o)
	if err := c.emitOrder(kind, o); err != nil {
		return err
	}
	if kind, ok := redemption.OrderEvent(o.Status); ok && o.Status != before {
		return c.emitOrder(kind, o)
	}
	return nil
}

// emitOrder plans an event of an order and counts it for the customer.
func (c *change) emitOrder(kind event.Type, o *order.Order) error {
	c.plan.CountEvent(o.CustomerID, kind)
	return c.emit(kind, o.ID, map[string]any{"order": o})
}

// Get reads an order by id or source_id.
func (s *Orders) Get(ctx context.Context, idOrSource string) (order.Order, error) {
	return get[order.Order](ctx, s.engine, record.Order, idOrSource, record.Key("source_id", idOrSource))
}

// List yields orders; ListOptions.Parent keeps those of a customer, named by id.
func (s *Orders) List(ctx context.Context, options ListOptions) iter.Seq2[order.Order, error] {
	return list[order.Order](ctx, s.engine, record.Order, options)
}
