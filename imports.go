package voucherify

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/tabular"
)

// Imports takes in what comes from elsewhere: codes, customers, products and SKUs, from CSV files or from rows that the host
// has read itself. The columns of each file are those of the tables in package tabular; columns that are none of them become
// metadata, typed by the schema of the object if there is one.
//
// A file is read once, from the beginning to the end, and never as a whole. Its rows are written in transactions of a few
// hundred. A row that cannot be kept is reported with its line, its column and the reason, and the others are kept. A header
// without a required column, or with one twice, refuses the file before anything is written.
//
// An import that ends early, because the file, the store or the process fails, has done a part of its work: the report that
// comes with the error says how many rows. Importing the same file again finishes it. Products without a source_id are the
// exception, since nothing tells that they exist.
//
// Imports do not tell about each row: see ImportOptions.EmitEvents.
type Imports struct{ engine *Engine }

// ImportOptions say how an import reads its file and what it tells.
type ImportOptions struct {
	// AmountUnit says whether money in the file is in minor units, which is the default, or in major units. It does not touch
	// rows that come from no file.
	AmountUnit tabular.Unit
	// Comma stands between the cells of the file; 0 is ','.
	Comma rune
	// EmitEvents makes imports of codes emit voucher.created or voucher.updated for each row, also for one that changes nothing.
	// (Voucherify: webhooks_enable.)
	EmitEvents bool
}

// importBatch is the number of rows that are written in one transaction.
const importBatch = 500

// CampaignVouchersCSV imports codes into a campaign, named by id or name: the file has the columns of tabular.Coupons or
// tabular.GiftCards, as the campaign has codes of that kind. Discount, rules and dates come from the campaign, unless a row has
// dates of its own; at most as many new codes are taken as the campaign has room for. Of a code that is in the campaign already
// the row changes only whether it is active and its category; a code that is somewhere else is duplicate_key.
func (s *Imports) CampaignVouchersCSV(
	ctx context.Context, idOrName string, file io.Reader, options ImportOptions,
) (tabular.Report, error) {
	camp, err := s.campaignOfCodes(ctx, idOrName)
	if err != nil {
		return tabular.NewReport("voucher"), err
	}
	return importFile(ctx, s.engine, file, tablesOfKinds[camp.CampaignType](), metadata.OfVoucher, options, s.codes(camp.ID, options))
}

// CampaignVouchers is CampaignVouchersCSV for rows that the host has read, for example from JSON.
func (s *Imports) CampaignVouchers(
	ctx context.Context, idOrName string, rows iter.Seq[tabular.Voucher], options ImportOptions,
) (tabular.Report, error) {
	camp, err := s.campaignOfCodes(ctx, idOrName)
	if err != nil {
		return tabular.NewReport("voucher"), err
	}
	return importRows(ctx, s.engine, rows, tabular.IdentifyVoucher, s.codes(camp.ID, options))
}

// VouchersCSV imports coupons and gift cards that belong to no campaign: the file has the columns of tabular.Generic. Of a code
// that exists already the row changes only whether it is active and its category; a code of a campaign is duplicate_key, and
// another type of voucher or discount is invalid_voucher.
func (s *Imports) VouchersCSV(ctx context.Context, file io.Reader, options ImportOptions) (tabular.Report, error) {
	return importFile(ctx, s.engine, file, tabular.Generic(), metadata.OfVoucher, options, s.codes("", options))
}

// Vouchers is VouchersCSV for rows that the host has read, for example from JSON.
func (s *Imports) Vouchers(ctx context.Context, rows iter.Seq[tabular.Voucher], options ImportOptions) (tabular.Report, error) {
	return importRows(ctx, s.engine, rows, tabular.IdentifyVoucher, s.codes("", options))
}

// CustomersCSV imports customers: the file has the columns of tabular.Customers. A customer with a known source_id or id is
// overwritten as a whole, metadata included; an id that does not exist is not_found.
func (s *Imports) CustomersCSV(ctx context.Context, file io.Reader, options ImportOptions) (tabular.Report, error) {
	return importFile(ctx, s.engine, file, tabular.Customers(), metadata.OfCustomer, options, importing[customer.Customer]{
		noun: "customer", taken: fault.DuplicateFound, begin: beginCustomers,
	})
}

// ProductsCSV imports products: the file has the columns of tabular.Products. Of a product with a known source_id only the name
// is changed.
func (s *Imports) ProductsCSV(ctx context.Context, file io.Reader, options ImportOptions) (tabular.Report, error) {
	return importFile(ctx, s.engine, file, tabular.Products(), metadata.OfProduct, options, importing[product.Product]{
		noun: "product", taken: fault.DuplicateFound, begin: beginProducts,
	})
}

