package loyalty

import (
	"cmp"

	"github.com/voucherify-go/voucherify/ledger"
)

// Standing is the tier of a member.
type Standing struct {
	// TierID is empty for a member without a tier.
	TierID string `json:"tier_id,omitempty"`
	// StartDate is the day on which the tier was reached, ExpirationDate its last day; 0 for one that ends with the balance.
	StartDate      Date `json:"start_date,omitzero"`
	ExpirationDate Date `json:"expiration_date,omitzero"`
	// Term is the day from which ExpirationDate counts when that is not StartDate: the tier was prolonged.
	Term Date `json:"term,omitzero"`
	// Next is a tier that was reached and begins later, NextFrom its first day.
	Next     string `json:"next_tier_id,omitempty"`
	NextFrom Date   `json:"next_from,omitzero"`
	// Ever says that the member has had a tier before: the earning rules of joining pay once.
	Ever bool `json:"ever,omitempty"`
}

// term is the day from which the end of the tier counts.
func (s Standing) term() Date { return cmp.Or(s.Term, s.StartDate) }

// over reports whether the tier has ended before a day. A tier without an end, from a time before the settings changed, is not.
func (s Standing) over(today Date) bool {
	return s.TierID != "" && s.ExpirationDate != 0 && s.ExpirationDate < today
}

// ChangeType says how a member moved between tiers.
type ChangeType string

// The changes. The names are those of the events, customer.loyalty.tier.*.
const (
	Joined     ChangeType = "joined"
	Left       ChangeType = "left"
	Upgraded   ChangeType = "upgraded"
	Downgraded ChangeType = "downgraded"
	Prolonged  ChangeType = "prolonged"
)

// TierChange is one move between tiers. From or To are empty for no tier.
type TierChange struct {
	Type     ChangeType
	From, To string
	// First says that the member had no tier before, ever.
	First bool
}

// tierFor is the tier that a number of points holds; empty for none.
func (p *Program) tierFor(points ledger.Points) string {
	for _, t := range p.Tiers {
		if t.Points.holds(points) {
			return t.ID
		}
	}
	return ""
}

// collects says which entries count for tiers of POINTS_IN_PERIOD.
var collects = map[ledger.Type]bool{ledger.PointsAccrual: true, ledger.PointsActivation: true, ledger.PointsAddition: true}

// Collect counts an entry of a day for the tiers of POINTS_IN_PERIOD.
func (p *Program) Collect(a *Account, t ledger.Type, points ledger.Points, today Date) {
	if !p.TiersExpiration.inPeriod() || !collects[t] {
		return
	}
	p.roll(a, today)
	a.Collected.Points += points
}

// roll begins a new period.
func (p *Program) roll(a *Account, today Date) {
	if first := p.TiersExpiration.QualificationPeriod.First(today); a.Collected.From != first {
		a.Collected = Collected{From: first}
	}
}

// Settle brings the tier of a member in line with his points on a day, and returns the moves, in their order. It is to be called
// after each change of the account, and on each day on which something is due.
func (p *Program) Settle(a *Account, today Date) []TierChange {
	if p.rank(a.Tier.Next) < 0 || !p.TiersExpiration.inPeriod() { // what is waited for was deleted, or is not waited for any more
		a.Tier.Next, a.Tier.NextFrom = "", 0
	}
	if len(p.Tiers) == 0 && a.Tier.TierID == "" {
		return nil
	}
	var changes []TierChange
	if a.Tier.TierID != "" && p.rank(a.Tier.TierID) < 0 { // the tier was deleted: it is lost at once
		changes = p.move(a, "", 0, changes)
	}
	switch {
	case p.TiersExpiration.inPeriod():
		return p.settlePeriod(a, today, changes)
	case p.TiersExpiration == nil || p.TiersExpiration.ExpirationDate.Type == BalanceDrop:
		if target := p.tierFor(a.Balance); target != a.Tier.TierID || a.Tier.ExpirationDate != 0 {
			a.Tier.ExpirationDate = 0
			changes = p.move(a, target, today, changes)
		}
		return changes
	}
	return p.settleLasting(a, today, changes)
}

