// Package golden owns the recorded calculations of Voucherify as tests of the engine: it reads vectors, builds a project in
// memory for each, asks the engine and compares every recorded field.
//
// It refuses to bend the engine: a vector that needs what the engine does not have is skipped with the name of what is
// missing, and never counted as passed.
package golden

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/ledger"
)

// Vector is one recorded calculation.
type Vector struct {
	ID            string          `json:"id"`
	Kind          string          `json:"kind"`
	Era           string          `json:"era"`
	Grade         string          `json:"grade"`
	RequestShape  string          `json:"request_shape,omitempty"`
	StackingRules map[string]any  `json:"stacking_rules,omitempty"`
	Catalog       map[string]item `json:"catalog,omitempty"`
	PriorOrder    *priorOrder     `json:"prior_order,omitempty"`
	Redeemables   []redeemable    `json:"redeemables"`
	Order         *vectorOrder    `json:"order"`
	Expect        expectation     `json:"expect"`

	raw json.RawMessage // of a fact that is no calculation
}

type item struct {
	Product          *string `json:"product"`
	SKU              *string `json:"sku"`
	Quantity         *int64  `json:"quantity,omitempty"`
	Price            *int64  `json:"price,omitempty"`
	Amount           *int64  `json:"amount,omitempty"`
	AmountExplicit   bool    `json:"amount_explicit,omitempty"`
	DiscountAmount   int64   `json:"discount_amount,omitempty"`
	DiscountQuantity int64   `json:"discount_quantity,omitempty"`
	InitialQuantity  *int64  `json:"initial_quantity,omitempty"`
}

type priorOrder struct {
	DiscountAmount int64 `json:"discount_amount"`
}

type vectorOrder struct {
	Amount         int64  `json:"amount"`
	AmountExplicit bool   `json:"amount_explicit,omitempty"`
	Items          []item `json:"items,omitempty"`
}

type redeemable struct {
	ID              string          `json:"id"`
	Object          string          `json:"object"`
	Discount        *definition     `json:"discount,omitempty"`
	Gift            *giftFact       `json:"gift,omitempty"`
	Loyalty         *loyaltyFact    `json:"loyalty,omitempty"`
	ApplicableTo    json.RawMessage `json:"applicable_to,omitempty"`
	InapplicableTo  []target        `json:"inapplicable_to,omitempty"`
	ApplicationRule *target         `json:"application_rule,omitempty"`
	Bundle          *bundle         `json:"bundle,omitempty"`
	Rule            *ruleFact       `json:"rule,omitempty"`
	Exists          *bool           `json:"exists,omitempty"`
	Expired         bool            `json:"expired,omitempty"`
}

// definition is a discount; a vector writes the source of a replacement as one name with a number of units.
type definition struct{ discount.Discount }

// UnmarshalJSON reads a discount.
func (d *definition) UnmarshalJSON(text []byte) error {
	var raw map[string]any
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	units, _ := raw["units"].([]any)
	for _, entry := range units {
		unit, _ := entry.(map[string]any)
		if source, ok := unit["replace"].(string); ok {
			unit["replace"] = []any{map[string]any{"object": "product", "source_id": source, "aggregated_quantity_limit": unit["units"]}}
		}
	}
	text, err := json.Marshal(raw)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, &d.Discount)
}

type target struct {
	Item                    string `json:"item,omitempty"`
	Collection              string `json:"collection,omitempty"`
	Effect                  string `json:"effect,omitempty"`
	Target                  string `json:"target,omitempty"`
	SkipInitially           int    `json:"skip_initially,omitempty"`
	Repeat                  int    `json:"repeat,omitempty"`
	Price                   *int64 `json:"price,omitempty"`
	PriceFormula            string `json:"price_formula,omitempty"`
	QuantityLimit           *int64 `json:"quantity_limit,omitempty"`
	AggregatedQuantityLimit *int64 `json:"aggregated_quantity_limit,omitempty"`
	AmountLimit             *int64 `json:"amount_limit,omitempty"`
}

