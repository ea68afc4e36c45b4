package voucherify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// part is one coupon of a stack, in the category of that name.
type part struct {
	code, category string
	discount       discount.Discount
	rule           string // a tree of conditions as JSON; empty for none
}

// off takes a fixed amount off the order.
func off(code, category string, amount int64) part {
	return part{code: code, category: category, discount: discount.AmountOff(amount, discount.ToOrder)}
}

// percent takes a share off the order.
func percent(code, category, share string) part {
	return part{code: code, category: category, discount: discount.Percent(share, discount.ToOrder)}
}

// when makes the part depend on a condition: a rule name, an operator and a number.
func (p part) when(name, operator string, value int64) part {
	p.rule = fmt.Sprintf(`{"1":{"name":%q,"conditions":{%q:[%d]}},"logic":"1"}`, name, operator, value)
	return p
}

// never makes the part inapplicable.
func (p part) never() part { return p.when("order.amount", "$more_than", 1_000_000) }

// stack is a scene of coupons under stacking rules.
type stack struct {
	name string
	// categories are names by hierarchy, lowest first: "gold silver" gives gold the number 1 and silver the number 2.
	categories string
	// rules are the stacking rules as JSON, with names in the place of the ids of categories.
	rules string
	parts []part
	order *order.Order // default: an amount of 100.00
	want  string
}

// run creates the scene and returns the answer to the codes in the order of the parts.
func (x *stack) run(t *testing.T) (*shop, redemption.Request, *redemption.Validation) {
	t.Helper()
	ctx := context.Background()
	s := newShop(t)
	rules := x.rules
	ids := map[string]string{}
	for i, name := range strings.Fields(x.categories) {
		category, err := s.Categories.Create(ctx, promotion.Category{Name: name, Hierarchy: i + 1})
		s.must(err)
		ids[name] = category.ID
		rules = strings.ReplaceAll(rules, `"`+name+`"`, `"`+category.ID+`"`)
	}
	if rules != "" {
		var settings promotion.StackingRules
		s.must(json.Unmarshal([]byte(rules), &settings))
		_, err := s.Settings.SetStackingRules(ctx, settings)
		s.must(err)
	}
	codes := make([]string, len(x.parts))
	for i, p := range x.parts {
		codes[i] = p.code
		if p.category != "" && ids[p.category] == "" {
			t.Fatalf("category %s is not in %q", p.category, x.categories)
		}
		v, err := s.Vouchers.Create(ctx, voucher.Voucher{
			Code: p.code, Type: voucher.DiscountVoucher, Discount: &p.discount, CategoryID: ids[p.category],
		})
		s.must(err)
		if p.rule != "" {
			s.rule(`{"name":"rule of `+p.code+`","rules":`+p.rule+`}`, validation.OnVoucher, v.ID)
		}
	}
	request := redemption.Request{Redeemables: redemption.Codes(codes...), Order: x.order}
	if request.Order == nil {
		request.Order = &order.Order{Amount: 10000}
	}
	answer, err := s.Validate(ctx, request)
	s.must(err)
	return s, request, answer
}

// rule creates a rule from JSON and assigns it.
func (s *shop) rule(text, objectType, objectID string) validation.Rule {
	s.t.Helper()
	var rule validation.Rule
	s.must(json.Unmarshal([]byte(text), &rule))
	rule, err := s.Rules.Create(context.Background(), rule)
	s.must(err)
	_, err = s.Rules.Assign(context.Background(), rule.ID, objectType, objectID)
	s.must(err)
	return rule
}

// told puts an answer into one line: whether it is valid and what is left to pay, what each redeemable took off or why it
// did not, and the two other lists.
func told(v *redemption.Validation) string {
	text := "refused"
	if v.Valid {
		text = "valid"
	}
	if v.Order != nil {
		text += fmt.Sprintf(" %d", v.Order.TotalAmount)
	}
	text += ": " + entries(v.Redeemables)
	if len(v.SkippedRedeemables) > 0 {
		text += "; skipped: " + entries(v.SkippedRedeemables)
	}
	if len(v.InapplicableRedeemables) > 0 {
		text += "; inapplicable: " + entries(v.InapplicableRedeemables)
	}
	return text
}

func entries(list []redemption.Applied) string {
	texts := make([]string, len(list))
	for i, a := range list {
		switch {
		case a.Status != redemption.Applicable:
			texts[i] = a.ID + " " + string(a.Result.Details.Key)
		case a.Order == nil:
			texts[i] = a.ID
		default:
			texts[i] = fmt.Sprintf("%s -%d", a.ID, a.Order.TotalAppliedDiscountAmount)
		}
	}
	return strings.Join(texts, ", ")
}

func runStacks(t *testing.T, stacks []stack) {
	t.Helper()
	for _, test := range stacks {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, _, answer := test.run(t)
			if diff := cmp.Diff(test.want, told(answer)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheSortingRuleOrdersTheStack(t *testing.T) {
	t.Parallel()
	byHierarchy := `{"redeemables_sorting_rule":"CATEGORY_HIERARCHY","applicable_redeemables_per_category_limit":5}`
	runStacks(t, []stack{
		{
			name:  "by default redeemables are applied as requested",
			parts: []part{percent("TEN", "", "10"), off("FIFTY", "", 5000)},
			want:  "valid 4000: TEN -1000, FIFTY -5000",
		},
		{
			name:  "the requested order decides what a percentage sees",
			parts: []part{off("FIFTY", "", 5000), percent("TEN", "", "10")},
			want:  "valid 4500: FIFTY -5000, TEN -500",
		},
		{
			name:       "requested order ignores the numbers of categories",
			categories: "first second", rules: `{"redeemables_sorting_rule":"REQUESTED_ORDER"}`,
			parts: []part{off("B", "second", 100), off("A", "first", 100)},
			want:  "valid 9800: B -100, A -100",
		},
		{
			name:       "by hierarchy the lower number comes first",
			categories: "first second third", rules: byHierarchy,
			parts: []part{off("C", "third", 100), off("A", "first", 100), off("B", "second", 100)},
			want:  "valid 9700: A -100, B -100, C -100",
		},
		{
			name:       "equal numbers keep the requested order, and what has no category comes last",
			categories: "first second", rules: byHierarchy,
			parts: []part{off("NONE", "", 100), off("B2", "second", 100), off("A2", "first", 100), off("B1", "second", 100), off("A1", "first", 100)},
			want:  "valid 9500: A2 -100, A1 -100, B2 -100, B1 -100, NONE -100",
		},
		{
			name:  "ten percent first leaves too little for the twenty percent above 100.00",
			parts: []part{percent("TEN", "", "10"), percent("TWENTY", "", "20").when("order.amount", "$more_than", 10000)},
			order: &order.Order{Amount: 10500},
			want:  "refused: TEN -1050, TWENTY order_rules_violated; inapplicable: TWENTY order_rules_violated",
		},
		{
			name:  "twenty percent first lets both through",
			parts: []part{percent("TWENTY", "", "20").when("order.amount", "$more_than", 10000), percent("TEN", "", "10")},
			order: &order.Order{Amount: 10500},
			want:  "valid 7560: TWENTY -2100, TEN -840",
		},
		{
			name:       "a limit that is reached is reached in the sorted order",
			categories: "first second", rules: `{"redeemables_sorting_rule":"CATEGORY_HIERARCHY","applicable_redeemables_limit":1}`,
			parts: []part{off("B", "second", 100), off("A", "first", 100)},
			want:  "valid 9900: A -100; skipped: B applicable_redeemables_limit_exceeded",
		},
	})
}
