package validation_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/validation"
)

// offered is what a qualification says: "valid", "pending", "no", or the keys that were left out; and what is missing.
type offered struct {
	State string
	Near  string
}

func qualify(p *validation.Program, f *validation.Facts, omit validation.Omit, before bool) offered {
	v := p.Qualify(f, omit, before)
	var o offered
	switch {
	case v.Holds:
		o.State = "valid"
	case v.Pending:
		o.State = "pending"
	case v.Failure != nil:
		o.State = "no"
	default:
		o.State = "without " + strings.Join(v.Omitted, ", ")
	}
	if v.Near != nil {
		o.Near = v.Near.Path + " " + strconv.FormatInt(*v.Near.Missing, 10)
	}
	return o
}

// Conditions of every class that hold for facts(), and some that fail.
const (
	vip     = `{"name":"customer.segment","conditions":{"$is":["seg_vip"]}}`
	tin     = `{"name":"customer.metadata","property":"level","conditions":{"$is":["tin"]}}`
	rich    = `{"name":"order.amount","conditions":{"$more_than":[100000]}}`
	units6  = `{"name":"order.items.count","conditions":{"$is":[6]}}`
	initial = `{"name":"order.initial_amount","conditions":{"$is":[9200]}}`
	web     = `{"name":"redemption.metadata","property":"channel","conditions":{"$is":["web"]}}`
	usedUp  = `{"name":"redemption.count.per_customer","conditions":{"$less_than":[0]}}`
	dayUsed = `{"name":"redemption.count.daily","conditions":{"$less_than":[0]}}`
	mugs    = `{"name":"order.items.any","conditions":{"$is":["prod_mug"]}}`
	tenMugs = `{"name":"order.items.any","conditions":{"$is":["prod_mug"]},"rules":{"1":{"name":"order.items.aggregated_quantity","conditions":{"$more_than_or_equal":[10]}}}}`
	tenCars = `{"name":"order.items.any","conditions":{"$is":["prod_car"]},"rules":{"1":{"name":"order.items.aggregated_quantity","conditions":{"$more_than_or_equal":[10]}}}}`
	total1  = `{"name":"order.total_amount","conditions":{"$is":[1]}}`
)