type bundle struct {
	Quantity int64  `json:"quantity"`
	Scaling  string `json:"scaling,omitempty"`
	// Identified and Missing are recorded of incomplete bundles only.
	Identified []bundlePart `json:"identified,omitempty"`
	Missing    []bundlePart `json:"missing,omitempty"`
}

type bundlePart struct {
	Item  string `json:"item"`
	Index int    `json:"item_index"`
	Units int64  `json:"item_quantity"`
}

// giftFact is a gift card: what it holds before the request, as far as that is recorded, and what is asked of it.
type giftFact struct {
	Credits      *ledger.Credits `json:"credits,omitempty"`
	Balance      *ledger.Credits `json:"balance,omitempty"`
	BalanceAfter *ledger.Credits `json:"balance_after_redemption,omitempty"`
	Effect       discount.Effect `json:"effect,omitempty"`
}

// balance is what the card holds before; at least what is asked of it.
func (g *giftFact) balance() ledger.Credits {
	switch {
	case g.Balance != nil:
		return *g.Balance
	case g.BalanceAfter != nil:
		return *g.BalanceAfter + *g.Credits
	}
	return *g.Credits
}

type ruleFact struct {
	OrderTotalAmountMoreThan *int64 `json:"order_total_amount_more_than,omitempty"`
}

type expectation struct {
	Valid       bool             `json:"valid"`
	Order       map[string]any   `json:"order,omitempty"`
	OrderStatus string           `json:"order_status,omitempty"`
	Redeemables []expectedResult `json:"redeemables,omitempty"`
}

type expectedResult struct {
	Status         string         `json:"status,omitempty"`
	Order          map[string]any `json:"order,omitempty"`
	DiscountAmount *int64         `json:"discount_amount,omitempty"`
	DetailsKey     string         `json:"details_key,omitempty"`
	// Credits are what a gift card has paid, negative when it got them back; GiftBalanceAfter is what it holds then.
	Credits          *ledger.Credits `json:"credits,omitempty"`
	GiftBalanceAfter *ledger.Credits `json:"gift_balance_after,omitempty"`
	// Points are what a loyalty card has paid, negative when it got them back; CardBalanceAfter is what it holds then.
	Points           *ledger.Points `json:"points,omitempty"`
	CardBalanceAfter *ledger.Points `json:"card_balance_after,omitempty"`
	Error            *struct {
		Code int    `json:"code"`
		Key  string `json:"key"`
	} `json:"error,omitempty"`
}

// Read reads vectors from files and folders, in the order of their names.
func Read(paths ...string) ([]Vector, error) {
	var all []Vector
	for _, path := range paths {
		files := []string{path}
		if info, err := os.Stat(path); err != nil {
			return nil, err
		} else if info.IsDir() {
			if files, err = filepath.Glob(filepath.Join(path, "*.json")); err != nil {
				return nil, err
			}
			slices.Sort(files)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			vectors, err := parse(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			all = append(all, vectors...)
		}
	}
	return all, nil
}

// parse reads one file. Entries without redeemables are facts of another kind: they are kept with their kind, to be
// skipped by name.
func parse(text []byte) ([]Vector, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, err
	}
	vectors := make([]Vector, len(raw))
	for i, entry := range raw {
		var head struct {
			ID          string          `json:"id"`
			Kind        string          `json:"kind"`
			Where       string          `json:"where"`
			Redeemables json.RawMessage `json:"redeemables"`
		}
		if err := json.Unmarshal(entry, &head); err != nil {
			return nil, err
		}
		if head.Redeemables == nil {
			kind := head.Kind
			if kind == "" {
				kind = "failure: " + head.Where
			}
			vectors[i] = Vector{ID: head.ID, Kind: "fact " + strings.TrimSpace(kind), raw: entry}
			continue
		}
		if err := json.Unmarshal(entry, &vectors[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", head.ID, err)
		}
	}
	return vectors, nil
}
