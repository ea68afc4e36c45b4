package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
)

// entry prints the catalogue entry of an offer: what it gives, and the rule behind it.
func (s *shop) entry(o offer) error {
	fmt.Fprintf(s.out, "   campaign  %s", o.name)
	if o.code != "" {
		fmt.Fprintf(s.out, ", code %s", o.code)
	}
	if o.times != nil {
		fmt.Fprintf(s.out, ", redemption.quantity %d", *o.times)
	}
	fmt.Fprintln(s.out)
	for _, field := range []struct {
		name  string
		value any
		given bool
	}{
		{"discount", o.gives, true}, {"included", o.on.Included, !o.on.Empty()}, {"bundle", o.bundle, o.bundle != nil},
	} {
		if !field.given {
			continue
		}
		text, err := json.Marshal(field.value)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "   %-8s  %s\n", field.name, text)
	}
	if o.needs != "" {
		fmt.Fprintf(s.out, "   %-8s  %s\n", "rule", o.needs)
	}
	fmt.Fprintln(s.out)
	return nil
}

// cart prints an order as the shopper sends it.
func (s *shop) cart(o *order.Order) {
	label := "before"
	for i := range o.Items {
		fmt.Fprintf(s.out, "   %-8s  %s\n", label, s.goods(&o.Items[i]))
		label = ""
	}
	fmt.Fprintln(s.out)
}

// goods names the units of a line, with their price if it is not the catalogue's.
func (s *shop) goods(item *order.Item) string {
	text := fmt.Sprintf("%d × %s", item.Quantity, s.called(item))
	if item.Price != nil {
		text += " at " + money(*item.Price)
	}
	return text
}

// called names the product of a line: known by the engine's id in answers, by the shop's in a cart.
func (s *shop) called(item *order.Item) string {
	for _, id := range []string{item.SKUID, item.ProductID} {
		if name := s.name[id]; name != "" {
			return name
		}
	}
	return s.name[item.SourceID]
}

// answer prints what Validate says: the cart as it would be, and why.
func (s *shop) answer(v *redemption.Validation) {
	if v.Valid {
		s.after(v.Order)
	} else {
		fmt.Fprintf(s.out, "   refused   %s\n\n", v.Decision.Reason)
	}
	s.reasons(v.Decision, v.Redeemables)
}

// after prints a calculated order: its lines, those that a reward reached marked with a star, and its totals.
func (s *shop) after(o *order.Order) {
	label := "after"
	for i := range o.Items {
		item := &o.Items[i]
		mark, notes := " ", remarks(item)
		if len(notes) > 0 {
			mark = "*"
		}
		value := fmt.Sprintf("%31s", "no price")
		if item.Amount != nil {
			value = fmt.Sprintf("%9s %10s %10s", money(*item.Amount), money(-item.DiscountAmount), money(item.SubtotalAmount))
		}
		line := fmt.Sprintf("   %-8s %s%-30s %s   %s", label, mark, s.goods(item), value, strings.Join(notes, ", "))
		fmt.Fprintln(s.out, strings.TrimRight(line, " "))
		label = ""
	}
	s.totals(o)
}

// totals prints the amounts of an order under the names of their fields; a level without a discount is left out.
func (s *shop) totals(o *order.Order) {
	added := ""
	if o.InitialAmount != o.Amount {
		added = "initial_amount " + money(o.InitialAmount)
	}
	for _, sum := range []struct {
		name   string
		amount int64
		note   string
		shown  bool
	}{
		{"amount", o.Amount, added, true},
		{"items_discount_amount", -o.ItemsDiscountAmount, "", o.ItemsDiscountAmount != 0},
		{"discount_amount", -o.DiscountAmount, "", o.DiscountAmount != 0},
		{"total_amount", o.TotalAmount, "", true},
	} {
		if sum.shown {
			line := fmt.Sprintf("%13s%-51s %10s   %s", "", sum.name, money(sum.amount), sum.note)
			fmt.Fprintln(s.out, strings.TrimRight(line, " "))
		}
	}
	fmt.Fprintln(s.out)
}

