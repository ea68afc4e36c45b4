package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/redemption"
)

// ask prints what a question is answered. It asks twice: the first answer of all compiles the catalogue, and the first of a
// scenario makes the index that finds its offers.
func (s *shop) ask(q question) error {
	started := time.Now()
	if _, err := s.eng.Qualify(s.ctx, q.request); err != nil {
		return err
	}
	first := took(started)
	started = time.Now()
	answer, err := s.eng.Qualify(s.ctx, q.request)
	if err != nil {
		return err
	}
	again := took(started)
	fmt.Fprintf(s.out, "\n== %s ==\n\n", q.title)
	for _, line := range q.request.Order.Items {
		fmt.Fprintf(s.out, "   %d x %s\n", line.Quantity, line.ProductID)
	}
	fmt.Fprint(s.out, "\n   the best\n")
	for _, x := range answer.Redeemables {
		fmt.Fprintf(s.out, "   %10s  %s\n", money(-x.Order.TotalAppliedDiscountAmount), x.Name)
	}
	if len(answer.NearMisses) > 0 {
		fmt.Fprint(s.out, "\n   the nearest\n")
	}
	for _, x := range answer.NearMisses {
		fmt.Fprintf(s.out, "   %10s  %s\n", more(&x.Step), x.Name)
	}
	fmt.Fprintf(s.out, "\n   answered in %s, the first time in %s\n", again, first)
	return nil
}

// more is how much is missing: units of a product or money.
func more(step *redemption.Step) string {
	if strings.HasSuffix(step.Operand, "quantity") {
		return fmt.Sprintf("+%d", *step.Missing)
	}
	return "+" + money(*step.Missing)
}

// money writes minor units with two decimals.
func money(minor int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%d.%02d", sign, minor/100, minor%100)
}

func took(started time.Time) string {
	return fmt.Sprintf("%.1f ms", float64(time.Since(started).Microseconds())/1000)
}
