package main

import (
	"fmt"

	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
)

// money writes minor units with two decimals.
func money(minor int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%d.%02d", sign, minor/100, minor%100)
}

func (s *shop) title(c cart, ending string) {
	fmt.Fprintf(s.out, "%s  %s  [%s]\n  %s\n", c.Order, c.Customer, ending, c.Shows)
}

// receipt prints a paid order: its lines, what each redeemable took off, and what is charged.
func (s *shop) receipt(c cart, result *redemption.Result) {
	o := result.Order
	s.title(c, string(o.Status))
	for i := range o.Items {
		s.line(&o.Items[i])
	}
	for i, x := range result.Redemptions {
		name := x.Code
		if name == "" {
			name = s.tierName(x.RelatedObjectID)
		}
		fmt.Fprintf(s.out, "  %-44s %10s\n", fmt.Sprintf("%d. %s", i+1, name), money(-x.Granted.Discount()))
	}
	for _, skipped := range result.SkippedRedeemables {
		fmt.Fprintf(s.out, "  %-44s %10s\n", "   "+skipped.ID, skipped.Result.Details.Key)
	}
	fmt.Fprintf(s.out, "  %-44s %10s\n  %-44s %10s\n\n", "order", money(o.Amount), "to pay", money(o.TotalAmount))
}

func (s *shop) tierName(id string) string {
	tier, err := s.eng.Promotions.GetTier(s.ctx, id)
	if err != nil {
		return id
	}
	return tier.Name
}

func (s *shop) line(item *order.Item) {
	name := s.name[item.SKUID]
	if name == "" {
		name = s.name[item.ProductID]
	}
	if name == "" {
		name = item.SourceID // not in the catalogue, such as the shipping
	}
	text := fmt.Sprintf("%d × %s", item.Quantity, name)
	if item.DiscountQuantity > 0 {
		text += fmt.Sprintf(" (%d free)", item.DiscountQuantity)
	}
	fmt.Fprintf(s.out, "  %-44s %10s", text, money(item.LineAmount()))
	if item.DiscountAmount > 0 {
		fmt.Fprintf(s.out, " %10s", money(-item.DiscountAmount))
	}
	fmt.Fprintln(s.out)
}

// refusal prints why nothing was redeemed and, if the engine knows, what would change that.
func (s *shop) refusal(c cart, refused *redemption.Refused) {
	s.title(c, "REFUSED")
	fmt.Fprintf(s.out, "  %s", refused.Cause.Key)
	if refused.Cause.Custom != nil {
		fmt.Fprintf(s.out, ": %s", refused.Cause.Custom.Message)
	}
	fmt.Fprintln(s.out)
	if step, ok := refused.Decision().NearMiss(); ok {
		fmt.Fprintf(s.out, "  %s\n", nearMiss(step))
	}
	fmt.Fprintln(s.out)
}

// nearMiss says in words what is missing.
func nearMiss(step redemption.Step) string {
	switch step.Operand {
	case "order.amount", "order.initial_amount", "order.items.aggregated_amount":
		return "add " + money(*step.Missing) + " more to get " + step.Subject
	}
	if step.Check == redemption.CheckBundle {
		return fmt.Sprintf("add %d more units to complete the bundle", *step.Missing)
	}
	return fmt.Sprintf("add %d more", *step.Missing)
}

func (s *shop) returned(answer *redemption.ReturnResult) {
	r := answer.Return
	fmt.Fprintf(s.out, "  returned, %s: %s less its discount of %s, the customer gets %s\n\n", r.Reason, money(r.Amount), money(r.Discount), money(r.Refund))
}

func (s *shop) rolledBack(back *redemption.RollbackResult) {
	fmt.Fprintf(s.out, "  rolled back: the order is %s, %s is to be paid without discounts\n\n", back.Order.Status, money(back.Order.TotalAmount))
}