// SKUsCSV imports SKUs of products that exist: the file has the columns of tabular.SKUs. Of a SKU with a known source_id only
// name (sku) and price are changed, as far as the row has them.
func (s *Imports) SKUsCSV(ctx context.Context, file io.Reader, options ImportOptions) (tabular.Report, error) {
	return importFile(ctx, s.engine, file, tabular.SKUs(), metadata.OfSKU, options, importing[product.SKU]{
		noun: "sku", taken: fault.DuplicateFound, begin: beginSKUs,
	})
}

// tablesOfKinds are the columns of codes by the kind of their campaign.
var tablesOfKinds = map[campaign.Kind]func() *tabular.Table[tabular.Voucher]{
	campaign.DiscountCoupons: tabular.Coupons, campaign.GiftVouchers: tabular.GiftCards,
	campaign.LoyaltyProgram: tabular.LoyaltyCards, campaign.ReferralProgram: tabular.ReferralCodes,
}

// campaignOfCodes reads a campaign and refuses one that takes no codes.
func (s *Imports) campaignOfCodes(ctx context.Context, idOrName string) (*campaign.Campaign, error) {
	camp, err := s.engine.Campaigns.Get(ctx, idOrName)
	if err != nil {
		return nil, err
	}
	return &camp, checkTakesCodes(&camp)
}

func checkTakesCodes(camp *campaign.Campaign) error {
	switch {
	case camp.Protected:
		return fault.New(fault.ResourceProtected, "campaign %s is protected", camp.Name).About("campaign", camp.ID)
	case !camp.CampaignType.HasCodes() || camp.Type == campaign.Standalone:
		return fault.New(fault.InvalidCampaign, "a campaign of type %s %s takes no codes", camp.CampaignType, camp.Type).At("campaign")
	}
	return nil
}

// codes is an import of codes; without a campaign, of generic ones.
func (s *Imports) codes(campaignID string, options ImportOptions) importing[tabular.Voucher] {
	return importing[tabular.Voucher]{
		noun: "voucher", taken: fault.DuplicateKey,
		begin: func(ctx context.Context, c *importChange, rows []tabular.Row[tabular.Voucher]) (batch[tabular.Voucher], error) {
			return beginCodes(ctx, c, rows, campaignID, options.EmitEvents)
		},
	}
}

// importing is a kind of import.
type importing[T any] struct {
	noun string
	// taken is the refusal of a row whose name is that of a record in the bin, which cannot be read.
	taken fault.Key
	begin func(context.Context, *importChange, []tabular.Row[T]) (batch[T], error)
}

// batch writes the rows of one transaction.
type batch[T any] interface {
	// row plans one row. A *fault.Error refuses the row; every other error is that of the whole import.
	row(ctx context.Context, value T) error
	// end plans what belongs to the rows as a whole.
	end(ctx context.Context) error
}

// importChange is the transaction of a batch. What a refused row has planned is taken back.
type importChange struct {
	*change
	engine  *Engine
	mark    planMark
	written map[string]bool // the records that are planned and not yet flushed
}

type planMark struct{ consume, writes, events, touched int }

func (c *importChange) begin() {
	c.mark = planMark{len(c.plan.Consume), len(c.plan.Writes), len(c.plan.Events), len(c.touched)}
}

func (c *importChange) takeBack() {
	c.plan.Consume, c.plan.Writes = c.plan.Consume[:c.mark.consume], c.plan.Writes[:c.mark.writes]
	c.plan.Events, c.touched = c.plan.Events[:c.mark.events], c.touched[:c.mark.touched]
}

// settled makes sure that a record which an earlier row of the batch writes can be read: rows that name the same record follow
// each other.
func (c *importChange) settled(ctx context.Context, name string) error {
	if !c.written[name] {
		return nil
	}
	clear(c.written)
	if err := c.engine.flush(ctx, c.change); err != nil {
		return err
	}
	c.begin()
	return nil
}

// importFile imports the rows of a file.
func importFile[T any](
	ctx context.Context, e *Engine, file io.Reader, table *tabular.Table[T], object string, options ImportOptions, i importing[T],
) (tabular.Report, error) {
	var schema *metadata.Schema
	err := e.store.View(ctx, func(r store.Reader) error {
		var all []*metadata.Schema
		err := readAll(ctx, r, record.MetadataSchema, &all)
		schema = metadata.NewSchemas(all).Of(object)
		return err
	})
	if err != nil {
		return tabular.NewReport(i.noun), err
	}
	reader, err := tabular.Open(file, table, tabular.Options{
		AmountUnit: options.AmountUnit, Comma: options.Comma, Zone: e.options.zone, Schema: schema,
	})
	if err != nil {
		return tabular.NewReport(i.noun), err
	}
	return i.run(ctx, e, reader.Rows())
}

