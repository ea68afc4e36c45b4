package golden

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/discount/formula"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
	"github.com/voucherify-go/voucherify/voucher"
)

// facts are the checks of recorded failures and other facts, by id.
var facts = map[string]check{
	"err-001": func(b *bench) string { return b.standing("NONE") },
	"err-004": func(b *bench) string {
		b.ruled("A", `{"name":"order.amount","conditions":{"$more_than":[500000]}}`)
		return b.standing("A")
	},
	"err-005": func(b *bench) string {
		b.once("A")
		b.prepared(ignore(b.redeem("A")))
		return b.standing("A")
	},
	"err-006": func(b *bench) string { b.coupon("A", nil); return b.standing("NONE", "A") },
	"err-007": func(b *bench) string { return b.standing(b.many(30)...) },
	"err-008": redeemFiveOfThirty,
	"err-009": perCategory,
	"err-010": exclusiveLimit,
	"err-014": func(b *bench) string { return b.refused(ignore(b.Validate(b.ctx, b.request("A", "A")))) },
	"err-018": func(b *bench) string { b.coupon("A", expired); return b.standing("A") },
	"err-020": func(b *bench) string { b.disabled("A"); return b.standing("A") },
	"err-023": func(b *bench) string {
		b.card("A", 1000, discount.ToItems)
		return b.standing("A")
	},
	"err-024": func(b *bench) string {
		b.ruled("A", `{"name":"customer.metadata","property":"level","conditions":{"$is":["gold"]}}`)
		return b.standing("A")
	},
	"err-028": messageOfTheRule,
	"err-029": func(b *bench) string { b.metadataRule("A"); return b.standing("A") },
	"err-030": func(b *bench) string { return b.refused(ignore(b.Validate(b.ctx, b.request("A", "")))) },
	"err-031": func(b *bench) string { return b.tierStanding(true, false) },
	"err-035": func(b *bench) string {
		b.coupon("A", closed)
		return b.refused(ignore(b.redeem("A")))
	},
	"err-036": func(b *bench) string { return b.tierStanding(false, true) },
	"err-038": func(b *bench) string {
		b.ruled("A", `{"name":"customer.segment","conditions":{"$is":["seg_1"]}}`)
		return b.failedFor("A", customer.BySourceID("c1"))
	},
	"err-041": func(b *bench) string { return b.tierStanding(false, true) },
	"err-042": func(b *bench) string { return b.failedRecord("NONE") },
	"err-043": func(b *bench) string { b.mode(promotion.Partial); return b.failedRecord("NONE", "NEITHER") },
	"err-045": func(b *bench) string { return b.rollbackTwice() },
	"err-048": func(b *bench) string {
		return b.refused(b.rollbackOf(redemption.RollbackRequest{OrderID: "ord_1"}))
	},
	"err-049": func(b *bench) string {
		return b.refused(b.rollbackOf(redemption.RollbackRequest{Customer: customer.BySourceID("other")}))
	},
	"err-050": func(b *bench) string { return b.refused(ignore(b.Campaigns.Get(b.ctx, "camp_1"))) },
	"err-052": importOfTaken,
	"err-053": importOfAnotherDiscount,
	"err-054": func(b *bench) string {
		return b.refused(ignore(b.Campaigns.Create(b.ctx, campaign.Campaign{CampaignType: campaign.Promotion})))
	},
	"err-057": protectedCampaign,
	"err-060": publishTwice,
	"err-062": func(b *bench) string { return b.publishedOf(0) },
	"err-064": func(b *bench) string { return b.publishedOf(51) },
	"err-066": func(b *bench) string {
		b.prepared(ignore(b.MetadataSchemas.Create(b.ctx, metadata.Schema{
			RelatedObject: metadata.OfCustomer, Properties: metadata.Properties{"size": {Type: metadata.TypeNumber}},
		})))
		return b.refused(ignore(b.Customers.Upsert(b.ctx, customer.Customer{SourceID: "c1", Metadata: metadata.Map{"size": "large"}})))
	},
	"err-068": func(b *bench) string {
		return b.refused(ignore(b.Rules.Create(b.ctx, validation.Rule{Rules: validation.Group{Nodes: map[string]validation.Node{
			"1": {Name: "order.metadata", Conditions: validation.Conditions{"$is": {"x"}}},
		}}})))
	},
	"err-091": func(b *bench) string { b.card("A", 1000, discount.ToOrder); return b.refused(b.pay("A", 1001, 5000)) },
	"err-092": func(b *bench) string {
		return b.refused(b.topUp("A", ledger.Adjustment{Amount: 1, Reason: strings.Repeat("r", ledger.MaxReason+1)}))
	},
	"err-095": func(b *bench) string { b.card("A", 1000, discount.ToOrder); return b.refused(b.pay("A", -1, 5000)) },
	"err-093": func(b *bench) string {
		r := b.request("A")
		r.Order.Amount = -1
		return b.refused(ignore(b.Validate(b.ctx, r)))
	},
	"err-099": func(b *bench) string { return b.without(&order.Order{}) },
	"err-100": func(b *bench) string { return b.without(nil) },
	"err-101": func(b *bench) string {
		b.ruled("A", `{"name":"order.items.count","conditions":{"$more_than":[1]}}`)
		return b.standing("A")
	},
	"err-104": func(b *bench) string {
		b.once("A")
		b.prepared(ignore(b.redeem("A")))
		return b.refused(ignore(b.redeem("A")))
	},
	"lc-018": creditedByHand, "lc-020": recordedPoints,
	"err-017": cardWithARule, "err-019": tooManyPoints, "err-022": withoutReward, "err-034": byAnother,
	"err-077": rewardOfNothing, "err-078": offeredReward, "err-079": rewardWithoutPrice,
	"lc-006": redeemedAutomatically, "lc-007": redeemedAutomatically, "lc-010": tooExpensive,
	"lc-011": paidByLimit, "lc-012": paidByLimit, "lc-013": paidByLimit, "lc-014": paidByLimit, "lc-015": paidByLimit, "lc-016": paidByLimit,
	"lc-038": spentOn("credits"), "lc-039": spentOn("points"), "lc-040": spentOn("coupon"), "lc-041": spentOn("product"), "lc-042": spentOn("sku"),
	"lc-043": spentOn("product"), "lc-045": spentOn("coin"), "lc-047": spentOn("coin"), "lc-052": pointsRolledBack,
	"lc-021": recordedLedger,
	"lc-022": automaticLedger,
	"lc-026": func(b *bench) string { return b.toppedUp() },
	"lc-028": addedToSpent,
	"lc-029": pointsExpired,
	"lc-050": giftRolledBack,
	"lc-051": func(b *bench) string {
		b.card("A", 5000, discount.ToOrder)
		return cmp.Diff(b.number("gift_credits"), b.undoneCredits("A", 5000))
	},
	"lc-053": func(b *bench) string { return b.rollbackTwice() },
	"lc-054": func(b *bench) string { return b.rollbackMode(promotion.WithOrder, order.Canceled, 1000) },
	"lc-055": func(b *bench) string { return b.rollbackMode(promotion.WithoutOrder, order.Paid, 900) },
	"lc-058": listsOfThirty,
	"lc-093": emptiedStepByStep,
	"lc-059": func(b *bench) string {
		b.mode(promotion.Partial)
		b.coupon("A", nil)
		b.coupon("B", expired)
		v, err := b.Validate(b.ctx, b.request("A", "B"))
		b.prepared(err)
		return cmp.Diff(fmt.Sprint(b.fact.Valid, 1), fmt.Sprint(v.Valid, len(v.Redeemables)))
	},
	"lc-061": perCategory,
	"lc-063": defaultsOfAProject,
	"lc-065": redeemedWithoutEffect,
	"lc-067": eachAlone,
	"lc-068": discountElsewhere,
	"lc-069": incompleteBundle,
	"lc-080": round, "lc-081": round, "lc-082": round, "lc-083": round, "lc-084": round, "lc-087": round, "lc-088": round,
	"lc-090": percentByFormula,
}

