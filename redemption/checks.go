package redemption

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/validity"
)

// try checks a redeemable in the order of precedence and, when everything holds, applies it to the running order. The
// error is the first check that failed; the order is then as before.
func (c *calculation) try(t *turn) *fault.Error {
	for _, check := range [...]func(*turn) *fault.Error{
		c.checkExists, c.checkAlone, c.checkActive, c.checkValidity, c.checkReferral, c.checkHolder, c.checkQuantity, c.checkReward, c.checkGift,
	} {
		if err := check(t); err != nil {
			return err
		}
	}
	c.prepare(t)
	if err := c.checkRules(t, true); err != nil {
		return err
	}
	if err := c.checkBundle(t); err != nil {
		return err
	}
	return c.apply(t)
}

func (c *calculation) checkExists(t *turn) *fault.Error {
	if t.incentive != nil {
		return nil
	}
	check, err := CheckExists, t.missing()
	if t.hidden {
		check, err = CheckAccess, inaccessible(t.Redeemable)
	}
	c.step(Step{Subject: t.ID, Check: check, Outcome: Denied, Reason: err.Key})
	return err
}

func (c *calculation) checkActive(t *turn) *fault.Error {
	if t.incentive.active {
		return nil
	}
	c.step(Step{Subject: t.ID, Check: CheckActive, Outcome: Denied, Reason: t.key(fault.VoucherDisabled, fault.PromotionInactive)})
	if t.Object == Voucher {
		return fault.New(fault.VoucherDisabled, "%s", t.ID)
	}
	return fault.New(fault.PromotionInactive, "Promotion Tier with id: %s is disabled.", t.ID)
}

// key picks the key for the kind of redeemable.
func (t *turn) key(voucher, tier fault.Key) fault.Key {
	if t.Object == Voucher {
		return voucher
	}
	return tier
}

func (c *calculation) checkValidity(t *turn) *fault.Error {
	now, window := c.snapshot.Now, &t.incentive.window
	step := Step{Subject: t.ID, Check: CheckValidity, Outcome: Denied, Actual: ""}
	switch window.At(now, c.catalogue.zone) {
	case validity.Valid:
		return nil
	case validity.NotStarted:
		step.Reason = t.key(fault.VoucherNotActive, fault.PromotionNotActiveNow)
		step.Expected = "from " + window.StartDate.UTC().Format(time.RFC3339)
	case validity.Expired:
		step.Reason = t.key(fault.VoucherExpired, fault.PromotionNotActiveNow)
		step.Expected = "until " + window.ExpirationDate.UTC().Format(time.RFC3339)
	default:
		step.Reason = t.key(fault.VoucherNotActiveNow, fault.PromotionNotActiveNow)
		step.Expected = "within its days and hours"
	}
	step.Actual = now.In(c.catalogue.zone).Format(time.RFC3339)
	c.step(step)
	return fault.New(step.Reason, "%s", t.ID)
}

func (c *calculation) checkQuantity(t *turn) *fault.Error {
	if t.voucher == nil || t.voucher.Redemption.Quantity == nil {
		return nil
	}
	limit := *t.voucher.Redemption.Quantity
	used := c.used(CounterKey{Metric: CountVoucher, Subject: t.voucher.ID})
	if used < limit {
		return nil
	}
	c.step(Step{
		Subject: t.ID, Check: CheckQuantity, Outcome: Denied, Reason: fault.QuantityExceeded,
		Actual: strconv.FormatInt(used, 10), Expected: "less than " + strconv.FormatInt(limit, 10),
	})
	return fault.New(fault.QuantityExceeded, "%s", t.ID)
}

// used is what a counter holds, with what earlier redeemables of this request will add.
func (c *calculation) used(key CounterKey) int64 { return c.snapshot.Counters[key] + c.pending[key] }

// prepare sets the facts that change from one redeemable to the next: running amounts and usage. Usage includes this
// redemption, so "less than or equal to 1" means once.
func (c *calculation) prepare(t *turn) {
	c.facts.Order.Amount = c.state.Total()
	c.facts.Order.TotalAmount = c.facts.Order.Amount
	c.facts.Redemption.DiscountAmount, c.facts.Redemption.GiftCredits, c.facts.Redemption.Points = 0, 0, 0
	c.facts.Customer.Holder = c.holds(t)
	t.outcome, t.orderValue = discount.Outcome{}, c.orderValue(t.incentive)
	c.measure(t)
}

// measure sets the usage that rules look at: what is committed, what earlier redeemables of the request add, and what this
// one adds as far as it is calculated.
func (c *calculation) measure(t *turn) {
	for _, m := range t.incentive.metrics {
		key, _ := c.key(families[m], t.incentive)
		c.facts.Spent[m] = c.used(key)
		c.facts.Usage[m] = c.facts.Spent[m] + c.delta(m, t)
	}
}

