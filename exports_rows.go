package voucherify

import (
	"cmp"
	"context"
	"errors"
	"iter"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/tabular"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// exportPage is how many records an export reads at a time.
const exportPage = 100

// exporting reads what the rows of an export name, and remembers it.
type exporting struct {
	engine     *Engine
	reader     store.Reader
	campaigns  map[string]*campaign.Campaign
	categories map[string]string
	customers  map[string]*customer.Customer // of one page
	rules      map[string][]string           // ids of rules by the code that they are assigned to
}

// exportPages yields what rows makes of the records of a kind, a page at a time, all from one view of the store. Nothing is
// read while records are listed, which not every store can do.
func exportPages[T, R any](
	ctx context.Context, e *Engine, kind record.Kind, options ListOptions,
	rows func(context.Context, *exporting, []*R) ([]T, error),
) iter.Seq2[T, error] {
	return stream(ctx, e, func(r store.Reader, each func(T) bool) error {
		x := &exporting{engine: e, reader: r, campaigns: map[string]*campaign.Campaign{}}
		query := store.Query{Parent: options.Parent, Descending: !options.OldestFirst, After: options.After}
		for left := options.Limit; ; {
			if query.Limit = exportPage; options.Limit > 0 {
				query.Limit = min(exportPage, left)
			}
			page := make([]*R, 0, query.Limit)
			for doc, err := range r.List(ctx, kind, query) {
				if err != nil {
					return err
				}
				value, err := decode[R](doc)
				if err != nil {
					return err
				}
				page, query.After = append(page, value), store.CursorOf(doc)
			}
			values, err := rows(ctx, x, page)
			if err != nil {
				return err
			}
			for _, value := range values {
				if !each(value) {
					return nil
				}
			}
			if left -= len(page); len(page) < query.Limit || options.Limit > 0 && left == 0 {
				return nil
			}
		}
	})
}

// campaign reads a campaign once; one that was deleted is nil.
func (x *exporting) campaign(ctx context.Context, campaignID string) (*campaign.Campaign, error) {
	if known, ok := x.campaigns[campaignID]; ok || campaignID == "" {
		return known, nil
	}
	doc, err := x.reader.Get(ctx, record.Campaign, campaignID)
	var camp *campaign.Campaign
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return nil, err
	default:
		if camp, err = decode[campaign.Campaign](doc); err != nil {
			return nil, err
		}
	}
	x.campaigns[campaignID] = camp
	return camp, nil
}

// customer reads a customer once for each page; one that was deleted is empty.
func (x *exporting) customer(ctx context.Context, customerID string) (*customer.Customer, error) {
	if known, ok := x.customers[customerID]; ok {
		return known, nil
	}
	found := &customer.Customer{}
	if customerID != "" {
		doc, err := x.reader.Get(ctx, record.Customer, customerID)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return nil, err
		default:
			if found, err = decode[customer.Customer](doc); err != nil {
				return nil, err
			}
		}
	}
	x.customers[customerID] = found
	return found, nil
}

// names reads the categories and the assignments of codes; both are as large as the configuration, which is in memory anyway.
func (x *exporting) names(ctx context.Context) error {
	if x.categories != nil {
		return nil
	}
	var categories []*promotion.Category
	if err := readAll(ctx, x.reader, record.Category, &categories); err != nil {
		return err
	}
	x.categories, x.rules = map[string]string{}, map[string][]string{}
	for _, c := range categories {
		x.categories[c.ID] = c.Name
	}
	assignments, _, err := assignmentsOf(ctx, x.reader, store.Query{}, func(a *validation.Assignment) bool {
		return a.RelatedObjectType == validation.OnVoucher
	})
	for _, a := range assignments {
		x.rules[a.RelatedObjectID] = append(x.rules[a.RelatedObjectID], a.RuleID)
	}
	return err
}

func exportVouchers(ctx context.Context, x *exporting, page []*voucher.Voucher) ([]tabular.ExportedVoucher, error) {
	if err := x.names(ctx); err != nil {
		return nil, err
	}
	x.customers = map[string]*customer.Customer{}
	var keys []redemption.CounterKey
	for _, v := range page {
		keys = append(keys,
			redemption.CounterKey{Metric: redemption.CountPublications, Subject: v.ID},
			redemption.CounterKey{Metric: redemption.CountVoucher, Subject: v.ID})
		if v.Gift != nil {
			keys = append(keys, redemption.CardKeys(v.ID)...)
		}
	}
	counters, err := x.reader.Counters(ctx, keys)
	if err != nil {
		return nil, err
	}
	rows := make([]tabular.ExportedVoucher, 0, len(page))
	for _, v := range page {
		fillUsage(v, counters)
		if v.LoyaltyCard != nil {
			account, err := accountOf(ctx, x.reader, v.ID)
			if err != nil {
				return nil, err
			}
			v.LoyaltyCard.Fill(account)
		}
		row := tabular.ExportedVoucher{Voucher: *v, ValidationRules: x.rules[v.ID]}
		camp, err := x.campaign(ctx, v.CampaignID)
		if err != nil {
			return nil, err
		}
		if camp != nil {
			inherit(&row, camp)
		}
		if row.CategoryID != "" {
			row.Category = cmp.Or(x.categories[row.CategoryID], row.CategoryID)
		}
		holder, err := x.customer(ctx, v.HolderID)
		if err != nil {
			return nil, err
		}
		row.CustomerSourceID = holder.SourceID
		rows = append(rows, row)
	}
	return rows, nil
}

// inherit fills what a code has from its campaign.
func inherit(row *tabular.ExportedVoucher, camp *campaign.Campaign) {
	row.Campaign, row.CategoryID, row.Window = camp.Name, cmp.Or(row.CategoryID, camp.CategoryID), row.WindowIn(camp.Window)
	if camp.Voucher == nil {
		return
	}
	if row.Discount == nil {
		row.Discount = camp.Voucher.Discount
	}
	if g := camp.Voucher.Gift; g != nil && row.Gift != nil && row.Gift.Effect == "" {
		gift := *row.Gift
		gift.Effect = g.Effect
		row.Gift = &gift
	}
}

func exportRedemptions(ctx context.Context, x *exporting, page []*redemption.Redemption) ([]tabular.ExportedRedemption, error) {
	x.customers = map[string]*customer.Customer{}
	rows := make([]tabular.ExportedRedemption, 0, len(page))
	for _, r := range page {
		row := tabular.ExportedRedemption{Redemption: *r}
		camp, err := x.campaign(ctx, r.CampaignID)
		if err != nil {
			return nil, err
		}
		if camp != nil {
			row.Campaign = camp.Name
		}
		who, err := x.customer(ctx, r.CustomerID)
		if err != nil {
			return nil, err
		}
		row.CustomerSourceID, row.CustomerName = who.SourceID, who.Name
		rows = append(rows, row)
	}
	return rows, nil
}

func exportCustomers(ctx context.Context, x *exporting, page []*customer.Customer) ([]customer.Customer, error) {
	rows := make([]customer.Customer, 0, len(page))
	for _, c := range page {
		var err error
		if c.Summary, err = readSummary(ctx, x.reader, c); err != nil {
			return nil, err
		}
		rows = append(rows, *c)
	}
	return rows, nil
}
