package validation

import (
	"slices"
	"strings"
)

// Global is the context of rules that may be assigned to anything; so is the empty one.
const Global = "global"

// subject is what a rule name is about, as far as contexts tell them apart. It is a set.
type subject uint16

const (
	aboutCustomer subject = 1 << iota
	aboutMember
	aboutHolder
	aboutOrder
	aboutCaller // who makes the call, and what it carries
	aboutEvent
	aboutCampaign // counters of a campaign
	aboutCount    // counters of a voucher or tier
	aboutGift
	aboutPoints

	anything = ^subject(0)
	purchase = aboutCustomer | aboutOrder | aboutCaller | aboutCount
)

// subjects are what names are about, by how they begin; the first that fits counts.
var subjects = []struct {
	prefix string
	about  subject
}{
	{"customer.", aboutCustomer}, {"member.", aboutMember}, {"publication.", aboutHolder},
	{"order.", aboutOrder}, {"product.", aboutOrder}, {"sku.", aboutOrder}, {"custom_event.", aboutEvent},
	{"campaign.", aboutCampaign}, {"redemption.count.", aboutCount}, {"redemption.gift.", aboutGift},
	{"redemption.reward.", aboutPoints}, {"redemption.", aboutCaller},
}

func subjectOf(name string) subject {
	for _, s := range subjects {
		if strings.HasPrefix(name, s.prefix) {
			return s.about
		}
	}
	return anything
}

// contexts are Voucherify's contexts of rules, each with what its rules can be about.
var contexts = func() map[string]subject {
	all := map[string]subject{
		Global:                                  anything,
		"campaign.loyalty_program":              purchase | aboutHolder | aboutCampaign | aboutPoints | aboutMember,
		"voucher.loyalty_card":                  purchase | aboutHolder | aboutCampaign | aboutPoints | aboutMember,
		"reward_assignment.pay_with_points":     purchase | aboutHolder | aboutCampaign | aboutPoints | aboutMember,
		"earning_rule.order.paid":               aboutCustomer | aboutOrder,
		"earning_rule.custom_event":             aboutCustomer | aboutEvent,
		"distribution.custom_event":             aboutCustomer | aboutEvent,
		"earning_rule.customer.segment.entered": aboutCustomer,
	}
	for _, change := range []string{"joined", "left", "upgraded", "downgraded", "prolonged"} {
		all["earning_rule.customer.tier."+change] = aboutCustomer
	}
	for _, change := range []string{"paid", "created", "canceled", "updated"} {
		all["distribution.order."+change] = aboutCustomer | aboutOrder
	}
	discounts := []string{
		"", ".discount.apply_to_order", ".discount.apply_to_items", ".discount.apply_to_items_proportionally",
		".discount.apply_to_items_proportionally_by_quantity", ".discount.apply_to_items_by_quantity",
		".discount.fixed.apply_to_items", ".discount.percent.apply_to_items",
	}
	gifts := []string{"", ".gift.apply_to_order", ".gift.apply_to_items"}
	for _, kind := range []struct {
		name     string
		suffixes []string
		about    subject
	}{
		{"campaign.discount_coupons", discounts, purchase | aboutHolder | aboutCampaign},
		{"campaign.referral_program", discounts, purchase | aboutHolder | aboutCampaign},
		{"campaign.promotion", discounts, purchase | aboutCampaign},
		{"voucher.discount_voucher", discounts, purchase | aboutHolder},
		{"campaign.gift_vouchers", gifts, purchase | aboutHolder | aboutCampaign | aboutGift},
		{"voucher.gift_voucher", gifts, purchase | aboutHolder | aboutGift},
	} {
		for _, suffix := range kind.suffixes {
			all[kind.name+suffix] = kind.about
		}
	}
	return all
}()

// checkContext refuses a context that does not exist, and rule names that have nothing to look at in it.
func (r *Rule) checkContext() error {
	if r.ContextType == "" {
		return nil
	}
	about, ok := contexts[r.ContextType]
	if !ok {
		return invalid("context_type", "%q is not a context", clip(r.ContextType))
	}
	return r.Rules.checkSubjects("rules", r.ContextType, about)
}

func (g Group) checkSubjects(path, context string, about subject) error {
	for _, key := range g.keys() {
		n := g.Nodes[key]
		if subjectOf(n.Name)&about == 0 {
			return invalid(path+"."+key+".name", "%s has nothing to look at in the context %s", n.Name, context)
		}
		if err := n.Rules.checkSubjects(path+"."+key+".rules", context, about); err != nil {
			return err
		}
	}
	return nil
}

// objectsOf are the types of objects by the beginning of contexts.
var objectsOf = []struct {
	prefix string
	types  []string
}{
	{"campaign.promotion", []string{OnCampaign, OnPromotionTier}}, {"campaign.", []string{OnCampaign}}, {"voucher.", []string{OnVoucher}},
	{"reward_assignment.", []string{OnRewardAssignment}},
}

// CheckObject refuses to assign the rule to a type of objects that its context does not fit: campaign.* is for campaigns,
// campaign.promotion* for promotion tiers as well, voucher.* for vouchers, reward_assignment.* for rewards. A global rule fits everything.
func (r Rule) CheckObject(objectType string) error {
	if r.ContextType == "" || r.ContextType == Global {
		return nil
	}
	for _, o := range objectsOf {
		if strings.HasPrefix(r.ContextType, o.prefix) {
			if slices.Contains(o.types, objectType) {
				return nil
			}
			break
		}
	}
	return invalid("related_object_type", "a rule for the context %s cannot be assigned to a %s", r.ContextType, objectType)
}