func expired(v *voucher.Voucher) {
	past := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	v.ExpirationDate = &past
}

// closed is valid for one second in a hundred years.
func closed(v *voucher.Voucher) {
	start := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	v.StartDate = &start
	v.Timeframe = &validity.Timeframe{Interval: validity.Duration{Months: 12 * 99}, Duration: validity.Duration{Seconds: 1}}
}

func (b *bench) once(code string) {
	one := int64(1)
	b.coupon(code, func(v *voucher.Voucher) { v.Redemption.Quantity = &one })
}

func (b *bench) disabled(code string) {
	b.coupon(code, nil)
	b.prepared(b.Vouchers.Disable(b.ctx, code))
}

func (b *bench) metadataRule(code string) {
	b.ruled(code, `{"name":"redemption.metadata","property":"card","conditions":{"$is":["visa"]}}`)
}

func (b *bench) many(n int) []string {
	codes := make([]string, n)
	for i := range codes {
		codes[i] = fmt.Sprintf("CODE%d", i)
		b.coupon(codes[i], nil)
	}
	return codes
}

func (b *bench) mode(mode promotion.ApplicationMode) {
	b.prepared(ignore(b.Settings.SetStackingRules(b.ctx, promotion.StackingRules{RedeemablesApplicationMode: mode})))
}