// checkRules evaluates the rules of a redeemable, its own first, before or after the discount is calculated. Every rule must
// hold.
func (c *calculation) checkRules(t *turn, before bool) *fault.Error {
	t.limits, t.rules = t.limits[:0], nil
	for _, r := range t.incentive.rules {
		if r.broken != nil {
			c.step(Step{Subject: t.ID, Check: CheckRule, Outcome: Denied, Reason: fault.InvalidValidationRules, RuleID: r.id, RuleVersion: r.version, Actual: r.broken.Error()})
			return fault.New(fault.InvalidValidationRules, "rule %s cannot be evaluated: %v", r.id, r.broken)
		}
		verdict := c.verdict(r, before)
		if verdict.Failure != nil {
			return c.violated(t, r, verdict.Failure)
		}
		if c.qualifies {
			t.rules = append(t.rules, qualifiedRule(r, &verdict))
		}
		if !verdict.Pending {
			t.limits = append(t.limits, verdict.Limits...)
			c.step(Step{Subject: t.ID, Check: CheckRule, Outcome: Passed, RuleID: r.id, RuleVersion: r.version})
		}
	}
	return nil
}

func (c *calculation) verdict(r *rule, before bool) validation.Verdict {
	switch {
	case c.qualifies:
		return r.program.Qualify(&c.facts, c.omit, before)
	case before:
		return r.program.Before(&c.facts)
	}
	return r.program.After(&c.facts)
}

// objectName is what Voucherify's messages call the redeemable.
func (t *turn) objectName() string {
	switch {
	case t.incentive.gift != nil:
		return "Gift Card"
	case t.incentive.card:
		return "Loyalty Card"
	case t.Object == PromotionTier:
		return "Promotion Tier"
	}
	return "Discount Coupon"
}

func (c *calculation) violated(t *turn, r *rule, f *validation.Failure) *fault.Error {
	key := f.Key()
	c.step(c.failedStep(t, r, f))
	if missing, ok := missingNames[key]; ok {
		return fault.New(key, "%s is required to validate rules", missing).Says(f.Message)
	}
	return fault.New(key, "%s cannot be redeemed because of violated validation rules: %s", t.objectName(), r.id).Says(f.Message)
}

func (c *calculation) failedStep(t *turn, r *rule, f *validation.Failure) Step {
	return Step{
		Subject: t.ID, Check: CheckRule, Outcome: Denied, Reason: f.Key(), Actual: f.Actual, Expected: f.Expected,
		Missing: f.Missing, Operand: f.Name, RuleID: r.id, RuleVersion: r.version,
	}
}

// missingNames say what a request lacks for a rule.
var missingNames = map[fault.Key]string{
	fault.MissingCustomer: "Customer", fault.MissingOrder: "Order", fault.MissingAmount: "Amount",
	fault.MissingOrderItems: "At least one order item",
}

// checkBundle identifies the bundles that rules of the redeemable ask for. Each must be complete; the discount is given for
// the one of which there are the fewest.
func (c *calculation) checkBundle(t *turn) *fault.Error {
	t.bundle = nil
	for _, r := range t.incentive.rules {
		bundle, ok := r.program.Bundle(c.facts.Order.Items)
		if !ok {
			continue
		}
		if t.bundle == nil || bundle.Quantity < t.bundle.Quantity {
			t.bundle = &bundle
		}
		if bundle.Quantity > 0 {
			continue
		}
		missing := make([]string, 0, len(bundle.Missing))
		var units int64
		for _, item := range bundle.Missing {
			missing = append(missing, strconv.FormatInt(item.ItemQuantity, 10)+" × "+item.ID)
			units += item.ItemQuantity
		}
		c.step(Step{
			Subject: t.ID, Check: CheckBundle, Outcome: Denied, Reason: fault.OrderRulesViolated, Actual: "0 bundles",
			Expected: "also " + strings.Join(missing, ", "), Missing: &units, RuleID: r.id, RuleVersion: r.version,
		})
		return fault.New(fault.OrderRulesViolated, "the bundle of rule %s is not complete", r.id)
	}
	return nil
}

