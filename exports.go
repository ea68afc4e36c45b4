package voucherify

import (
	"context"
	"io"
	"iter"
	"maps"
	"slices"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/tabular"
)

// Exports hands out what is stored: as rows for the host, or as CSV into a writer. Each export is one state of the store, read
// a page at a time, so that its memory does not grow with the number of rows.
type Exports struct{ engine *Engine }

// ExportOptions narrow an export and choose its columns.
type ExportOptions struct {
	// ListOptions narrow and order the rows. Parent is the id of a campaign for vouchers, of a customer or of a parent for
	// redemptions, of a customer for orders, and of a voucher for transactions.
	ListOptions
	// Fields are the columns of the CSV, in this order; empty takes the default ones. See Exports.Fields.
	Fields []string
	// Raw writes cells as they are. Otherwise one that a spreadsheet would run as a formula begins with an apostrophe.
	Raw bool
}

// Exported names a kind of export: Voucherify's exported_object.
type Exported string

// The kinds of exports.
const (
	ExportVouchers            Exported = "voucher"
	ExportRedemptions         Exported = "redemption"
	ExportCustomers           Exported = "customer"
	ExportOrders              Exported = "order"
	ExportVoucherTransactions Exported = "voucher_transactions" // the entries of gift cards
	// ExportPointsTransactions are the entries of loyalty cards. (In Voucherify they are voucher_transactions, too.)
	ExportPointsTransactions Exported = "points_transactions"
)

// exporter is one kind of export.
type exporter struct {
	fields, defaults func() []string
	write            func(context.Context, *Exports, io.Writer, ExportOptions) (int, error)
}

// exporters are the kinds of exports. Another kind is another line here.
var exporters = map[Exported]exporter{
	ExportVouchers:            exported(tabular.Vouchers(), (*Exports).Vouchers),
	ExportRedemptions:         exported(tabular.Redemptions(), (*Exports).Redemptions),
	ExportCustomers:           exported(tabular.ExportedCustomers(), (*Exports).customersFor),
	ExportOrders:              exported(tabular.Orders(), (*Exports).Orders),
	ExportVoucherTransactions: exported(tabular.VoucherTransactions(), (*Exports).VoucherTransactions),
	ExportPointsTransactions:  exported(tabular.PointsTransactions(), (*Exports).PointsTransactions),
}

// exported is an export of the rows that read yields, with the columns of a sheet.
func exported[T any](sheet *tabular.Sheet[T], read func(*Exports, context.Context, ExportOptions) iter.Seq2[T, error]) exporter {
	return exporter{
		fields: sheet.Fields, defaults: sheet.Defaults,
		write: func(ctx context.Context, s *Exports, to io.Writer, options ExportOptions) (int, error) {
			return sheet.Write(to, read(s, ctx, options), options.Fields, options.Raw)
		},
	}
}

// Kinds are the kinds of exports, sorted.
func (s *Exports) Kinds() []Exported { return slices.Sorted(maps.Keys(exporters)) }

// Fields are the columns that an export of the kind can have; besides, metadata.<key> is the column of one key of the metadata,
// where there is metadata. It is nil for a kind that does not exist.
func (s *Exports) Fields(kind Exported) []string {
	if x, ok := exporters[kind]; ok {
		return x.fields()
	}
	return nil
}

// CSV writes an export as CSV with a header, and returns the number of rows. Dates are in UTC, money is in minor units,
// metadata is one column of JSON. A column that does not exist is invalid_export_fields, and nothing is written then. After
// another error a part of the rows is written.
func (s *Exports) CSV(ctx context.Context, kind Exported, to io.Writer, options ExportOptions) (int, error) {
	x, ok := exporters[kind]
	if !ok {
		return 0, fault.New(fault.NotSupported, "there is no export of %q", string(kind)).At("exported_object")
	}
	return x.write(ctx, s, to, options)
}

// Orders yields orders.
func (s *Exports) Orders(ctx context.Context, options ExportOptions) iter.Seq2[order.Order, error] {
	return s.engine.Orders.List(ctx, options.ListOptions)
}

// VoucherTransactions yields the entries of gift cards, of all or of the card whose id is the parent; entries of other cards are
// passed over.
func (s *Exports) VoucherTransactions(ctx context.Context, options ExportOptions) iter.Seq2[ledger.Transaction, error] {
	return entries(ctx, s.engine, options, func(t *ledger.Transaction) bool { return t.Type.OfCredits() })
}

// PointsTransactions yields the entries of loyalty cards, of all or of the card whose id is the parent; entries of other cards are
// passed over.
func (s *Exports) PointsTransactions(ctx context.Context, options ExportOptions) iter.Seq2[loyalty.Transaction, error] {
	return entries(ctx, s.engine, options, func(t *loyalty.Transaction) bool { return !t.Type.OfCredits() })
}

// entries yields the entries of cards of one kind, of which all are stored together.
func entries[T any](ctx context.Context, e *Engine, options ExportOptions, wanted func(*T) bool) iter.Seq2[T, error] {
	all := options.ListOptions
	all.Limit = 0
	return func(yield func(T, error) bool) {
		left := options.Limit
		for t, err := range list[T](ctx, e, record.Transaction, all) {
			if err == nil && !wanted(&t) {
				continue
			}
			if !yield(t, err) {
				return
			}
			if left--; left == 0 {
				return
			}
		}
	}
}

// Vouchers yields vouchers with everything that counts for them: usage, balance and points, and discount, dates and category of their
// campaign where they have none of their own.
func (s *Exports) Vouchers(ctx context.Context, options ExportOptions) iter.Seq2[tabular.ExportedVoucher, error] {
	return exportPages(ctx, s.engine, record.Voucher, options.ListOptions, exportVouchers)
}

// Redemptions yields redemptions and failed attempts.
func (s *Exports) Redemptions(ctx context.Context, options ExportOptions) iter.Seq2[tabular.ExportedRedemption, error] {
	return exportPages(ctx, s.engine, record.Redemption, options.ListOptions, exportRedemptions)
}

// Customers yields customers with their summaries.
func (s *Exports) Customers(ctx context.Context, options ExportOptions) iter.Seq2[customer.Customer, error] {
	return exportPages(ctx, s.engine, record.Customer, options.ListOptions, exportCustomers)
}

// customersFor reads summaries only when a column shows them.
func (s *Exports) customersFor(ctx context.Context, options ExportOptions) iter.Seq2[customer.Customer, error] {
	if tabular.NeedSummaries(options.Fields) {
		return s.Customers(ctx, options)
	}
	return s.engine.Customers.List(ctx, options.ListOptions)
}