// TestWhatIsLeftOut says what the classes are, and what becomes of rules without their conditions.
func TestWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	const all, audience = validation.OmitIgnored, validation.OmitAllButCustomer
	const products, productsBy = validation.OmitAllButItems, validation.OmitAllButItemsAndCustomer
	group := func(logic string, nodes ...string) string {
		var b strings.Builder
		for i, node := range nodes {
			b.WriteString(`"` + strconv.Itoa(i+1) + `":` + node + `,`)
		}
		return `{` + b.String() + `"logic":"` + logic + `"}`
	}
	for _, tt := range []struct {
		name, rules, expression string
		omit                    validation.Omit
		want                    string
	}{
		{"a rule without conditions", `{}`, "", audience, "valid"},
		{"nothing is left out", group("", vip, units6), "", 0, "valid"},
		{"the amount before the discount is ignored", group("", rich), "", all, "without 1"},
		{"the initial amount is not ignored", group("", initial), "", all, "valid"},
		{"redemptions per customer are ignored", group("", usedUp), "", all, "without 1"},
		{"redemptions per day are not ignored", group("", dayUsed), "", all, "no"},
		{"redemptions per day are a counter", group("", dayUsed), "", validation.OmitCounters, "without 1"},
		{"the total of the discounts is ignored before it is known", group("", `{"name":"campaign.orders.amount_discounted","conditions":{"$less_than":[0]}}`), "", all, "without 1"},
		{"the total after the discount waits", group("", total1, rich), "", all, "pending"},
		{"an or with what is left out and what waits", group("1 or 2", rich, total1), "", all, "pending"},
		{"an or with what waits and what is left out", group("1 or 2", total1, rich), "", all, "pending"},
		{"what is known to fail", group("", rich, tin), "", all, "no"},
		{"an or that holds without what is left out", group("1 or 2", rich, vip), "", all, "valid"},
		{"an or that depends on what is left out", group("1 or 2", tin, rich), "", all, "without 2"},
		{"what does not change the outcome is not named", group("1 and (2 or 3)", rich, vip, usedUp), "", all, "without 1"},
		{"a branch that fails is not named", group("1 or (2 and 3)", rich, usedUp, tin), "", all, "without 1"},
		{"keys come in order and once", group("2 and 1 and 2", rich, usedUp), "", all, "without 1, 2"},

		{"the audience only", group("", vip, rich, units6, mugs, web, dayUsed, total1), "", audience, "without 2, 3, 4, 5, 6, 7"},
		{"the audience fails", group("", tin, rich), "", audience, "no"},
		{"nothing but the audience", group("", vip), "", audience, "valid"},
		{"products that are there in any number", group("", tenMugs, tin, usedUp), "", products, "without 1, 2, 3"},
		{"products that are there", group("", mugs), "", products, "valid"},
		{"products that are not there", group("", tenCars, tin), "", products, "no"},
		{"products for a customer who does not fit", group("", tenMugs, tin), "", productsBy, "no"},
		{"products for a customer who fits", group("", tenMugs, vip), "", productsBy, "without 1"},
		{"what is left out takes the rules about its lines along", group("", tenCars), "", validation.OmitItems, "without 1"},

		{"rules below what is left out fail", group("", `{"name":"order.amount","conditions":{"$is":[1]},"rules":{"1":`+tin+`}}`), "", all, "no"},
		{"rules below what is left out hold", group("", `{"name":"order.amount","conditions":{"$is":[1]},"rules":{"1":`+vip+`}}`), "", all, "without 1"},
		{"rules below what is left out wait", group("", `{"name":"order.amount","conditions":{"$is":[1]},"rules":{"1":`+total1+`}}`), "", all, "pending"},
		{"rules that are left out below what holds", group("", vip, `{"name":"customer.segment","conditions":{"$is":["seg_vip"]},"rules":{"7":`+rich+`}}`), "", all, "without 2"},
		{"rules that are left out below what fails", group("", `{"name":"customer.segment","conditions":{"$is":["x"]},"rules":{"7":`+rich+`}}`), "", all, "no"},
		{"a key with a dot", `{"rules.1":` + rich + `}`, "", all, "without rules.1"},

		{"an expression about the customer is about the audience", `{}`, "customer.metadata.level == 'tin'", audience, "no"},
		{"an expression about the order is not", `{}`, "'seg_vip' in customer.segments && order.amount > 100000", audience, "without expression"},
		{"an expression about both is not", `{}`, "order.metadata.location == customer.name", audience, "without expression"},
		{"an expression about the customer and the request is not", `{}`, "redemption.metadata.channel == customer.name", audience, "without expression"},
		{"the amount in an expression is not ignored", group("", rich), "order.amount > 100000", all, "no"},
		{"an expression beside the tree", group("", rich), "order.amount > 100000", all | validation.OmitExpression, "without 1, expression"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := ruleOf(t, tt.rules)
			r.Expression = tt.expression
			if got := qualify(compile(t, r), facts(), tt.omit, true).State; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestEveryNameIsLeftOutWithItsClass sees each name of a rule belong to one class.
func TestEveryNameIsLeftOutWithItsClass(t *testing.T) {
	t.Parallel()
	classes := map[string]validation.Omit{
		"customer": validation.OmitCustomer, "amount": validation.OmitAmount, "usage": validation.OmitUsage, "counters": validation.OmitCounters,
		"items": validation.OmitItems, "order": validation.OmitOrder, "redemption": validation.OmitRedemption,
	}
	got := map[string][]string{}
	for _, tt := range append(periodTests(), nameTests...) {
		r := ruleOf(t, `{"k":{`+tt.rules+`}}`)
		p, name := compile(t, r), r.Rules.Nodes["k"].Name
		for class, omit := range classes {
			if v := p.Qualify(facts(), omit, false); cmp.Equal(v.Omitted, []string{"k"}) && !slices.Contains(got[name], class) {
				got[name] = append(got[name], class)
			}
		}
	}
	for name, list := range got {
		want := "order"
		switch {
		case strings.HasPrefix(name, "customer."), strings.HasPrefix(name, "member."), strings.HasPrefix(name, "publication."):
			want = "customer"
		case name == "order.amount":
			want = "amount"
		case strings.HasPrefix(name, "campaign.redemptions."), strings.HasPrefix(name, "redemption.count.per_customer"), name == "campaign.orders.amount_discounted":
			want = "usage"
		case strings.HasPrefix(name, "redemption.count."), strings.HasPrefix(name, "campaign."), name == "redemption.gift.amount":
			want = "counters"
		case name == "redemption.metadata":
			want = "redemption"
		}
		if diff := cmp.Diff([]string{want}, list); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if len(got) < 30 {
		t.Errorf("only %d names were seen", len(got))
	}
}

// TestNearlyQualified says what is reported as missing when a rule fails by one threshold.
func TestNearlyQualified(t *testing.T) {
	t.Parallel()
	amount := func(conditions string) string { return `{"name":"order.amount","conditions":` + conditions + `}` }
	count := func(conditions string) string { return `{"name":"order.items.count","conditions":` + conditions + `}` }
	mug := func(sub string) string {
		return `{"name":"order.items.any","conditions":{"$is":["prod_mug"]},"rules":{` + sub + `}}`
	}
	for _, tt := range []struct {
		name, rules, expression string
		omit                    validation.Omit
		want                    offered
	}{
		{"more must be paid", `{"1":` + amount(`{"$more_than":[10000]}`) + `}`, "", 0, offered{"no", "rules.1 1001"}},
		{"of two thresholds the higher one", `{"1":` + amount(`{"$more_than":[9500],"$more_than_or_equal":[9600]}`) + `}`, "", 0, offered{"no", "rules.1 600"}},
		{"of two thresholds the strict one", `{"1":` + amount(`{"$more_than":[9600],"$more_than_or_equal":[9600]}`) + `}`, "", 0, offered{"no", "rules.1 601"}},
		{"a threshold below an upper limit", `{"1":` + amount(`{"$more_than":[9500],"$less_than":[9502]}`) + `}`, "", 0, offered{"no", "rules.1 501"}},
		{"a threshold above an upper limit", `{"1":` + amount(`{"$more_than":[9500],"$less_than":[9501]}`) + `}`, "", 0, offered{"no", ""}},
		{"a threshold that nothing reaches", `{"1":` + amount(`{"$more_than":["9223372036854775807"]}`) + `}`, "", 0, offered{"no", ""}},
		{"an exact amount is no threshold", `{"1":` + amount(`{"$is":[9001]}`) + `}`, "", 0, offered{"no", ""}},
		{"a number of the customer cannot be raised", `{"1":{"name":"customer.metadata","property":"age","conditions":{"$more_than":[50]}}}`, "", 0, offered{"no", ""}},
		{"a counter cannot be raised", `{"1":{"name":"campaign.redemptions.count","conditions":{"$more_than":[5]}}}`, "", 0, offered{"no", ""}},
		{"units", `{"1":` + count(`{"$more_than_or_equal":[7]}`) + `}`, "", 0, offered{"no", "rules.1 1"}},
		{"units of matched lines", `{"1":` + tenMugs + `}`, "", 0, offered{"no", "rules.1.rules.1 7"}},
		{"the value of matched lines", `{"1":` + mug(`"2":{"name":"order.items.aggregated_amount","conditions":{"$more_than":[3000]}}`) + `}`, "", 0, offered{"no", "rules.1.rules.2 301"}},
		{"a product that is not there", `{"1":` + tenCars + `}`, "", 0, offered{"no", ""}},
		{"one that holds beside it", `{"1":` + vip + `,"2":` + amount(`{"$more_than":[10000]}`) + `}`, "", 0, offered{"no", "rules.2 1001"}},
		{"one that fails beside it", `{"1":` + amount(`{"$more_than":[10000]}`) + `,"2":` + tin + `}`, "", 0, offered{"no", ""}},
		{"one that fails before it", `{"1":` + tin + `,"2":` + amount(`{"$more_than":[10000]}`) + `}`, "", 0, offered{"no", ""}},
		{"one that fails beside it but is left out", `{"1":` + amount(`{"$more_than":[10000]}`) + `,"2":` + tin + `}`, "", validation.OmitCustomer, offered{"no", "rules.1 1001"}},
		{"two thresholds that must both be reached", `{"1":` + amount(`{"$more_than":[10000]}`) + `,"2":` + count(`{"$more_than":[9]}`) + `}`, "", 0, offered{"no", ""}},
		{"one of two, in one unit the smaller", `{"1":` + amount(`{"$more_than":[10000]}`) + `,"2":{"name":"order.initial_amount","conditions":{"$more_than":[9300]}},"logic":"1 or 2"}`, "", 0, offered{"no", "rules.2 101"}},
		{"one of two, in two units the first", `{"1":` + amount(`{"$more_than":[10000]}`) + `,"2":` + count(`{"$more_than":[9]}`) + `,"logic":"1 or 2"}`, "", 0, offered{"no", "rules.1 1001"}},
		{"of three the smaller in the unit of the first", `{"1":` + amount(`{"$more_than":[10000]}`) + `,"2":` + count(`{"$more_than":[9]}`) + `,"3":{"name":"order.initial_amount","conditions":{"$more_than":[9300]}},"logic":"1 or 2 or 3"}`, "", 0, offered{"no", "rules.3 101"}},
		{"a branch that fails anyway", `{"1":` + amount(`{"$more_than":[10000]}`) + `,"2":{"name":"order.initial_amount","conditions":{"$more_than":[9300]}},"3":` + tin + `,"logic":"1 or (2 and 3)"}`, "", 0, offered{"no", "rules.1 1001"}},
		{"an or that cannot be reached", `{"1":` + tin + `,"2":` + amount(`{"$more_than":[10000]}`) + `,"3":` + count(`{"$more_than":[9]}`) + `,"logic":"1 or (2 and 3)"}`, "", 0, offered{"no", ""}},
		{"what both branches want", `{"1":` + amount(`{"$more_than":[10000]}`) + `,"2":{"name":"order.initial_amount","conditions":{"$more_than":[9300]}},"logic":"(2 or 1) and 1"}`, "", 0, offered{"no", "rules.1 1001"}},
		{"rules below hold", `{"1":{"name":"order.amount","conditions":{"$more_than":[10000]},"rules":{"1":` + vip + `}}}`, "", 0, offered{"no", "rules.1 1001"}},
		{"rules below fail", `{"1":{"name":"order.amount","conditions":{"$more_than":[10000]},"rules":{"1":` + tin + `}}}`, "", 0, offered{"no", ""}},
		{"rules below are not reached either", `{"1":{"name":"order.amount","conditions":{"$more_than":[10000]},"rules":{"1":` + count(`{"$more_than":[9]}`) + `}}}`, "", 0, offered{"no", ""}},
		{"a rule that waits beside it", `{"1":` + total1 + `,"2":` + amount(`{"$more_than":[10000]}`) + `}`, "", 0, offered{"no", "rules.2 1001"}},
		{"in an or with one that waits nothing is missing", `{"1":` + total1 + `,"2":` + amount(`{"$more_than":[10000]}`) + `,"logic":"2 or 1"}`, "", 0, offered{"pending", ""}},
		{"in an or with one that is left out nothing is missing", `{"1":` + tin + `,"2":` + amount(`{"$more_than":[10000]}`) + `,"logic":"2 or 1"}`, "", validation.OmitCustomer, offered{"without 1", ""}},
		{"an expression", `{}`, "order.amount >= 10000 && customer.name == 'Anna'", 0, offered{"no", "expression 1000"}},
		{"an expression that cannot be raised", `{}`, "redemption.discount_amount > 5000", 0, offered{"pending", ""}},
		{"a sum in an expression says nothing", `{}`, "order.amount + 1 >= 10000", 0, offered{"no", ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := ruleOf(t, tt.rules)
			r.Expression = tt.expression
			if diff := cmp.Diff(tt.want, qualify(compile(t, r), facts(), tt.omit, true)); diff != "" {
				t.Errorf("offered (-want +got):\n%s", diff)
			}
		})
	}
	p := compile(t, validation.Rule{Expression: "redemption.discount_amount > 5000"})
	if v := p.Qualify(facts(), 0, false); v.Failure == nil || v.Near != nil {
		t.Errorf("a discount cannot be raised: %+v", v)
	}
}

// TestTheNearMissIsWorded compares a near miss with the failure beside it.
func TestTheNearMissIsWorded(t *testing.T) {
	t.Parallel()
	r := ruleOf(t, `{"1":`+tin+`,"2":{"name":"order.amount","conditions":{"$more_than":[9100],"$more_than_or_equal":[9300]},"error":{"message":"more"}},"logic":"1 or 2"}`)
	v := compile(t, r).Qualify(facts(), 0, true)
	want := &validation.Failure{
		RuleID: "val_1", Path: "rules.2", Name: "order.amount", Operator: "$more_than_or_equal", Actual: "9000", Expected: "at least 9300",
		Missing: count(300), Cause: validation.CauseCondition, Family: validation.FamilyOrder, Message: "more",
	}
	if diff := cmp.Diff(want, v.Near); diff != "" {
		t.Errorf("near miss (-want +got):\n%s", diff)
	}
	if v.Failure == nil || v.Failure.Operator != "$more_than" || *v.Failure.Missing != 101 {
		t.Errorf("the failure is that of every evaluation: %+v", v.Failure)
	}
}

// TestWhatWaitsDoesNotDecide guards the failure of a conjunction against that of a disjunction before it that still waits.
func TestWhatWaitsDoesNotDecide(t *testing.T) {
	t.Parallel()
	p := compile(t, ruleOf(t, `{"1":`+tin+`,"2":`+total1+`,"3":`+rich+`,"logic":"(1 or 2) and 3"}`))
	if v := p.Before(facts()); v.Failure == nil || v.Failure.Path != "rules.3" {
		t.Errorf("verdict: %+v, failure: %+v", v, v.Failure)
	}
}
