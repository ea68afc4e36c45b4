package main

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/product"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// catalogueFile is a shop's configuration. Every entry has the fields of its type and a name of its own, "ref"; other
// entries refer to it as "@name", since the engine gives the ids only when it stores something.
type catalogueFile struct {
	Categories    []json.RawMessage `json:"categories"`
	StackingRules json.RawMessage   `json:"stacking_rules"`
	Customers     []json.RawMessage `json:"customers"`
	Segments      []json.RawMessage `json:"segments"`
	Products      []json.RawMessage `json:"products"`
	SKUs          []json.RawMessage `json:"skus"`
	Collections   []json.RawMessage `json:"collections"`
	Rules         []json.RawMessage `json:"rules"`
	Campaigns     []json.RawMessage `json:"campaigns"`
	Vouchers      []json.RawMessage `json:"vouchers"`
	Tiers         []json.RawMessage `json:"tiers"`
	Stacks        []json.RawMessage `json:"stacks"`
	Assignments   []json.RawMessage `json:"assignments"`
}

// loader stores a catalogue file and remembers which id each name got.
type loader struct {
	ctx  context.Context
	eng  *voucherify.Engine
	ids  map[string]string
	name map[string]string // of products and SKUs, by id, for receipts
}

// load stores the whole file. The order matters: an entry can only refer to what stands above it.
func (l *loader) load(text []byte) error {
	var file catalogueFile
	if err := json.Unmarshal(text, &file); err != nil {
		return err
	}
	for _, part := range []struct {
		name    string
		entries []json.RawMessage
		store   func(raw []byte) (id string, err error)
	}{
		{"categories", file.Categories, one(l, l.eng.Categories.Create, func(x promotion.Category) string { return x.ID })},
		{"stacking_rules", []json.RawMessage{file.StackingRules}, one(l, l.eng.Settings.SetStackingRules, func(promotion.StackingRules) string { return "" })},
		{"customers", file.Customers, one(l, l.eng.Customers.Upsert, func(x customer.Customer) string { return x.ID })},
		{"segments", file.Segments, one(l, l.eng.Segments.Create, func(x customer.Segment) string { return x.ID })},
		{"products", file.Products, one(l, l.eng.Products.CreateProduct, func(x product.Product) string { l.name[x.ID] = x.Name; return x.ID })},
		{"skus", file.SKUs, one(l, l.eng.Products.CreateSKU, func(x product.SKU) string { l.name[x.ID] = x.Name; return x.ID })},
		{"collections", file.Collections, one(l, l.eng.Products.CreateCollection, func(x product.Collection) string { return x.ID })},
		{"rules", file.Rules, one(l, l.eng.Rules.Create, func(x validation.Rule) string { return x.ID })},
		{"campaigns", file.Campaigns, one(l, l.eng.Campaigns.Create, func(x campaign.Campaign) string { return x.ID })},
		{"vouchers", file.Vouchers, l.voucher},
		{"tiers", file.Tiers, one(l, l.eng.Promotions.CreateTier, func(x promotion.Tier) string { return x.ID })},
		{"stacks", file.Stacks, one(l, l.eng.Promotions.CreateStack, func(x promotion.Stack) string { return x.ID })},
		{"assignments", file.Assignments, l.assign},
	} {
		for i, raw := range part.entries {
			if err := l.entry(raw, part.store); err != nil {
				return fmt.Errorf("%s[%d]: %w", part.name, i, err)
			}
		}
	}
	return nil
}

// entry resolves the references of one entry, stores it and remembers its id.
func (l *loader) entry(raw json.RawMessage, store func([]byte) (string, error)) error {
	if len(raw) == 0 {
		return nil
	}
	resolved, err := l.resolve(raw)
	if err != nil {
		return err
	}
	id, err := store(resolved)
	if err != nil {
		return err
	}
	var named struct {
		Ref string `json:"ref"`
	}
	if err := json.Unmarshal(raw, &named); err != nil {
		return err
	}
	if named.Ref != "" {
		l.ids[named.Ref] = id
	}
	return nil
}

var reference = regexp.MustCompile(`"@([^"]+)"`)

// resolve replaces "@name" by the id that the name got.
func (l *loader) resolve(raw []byte) ([]byte, error) {
	var missing error
	resolved := reference.ReplaceAllFunc(raw, func(quoted []byte) []byte {
		name := string(quoted[2 : len(quoted)-1])
		id, ok := l.ids[name]
		if !ok && missing == nil {
			missing = fmt.Errorf("@%s is not defined above", name)
		}
		return []byte(`"` + id + `"`)
	})
	return resolved, missing
}

// one stores an entry through a service.
func one[T any](l *loader, create func(context.Context, T) (T, error), id func(T) string) func([]byte) (string, error) {
	return func(raw []byte) (string, error) {
		var value T
		if err := json.Unmarshal(raw, &value); err != nil {
			return "", err
		}
		stored, err := create(l.ctx, value)
		return id(stored), err
	}
}

// voucher stores a standalone code, or adds a chosen code to its campaign.
func (l *loader) voucher(raw []byte) (string, error) {
	var v voucher.Voucher
	if err := json.Unmarshal(raw, &v); err != nil {
		return "", err
	}
	if v.CampaignID == "" {
		stored, err := l.eng.Vouchers.Create(l.ctx, v)
		return stored.ID, err
	}
	if err := l.eng.Campaigns.AddVoucher(l.ctx, v.CampaignID, v.Code); err != nil {
		return "", err
	}
	stored, err := l.eng.Vouchers.Get(l.ctx, v.Code)
	return stored.ID, err
}

// assign makes a rule count for an object.
func (l *loader) assign(raw []byte) (string, error) {
	var a struct{ Rule, Object, ID string }
	if err := json.Unmarshal(raw, &a); err != nil {
		return "", err
	}
	stored, err := l.eng.Rules.Assign(l.ctx, a.Rule, a.Object, a.ID)
	return stored.ID, err
}