// remarks are what rewards did to a line: how many of its units are free, and what this request added or took away.
func remarks(item *order.Item) []string {
	var notes []string
	if item.DiscountQuantity > 0 {
		notes = append(notes, fmt.Sprintf("%d free", item.DiscountQuantity))
	}
	switch {
	case item.AppliedQuantity > 0:
		notes = append(notes, fmt.Sprintf("%d added", item.AppliedQuantity))
	case item.AppliedQuantity < 0:
		notes = append(notes, fmt.Sprintf("%d replaced", -item.AppliedQuantity))
	}
	return notes
}

// reasons prints the steps of the decision, the amounts beside those that applied.
func (s *shop) reasons(d *redemption.Decision, judged []redemption.Applied) {
	for _, step := range d.Steps {
		fmt.Fprintf(s.out, "   - %s %s\n", step.Subject, words(step, judged))
	}
	fmt.Fprintln(s.out)
}

// qualified prints which offers without a code fit the cart, each calculated alone on it, and which nearly do.
func (s *shop) qualified(answer *redemption.Qualification) {
	for i := range answer.Redeemables {
		x := &answer.Redeemables[i]
		fmt.Fprintf(s.out, "   fits      %s:\n\n", x.Name)
		s.after(x.Order)
	}
	for _, miss := range answer.NearMisses {
		fmt.Fprintf(s.out, "   - %s %s\n", miss.Name, words(miss.Step, nil))
	}
	if len(answer.NearMisses) > 0 {
		fmt.Fprintln(s.out)
	}
}

// words says what a step of the decision means.
func words(step redemption.Step, judged []redemption.Applied) string {
	switch {
	case step.Check == redemption.CheckRule && step.Outcome == redemption.Passed:
		return "meets the conditions of its rule"
	case step.Check == redemption.CheckRule && step.Missing != nil:
		return fmt.Sprintf("may not be used: %s is %s and must be %s, add %s more (%s)",
			step.Operand, amounts(step.Actual), amounts(step.Expected), money(*step.Missing), step.Reason)
	case step.Check == redemption.CheckBundle && step.Missing != nil:
		return fmt.Sprintf("may not be used: %s, needed: %s, add %d more (%s)",
			step.Actual, step.Expected, *step.Missing, step.Reason)
	case step.Check == redemption.CheckEffect && step.Outcome == redemption.Idle:
		return fmt.Sprintf("is applied and changes nothing (%s)", step.Reason)
	case step.Check == redemption.CheckEffect:
		return "is applied" + given(step.Subject, judged)
	case step.Check == redemption.CheckQuantity:
		return fmt.Sprintf("may not be used: redeemed %s time, which must be %s (%s)", step.Actual, step.Expected, step.Reason)
	}
	return fmt.Sprintf("%s %s (%s)", step.Check, step.Outcome, step.Reason)
}

// given is what a code took off, and the bundles that it was multiplied by.
func given(code string, judged []redemption.Applied) string {
	i := slices.IndexFunc(judged, func(x redemption.Applied) bool { return x.ID == code && x.Order != nil })
	if i < 0 {
		return ""
	}
	text := ": " + money(-judged[i].Order.TotalAppliedDiscountAmount)
	if b := judged[i].Result.Bundle; b != nil {
		text += fmt.Sprintf(", with %d bundles of at most %d", b.Quantity, b.Limit)
	}
	return text
}

// amounts writes the minor units of a text such as ">= 5000" with decimals: every condition of this
// shop is about an amount.
func amounts(text string) string {
	fields := strings.Fields(text)
	for i, field := range fields {
		if minor, err := strconv.ParseInt(field, 10, 64); err == nil {
			fields[i] = money(minor)
		}
	}
	return strings.Join(fields, " ")
}

// money writes minor units with two decimals.
func money(minor int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%d.%02d", sign, minor/100, minor%100)
}