// apply calculates the discount, checks the rules that look at its result, and keeps it if they hold.
func (c *calculation) apply(t *turn) *fault.Error {
	i := t.incentive
	if i.broken != nil {
		c.step(Step{Subject: t.ID, Check: CheckEffect, Outcome: Denied, Reason: fault.InvalidVoucher, Actual: i.broken.Error()})
		return fault.New(fault.InvalidVoucher, "the discount cannot be applied: %v", i.broken)
	}
	skips := c.skipsWithoutEffect(t)
	var before *discount.State
	if i.hasPost || (skips && i.discount != nil && i.discount.Definition().Type == discount.Units) {
		before = c.state.Clone()
	}
	c.state.Begin()
	if i.discount != nil {
		t.outcome = i.discount.Apply(c.state, c.context(t))
	} else {
		t.outcome = discount.Outcome{}
	}
	if i.hasPost {
		if err := c.checkAfter(t); err != nil {
			c.undo(before)
			return err
		}
	}
	idle := i.discount != nil && t.outcome.NoEffect()
	if idle && skips {
		if before != nil {
			c.undo(before)
		}
		c.skip(t, fault.NoEffect)
		return nil
	}
	c.accept(t, idle)
	return nil
}

// undo takes back what the redeemable did to the running order. A single redeemable runs on the order at the start itself.
func (c *calculation) undo(before *discount.State) {
	if c.state == c.start {
		c.start = before
	}
	c.state = before
}

func (c *calculation) checkAfter(t *turn) *fault.Error {
	c.describeOutcome(t)
	t.limits = t.limits[:0]
	return c.checkRules(t, false)
}

// describeOutcome sets the facts that are known once the discount is calculated.
func (c *calculation) describeOutcome(t *turn) {
	c.facts.Order.TotalAmount = c.state.Total()
	c.facts.Redemption.DiscountAmount = t.outcome.Order + t.outcome.Items
	c.facts.Redemption.GiftCredits, c.facts.Redemption.Points = int64(t.credits()), int64(t.points)
	c.measure(t)
}

func (c *calculation) context(t *turn) discount.Context {
	context := discount.Context{Mode: c.mode(t), Values: &values{c, t}, QuotaUsed: func(q discount.Quota) int64 {
		key, counted := c.quotaKey(t.incentive, q)
		if !counted {
			return 0
		}
		return c.used(key)
	}}
	switch {
	case t.incentive.gift != nil:
		context.Credits = int64(t.offered())
	case t.incentive.reward != nil:
		context.Credits = t.amount
	}
	if t.bundle != nil {
		context.Bundle = t.bundle.Quantity
	}
	return context
}

// accept makes the redeemable part of the answer: its snapshot of the order, what it gave, and what it will consume.
func (c *calculation) accept(t *turn, idle bool) {
	c.state.Keep(c.rules.RedeemablesProductsApplicationMode == promotion.Once)
	t.answer.Status = Applicable
	if c.order != nil {
		t.answer.Order = c.state.Snapshot()
		if t.refers() {
			t.answer.Order.ReferrerID = t.voucher.HolderID
		}
	}
	if t.incentive.card {
		t.answer.Result.LoyaltyCard = &PointsAmount{t.points}
	}
	if d := t.incentive.discount; d != nil {
		switch {
		case t.incentive.gift != nil:
			t.answer.Result.Gift = &GiftResult{Balance: t.card.Balance, Credits: t.credits()}
		case !t.incentive.card:
			t.answer.Result.Discount = &t.outcome.Discount
		}
		t.answer.ApplicableTo = listOf(d.Targets(c.state, &t.outcome))
		t.answer.InapplicableTo = listOf(d.Excluded())
	}
	t.answer.Result.Bundle = t.bundle
	if len(c.turns) > 1 {
		c.reserve(t)
	}
	step := Step{Subject: t.ID, Check: CheckEffect, Outcome: Passed}
	if idle {
		step.Outcome, step.Reason = Idle, fault.NoEffect
	}
	c.step(step)
}

// reserve lets the redeemables behind t see what it will consume, as far as any of them looks at it.
func (c *calculation) reserve(t *turn) {
	if c.pending == nil {
		c.pending = make(map[CounterKey]int64)
		c.watched = c.watch()
	}
	c.pending[CounterKey{Metric: CountCampaignOrder, Subject: c.campaignOf(t.incentive), Detail: c.orderID}]++
	for _, m := range c.watched {
		if key, ok := c.key(families[m], t.incentive); ok {
			c.pending[key] += c.delta(m, t)
		}
	}
	for _, use := range t.outcome.Quotas {
		if key, counted := c.quotaKey(t.incentive, use.Quota); counted {
			c.pending[key] += use.Units
		}
	}
	if o := t.incentive.reward; o != nil && t.points > 0 {
		c.pending[StockKey(o.Reward.ID)] += c.request.reward.quantity()
	}
}

// watch lists the metrics that the rules of the request look at.
func (c *calculation) watch() []validation.Metric {
	var watched []validation.Metric
	for _, t := range c.turns {
		if t.incentive == nil {
			continue
		}
		for _, m := range t.incentive.metrics {
			if !slices.Contains(watched, m) {
				watched = append(watched, m)
			}
		}
	}
	return watched
}