func redeemFiveOfThirty(b *bench) string {
	result, err := b.redeem(b.many(30)...)
	if err != nil {
		return err.Error()
	}
	return cmp.Diff("5 25 "+b.fact.Key, fmt.Sprint(len(result.Redemptions), " ", len(result.SkippedRedeemables), " ", result.SkippedRedeemables[0].Result.Details.Key))
}

func (b *bench) categorised(codes []string) string {
	category, err := b.Categories.Create(b.ctx, promotion.Category{Name: "c"})
	b.prepared(err)
	for _, code := range codes {
		b.coupon(code, func(v *voucher.Voucher) { v.CategoryID = category.ID })
	}
	return category.ID
}

func perCategory(b *bench) string {
	codes := []string{"A", "B", "C"}
	id := b.categorised(codes)
	b.prepared(ignore(b.Settings.SetStackingRules(b.ctx, promotion.StackingRules{ApplicableRedeemablesCategoryLimits: map[string]int{id: 2}})))
	v, err := b.Validate(b.ctx, b.request(codes...))
	b.prepared(err)
	return cmp.Diff("1 applicable_redeemables_per_category_limit_exceeded",
		fmt.Sprint(len(v.SkippedRedeemables), " ", v.SkippedRedeemables[0].Result.Details.Key))
}

func exclusiveLimit(b *bench) string {
	codes := []string{"A", "B"}
	id := b.categorised(codes)
	b.prepared(ignore(b.Settings.SetStackingRules(b.ctx, promotion.StackingRules{ExclusiveCategories: []string{id}})))
	return b.standing(codes...)
}

func messageOfTheRule(b *bench) string {
	v := b.coupon("A", nil)
	rule, err := b.Rules.Create(b.ctx, validation.Rule{
		Expression: "order.amount > 5000", Error: &validation.ErrorText{Message: "more, please"},
	})
	b.prepared(err)
	b.prepared(ignore(b.Rules.Assign(b.ctx, rule.ID, validation.OnVoucher, v.ID)))
	answer, err := b.Validate(b.ctx, b.request("A"))
	b.prepared(err)
	return cmp.Diff("more, please", answer.Redeemables[0].Result.Details.Message)
}

// tierStanding redeems a tier that a rule refuses or that is disabled.
func (b *bench) tierStanding(ruled, disabled bool) string {
	off := discount.AmountOff(100, discount.ToOrder)
	c, err := b.Campaigns.Create(b.ctx, campaign.Campaign{Name: "c", CampaignType: campaign.Promotion})
	b.prepared(err)
	tier := promotion.Tier{CampaignID: c.ID, Name: "t", Action: promotion.Action{Discount: &off}}
	if ruled {
		rule, err := b.Rules.Create(b.ctx, validation.Rule{Rules: validation.Group{Nodes: map[string]validation.Node{
			"1": {Name: "redemption.metadata", Property: "card", Conditions: validation.Conditions{"$is": {"visa"}}},
		}}})
		b.prepared(err)
		tier.ValidationRules = []string{rule.ID}
	}
	stored, err := b.Promotions.CreateTier(b.ctx, tier)
	b.prepared(err)
	if disabled {
		b.prepared(b.Promotions.DisableTier(b.ctx, stored.ID))
	}
	return b.refused(ignore(b.Redeem(b.ctx, redemption.Request{Redeemables: redemption.Tiers(stored.ID), Order: &order.Order{Amount: 1000}})))
}

func (b *bench) failedFor(code string, c *customer.Customer) string {
	r := b.request(code)
	r.Customer = c
	return b.refused(ignore(b.Redeem(b.ctx, r)))
}

func (b *bench) rollbackOf(r redemption.RollbackRequest) error {
	b.coupon("A", nil)
	result, err := b.redeem("A")
	b.prepared(err)
	r.Redemption = result.ID()
	return ignore(b.Rollback(b.ctx, r))
}

func (b *bench) rollbackTwice() string {
	b.coupon("A", nil)
	result, err := b.redeem("A")
	b.prepared(err)
	r := redemption.RollbackRequest{Redemption: result.ID()}
	b.prepared(ignore(b.Rollback(b.ctx, r)))
	x, err := b.Redemptions.Get(b.ctx, result.ID())
	b.prepared(err)
	if b.fact.Key == "" {
		b.fact.Key = b.fact.Second
	}
	return b.refused(ignore(b.Rollback(b.ctx, r))) + cmp.Diff(redemption.RolledBack, x.Status)
}

func (b *bench) rollbackMode(mode promotion.RollbackMode, status order.Status, total int64) string {
	b.prepared(ignore(b.Settings.SetStackingRules(b.ctx, promotion.StackingRules{RedeemablesRollbackOrderMode: mode})))
	b.coupon("A", nil)
	result, err := b.redeem("A")
	b.prepared(err)
	back, err := b.Rollback(b.ctx, redemption.RollbackRequest{Redemption: result.ID()})
	b.prepared(err)
	return cmp.Diff(fmt.Sprint(status, total), fmt.Sprint(back.Order.Status, back.Order.TotalAmount))
}

