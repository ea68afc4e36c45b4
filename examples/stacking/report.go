package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/redemption"
)

// report writes one scene: what was asked, what became of each code, what is left to pay, and why.
func (s *shop) report(w io.Writer, number int, sc scene, answer *redemption.Validation) error {
	settings, err := s.settings(sc.rules)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d. %s\n\n", number, sc.shows)
	fmt.Fprintf(w, "   rules    %s\n   request  %s on an order of %s\n\n", settings, strings.Join(sc.codes, ", "), money(value(sc.order)))
	for _, x := range judged(answer) {
		fmt.Fprintf(w, "   %-12s %-8s %s", x.ID, s.name[x.CategoryID], x.Status)
		if x.Status == redemption.Applicable {
			fmt.Fprintf(w, " %11s  leaves %7s", money(-x.Order.TotalAppliedDiscountAmount), money(x.Order.TotalAmount))
		}
		fmt.Fprintln(w)
	}
	if answer.Valid {
		fmt.Fprintf(w, "   %-32s %11s  to pay %7s\n\n", "total", money(-answer.Decision.Discount), money(answer.Order.TotalAmount))
	} else {
		fmt.Fprintf(w, "   refused: %s\n\n", answer.Decision.Reason)
	}
	for _, step := range answer.Decision.Steps {
		fmt.Fprintf(w, "   - %s %s\n", step.Subject, words(step))
	}
	fmt.Fprintln(w)
	return nil
}

// settings writes the rules that a scene sets, categories by their names.
func (s *shop) settings(rules promotion.StackingRules) (string, error) {
	text, err := json.Marshal(rules)
	if err != nil {
		return "", err
	}
	if string(text) == "{}" {
		return "the defaults", nil
	}
	settings := string(text)
	for name, id := range s.category {
		settings = strings.ReplaceAll(settings, id, name)
	}
	return settings, nil
}

// judged lists every code of the answer once. A refused request has all of them in one list; otherwise those that apply
// stand apart from those that do not.
func judged(answer *redemption.Validation) []redemption.Applied {
	var list []redemption.Applied
	for _, x := range slices.Concat(answer.Redeemables, answer.InapplicableRedeemables, answer.SkippedRedeemables) {
		if !slices.ContainsFunc(list, func(y redemption.Applied) bool { return x.ID == y.ID }) {
			list = append(list, x)
		}
	}
	return list
}

// words says what a step of the decision means.
func words(step redemption.Step) string {
	switch {
	case step.Check == redemption.CheckRule && step.Outcome == redemption.Passed:
		return "may be used: its rule holds"
	case step.Check == redemption.CheckRule && step.Missing != nil:
		return fmt.Sprintf("may not be used: %s is %s and must be %s, %s more would do", step.Operand, amounts(step.Actual), amounts(step.Expected), money(*step.Missing))
	case step.Check == redemption.CheckEffect && step.Outcome == redemption.Passed:
		return "is applied"
	case step.Check == redemption.CheckStacking:
		return "is skipped: " + skipped[step.Reason]
	}
	return string(step.Reason)
}

// skipped says in words why the stacking rules left a code out.
var skipped = map[fault.Key]string{
	fault.ExclusionRulesNotMet:                          "an exclusive code is applied, and this one is common",
	fault.PrecedingValidationFailed:                     "a code before it failed, and all must hold",
	fault.ApplicableRedeemablesLimitExceeded:            "as many codes as may be applied stand before it",
	fault.ApplicableRedeemablesPerCategoryLimitExceeded: "its category has been applied as often as it may",
	fault.ApplicableExclusiveRedeemablesLimitExceeded:   "as many exclusive codes as may be applied stand before it",
}

// value is what an order is worth before discounts, given as a whole or by its lines.
func value(o *order.Order) int64 {
	total := o.Amount
	for i := range o.Items {
		price, _ := o.Items[i].UnitPrice()
		total += price * o.Items[i].Quantity
	}
	return total
}

// amounts writes the minor units of a text such as "> 10000" with decimals. Every rule of this shop is about an amount.
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