// settleLasting is Settle for tiers that last for a while, whatever becomes of the balance: up at once, down at the end.
func (p *Program) settleLasting(a *Account, today Date, changes []TierChange) []TierChange {
	target := p.tierFor(a.Balance)
	if a.Tier.over(today) || p.rank(target) > p.rank(a.Tier.TierID) {
		return p.grant(a, target, today, changes)
	}
	if a.Tier.TierID != "" && a.Tier.ExpirationDate == 0 { // from a time when tiers followed the balance
		a.Tier.ExpirationDate = max(today, p.TiersExpiration.end(a.Tier.term()))
	}
	return changes
}

// settlePeriod is Settle for what was collected in a period.
func (p *Program) settlePeriod(a *Account, today Date, changes []TierChange) []TierChange {
	p.roll(a, today)
	if next := a.Tier.Next; next != "" && a.Tier.NextFrom <= today {
		from := a.Tier.NextFrom
		a.Tier.Next, a.Tier.NextFrom = "", 0
		if p.rank(next) >= p.rank(a.Tier.TierID) || a.Tier.over(today) {
			changes = p.grant(a, next, from, changes)
		}
	}
	target := p.tierFor(a.Collected.Points)
	over := a.Tier.over(today)
	above := p.rank(target) > p.rank(a.Tier.TierID)
	if p.TiersExpiration.StartDate.Type == NextPeriod {
		if over {
			changes = p.move(a, "", 0, changes)
		}
		from := p.TiersExpiration.QualificationPeriod.Next(today)
		longer := target != "" && target == a.Tier.TierID && p.TiersExpiration.end(from) > a.Tier.ExpirationDate
		if (above || longer || over && target != "") && p.rank(target) > p.rank(a.Tier.Next) {
			a.Tier.Next, a.Tier.NextFrom = target, from
		}
		return changes
	}
	// Who earns the tier again in a later period keeps it longer.
	longer := target != "" && target == a.Tier.TierID && p.TiersExpiration.end(today) > a.Tier.ExpirationDate
	if over || above || longer {
		changes = p.grant(a, target, today, changes)
	}
	return changes
}

// grant gives a tier from a day on, or takes the one that there is when tier is empty.
func (p *Program) grant(a *Account, tier string, from Date, changes []TierChange) []TierChange {
	if tier == "" {
		return p.move(a, "", 0, changes)
	}
	a.Tier.ExpirationDate = p.TiersExpiration.end(from)
	return p.move(a, tier, from, changes)
}

// move changes the tier and notes the change; staying is a prolongation when the tier has an end.
func (p *Program) move(a *Account, tier string, from Date, changes []TierChange) []TierChange {
	was := a.Tier.TierID
	change := TierChange{From: was, To: tier, First: !a.Tier.Ever}
	switch {
	case was == tier && (tier == "" || a.Tier.ExpirationDate == 0):
		return changes
	case was == tier:
		change.Type = Prolonged
	case was == "":
		change.Type = Joined
	case tier == "":
		change.Type = Left
	case p.rank(tier) > p.rank(was):
		change.Type = Upgraded
	default:
		change.Type = Downgraded
	}
	a.Tier.TierID, a.Tier.Term = tier, 0
	switch {
	case tier == "":
		a.Tier.StartDate, a.Tier.ExpirationDate = 0, 0
	case was == tier:
		a.Tier.Term = from
	default:
		a.Tier.Ever, a.Tier.StartDate = true, from
	}
	return append(changes, change)
}

// Refresh applies changed settings of the tiers to a member: he may move up and his tier may end earlier or later, but he is
// never moved down. (Voucherify: options.recalculate_tiers.)
func (p *Program) Refresh(a *Account, today Date) []TierChange {
	trial := a.Clone()
	if trial.Tier.TierID != "" {
		trial.Tier.ExpirationDate = p.TiersExpiration.end(trial.Tier.term())
	}
	changes := p.Settle(trial, today)
	if p.rank(trial.Tier.TierID) < p.rank(a.Tier.TierID) {
		return nil
	}
	*a = *trial
	return changes
}

// Due is the first day on which something happens to the account by itself; 0 for none.
func (a *Account) Due() Date {
	due := Date(0)
	note := func(day Date) {
		if day != 0 && (due == 0 || day < due) {
			due = day
		}
	}
	note(a.NextActivation)
	if day, _ := a.Next(); day != 0 {
		note(day + 1)
	}
	if a.Tier.ExpirationDate != 0 {
		note(a.Tier.ExpirationDate + 1)
	}
	note(a.Tier.NextFrom)
	return due
}