// importRows imports rows that come from no file.
func importRows[T any](
	ctx context.Context, e *Engine, rows iter.Seq[T], identify func(*T) (code, sourceID string), i importing[T],
) (tabular.Report, error) {
	return i.run(ctx, e, func(yield func(tabular.Row[T], error) bool) {
		number := 0
		for value := range rows {
			if number++; number > tabular.MaxRows {
				yield(tabular.Row[T]{}, fault.Invalid("rows", "are more than %d", tabular.MaxRows))
				return
			}
			if !yield(tabular.NewRow(number, value, identify), nil) {
				return
			}
		}
	})
}

// run writes the rows, a batch at a time. Rows that were read before the file fails are written.
func (i importing[T]) run(ctx context.Context, e *Engine, rows iter.Seq2[tabular.Row[T], error]) (tabular.Report, error) {
	report := tabular.NewReport(i.noun)
	pending := make([]tabular.Row[T], 0, importBatch)
	for row, err := range rows {
		if err == nil {
			pending = append(pending, row)
		}
		if err == nil && len(pending) < importBatch {
			continue
		}
		if writeErr := i.write(ctx, e, pending, &report); writeErr != nil || err != nil {
			return report, errors.Join(err, writeErr)
		}
		pending = pending[:0]
	}
	return report, i.write(ctx, e, pending, &report)
}

// write writes rows in one transaction. When one of them names a record in the bin, which only the store can tell, the rows
// are written in halves until it stands alone.
func (i importing[T]) write(ctx context.Context, e *Engine, rows []tabular.Row[T], report *tabular.Report) error {
	if len(rows) == 0 {
		return nil
	}
	var failed []tabular.Failure
	err := e.change(ctx, func(c *change) error {
		failed = nil
		b, err := i.begin(ctx, &importChange{change: c, engine: e, written: map[string]bool{}}, rows)
		if err != nil {
			return err
		}
		for n := range rows {
			failure, err := tryRow(ctx, b, &rows[n])
			if err != nil {
				return err
			}
			if failure != nil {
				failed = append(failed, *failure)
			}
		}
		return b.end(ctx)
	})
	switch {
	case err == nil:
		report.Add(len(rows)-len(failed), failed)
	case !errors.Is(err, store.ErrExists):
		return err
	case len(rows) == 1:
		report.Add(0, []tabular.Failure{rows[0].Refuse(i.inTheBin(err))})
	default:
		half := len(rows) / 2
		if err := i.write(ctx, e, rows[:half], report); err != nil {
			return err
		}
		return i.write(ctx, e, rows[half:], report)
	}
	return nil
}

// tryRow plans one row and returns why it is not kept.
func tryRow[T any](ctx context.Context, b batch[T], row *tabular.Row[T]) (*tabular.Failure, error) {
	if row.Failure != nil {
		return row.Failure, nil
	}
	err := b.row(ctx, row.Value)
	var refusal *fault.Error
	if !errors.As(err, &refusal) {
		return nil, err
	}
	failure := row.Refuse(refusal)
	return &failure, nil
}

// inTheBin words the refusal of a row whose name is reserved by a record in the bin.
func (i importing[T]) inTheBin(err error) *fault.Error {
	var refusal *fault.Error
	if i.taken == fault.DuplicateKey {
		return alreadyExists("")
	}
	if errors.As(err, &refusal) {
		return refusal
	}
	return fault.New(i.taken, "a unique field has the value of a record in the bin")
}

// alreadyExists is the refusal of a code that is taken.
func alreadyExists(voucherID string) *fault.Error {
	refusal := fault.New(fault.DuplicateKey, "1 voucher codes(s) already exist.").At("code")
	if voucherID == "" {
		return refusal
	}
	return refusal.About(string(record.Voucher), voucherID)
}

// tellCodes plans the event that a campaign has more codes.
func (c *importChange) tellCodes(camp *campaign.Campaign, doc record.Document) error {
	camp.UpdatedAt, camp.Version = &c.now, doc.Version+1
	if err := c.putCampaign(camp, doc); err != nil {
		return err
	}
	return c.emit(event.CampaignVouchersAdded, camp.ID, map[string]any{"campaign": camp})
}