func protectedCampaign(b *bench) string {
	c, err := b.Campaigns.Create(b.ctx, campaign.Campaign{Name: "c", CampaignType: campaign.Promotion, Protected: true})
	b.prepared(err)
	return b.refused(b.Campaigns.Disable(b.ctx, c.ID))
}

// without validates a code that wants a value of the order.
func (b *bench) without(o *order.Order) string {
	b.ruled("A", `{"name":"order.amount","conditions":{"$more_than":[1]}}`)
	r := b.request("A")
	r.Order = o
	v, err := b.Validate(b.ctx, r)
	b.prepared(err)
	if err != nil || len(v.InapplicableRedeemables) == 0 {
		return "it is applicable"
	}
	return b.refused(v.InapplicableRedeemables[0].Result.Error)
}

func publishTwice(b *bench) string {
	off := discount.AmountOff(100, discount.ToOrder)
	c, err := b.Campaigns.Create(b.ctx, campaign.Campaign{
		Name: "c", CampaignType: campaign.DiscountCoupons, Voucher: &campaign.Template{Discount: &off},
	})
	b.prepared(err)
	b.prepared(b.Campaigns.AddVoucher(b.ctx, c.ID, "A"))
	b.prepared(ignore(b.Publications.Create(b.ctx, publication.OfCode("A", customer.BySourceID("c1")))))
	return b.refused(ignore(b.Publications.Create(b.ctx, publication.OfCode("A", customer.BySourceID("c2")))))
}

// publishedOf asks for codes of a campaign that has none.
func (b *bench) publishedOf(count int) string {
	off := discount.AmountOff(100, discount.ToOrder)
	b.prepared(ignore(b.Campaigns.Create(b.ctx, campaign.Campaign{Name: "c", Voucher: &campaign.Template{Discount: &off}})))
	return b.refused(ignore(b.Publications.Create(b.ctx, publication.Request{
		Campaign: &publication.Campaign{Name: "c", Count: count}, Customer: customer.BySourceID("c1"),
	})))
}

func listsOfThirty(b *bench) string {
	codes := b.many(30)
	codes[1] = "NONE"
	v, err := b.Validate(b.ctx, b.request(codes...))
	b.prepared(err)
	var statuses []string
	for _, x := range v.Redeemables {
		statuses = append(statuses, string(x.Status))
	}
	return cmp.Diff(b.fact.Statuses, statuses) +
		cmp.Diff("5 28 1 false", fmt.Sprint(len(v.Redeemables), " ", len(v.SkippedRedeemables), " ", len(v.InapplicableRedeemables), " ", v.Valid))
}

func defaultsOfAProject(b *bench) string {
	r, err := b.Settings.StackingRules(b.ctx)
	b.prepared(err)
	return cmp.Diff("30 5 1 ALL REQUESTED_ORDER STACK REDEEM_ANYWAY", fmt.Sprint(r.RedeemablesLimit, r.ApplicableRedeemablesLimit,
		r.ApplicableExclusiveRedeemablesLimit, " ", r.RedeemablesApplicationMode, " ", r.RedeemablesSortingRule, " ",
		r.RedeemablesProductsApplicationMode, " ", r.RedeemablesNoEffectRule))
}

func redeemedWithoutEffect(b *bench) string {
	off := discount.AmountOff(100, discount.ToItems)
	b.coupon("A", func(v *voucher.Voucher) { v.Discount = &off })
	b.prepared(ignore(b.redeem("A")))
	v, err := b.Vouchers.Get(b.ctx, "A")
	b.prepared(err)
	return cmp.Diff(b.fact.Redeemed, v.Redemption.RedeemedQuantity == 1)
}

func round(b *bench) string {
	f, err := formula.Parse(fmt.Sprintf("%s(%s;%d)", b.fact.Function, b.fact.Value, b.fact.Digits))
	b.prepared(err)
	got, err := f.Evaluate(nil)
	b.prepared(err)
	return cmp.Diff(strings.TrimSpace(string(b.fact.Result)), got.String())
}

// percentByFormula redeems the order of the recording: 114.99, below the threshold of the formula.
func percentByFormula(b *bench) string {
	d := discount.Percent("5", discount.ToOrder)
	d.PercentOffFormula = "IF(ORDER_AMOUNT > 150;15;10)"
	b.coupon("A", func(v *voucher.Voucher) { v.Discount = &d })
	r := b.request("A")
	r.Order.Amount = 11499
	v, err := b.Validate(b.ctx, r)
	b.prepared(err)
	return cmp.Diff(fmt.Sprint(b.fact.Percent), string(v.Redeemables[0].Result.Discount.PercentOff))
}
