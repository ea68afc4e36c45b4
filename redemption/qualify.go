package redemption

import (
	"cmp"
	"slices"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/order"
)

// Sorting orders the answer of a qualification.
type Sorting string

// The sortings. The empty sorting is NewestFirst.
const (
	NewestFirst Sorting = "DEFAULT"
	BestDeal    Sorting = "BEST_DEAL"  // the largest discount first
	LeastDeal   Sorting = "LEAST_DEAL" // the smallest discount first
)

// QualificationRequest asks which promotions fit a cart.
type QualificationRequest struct {
	Order      *order.Order       `json:"order,omitempty"`
	Customer   *customer.Customer `json:"customer,omitempty"`
	TrackingID string             `json:"tracking_id,omitempty"`
	Metadata   metadata.Map       `json:"metadata,omitempty"`
	// Limit is the number of promotions, and of near misses, in the answer: 1 to 50. Default 5.
	Limit   int     `json:"limit,omitempty"`
	Sorting Sorting `json:"sorting_rule,omitempty"`
}

// The bounds of a qualification.
const (
	MaxQualified     = 50
	DefaultQualified = 5
)

// Qualification is the answer: promotion tiers that apply, each calculated alone on the cart, and those that would if a
// little more were there.
type Qualification struct {
	Redeemables []Applied  `json:"redeemables"`
	NearMisses  []NearMiss `json:"near_misses,omitempty"`
	// HasMore says that the limit cut the list of redeemables.
	HasMore bool `json:"has_more"`
}

// NearMiss is a promotion that does not apply yet, with the check that failed and how much is missing.
type NearMiss struct {
	Applied
	Step Step `json:"step"`
}

// Check reports the first thing that is wrong with the request by itself.
func (r *QualificationRequest) Check() error {
	if r.Limit < 0 || r.Limit > MaxQualified {
		return fault.Invalid("limit", "%d is not between 1 and %d", r.Limit, MaxQualified)
	}
	switch r.Sorting {
	case "", NewestFirst, BestDeal, LeastDeal:
	default:
		return fault.Invalid("sorting_rule", "%q is not one of DEFAULT, BEST_DEAL, LEAST_DEAL", r.Sorting)
	}
	probe := r.request("promo")
	return probe.Check()
}

// request is the question whether one tier applies.
func (r *QualificationRequest) request(tier string) *Request {
	return &Request{
		Redeemables: Tiers(tier), Order: r.Order, Customer: r.Customer, TrackingID: r.TrackingID, Metadata: r.Metadata,
	}
}

// NeedsOfQualification says what a qualification reads.
func NeedsOfQualification(r *QualificationRequest, x *Catalogue) (Needs, error) {
	if err := r.Check(); err != nil {
		return Needs{}, err
	}
	n, err := NeedsOf(r.request("promo"), x)
	if err != nil {
		return Needs{}, err
	}
	for _, tier := range x.ordered {
		if tier.active {
			n.Counters = append(n.Counters, tier.counters()...)
		}
	}
	return n, nil
}

// MoreNeedsOfQualification says which counters are still to be read once customer and order are known.
func MoreNeedsOfQualification(r *QualificationRequest, x *Catalogue, s *Snapshot) Needs {
	var n Needs
	for _, tier := range x.ordered {
		if tier.active {
			n.Counters = append(n.Counters, MoreNeeds(r.request(tier.id), x, s).Counters...)
		}
	}
	slices.SortFunc(n.Counters, CounterKey.Compare)
	n.Counters = slices.Compact(n.Counters)
	return n
}

// Qualify tries every promotion tier that is switched on, each alone on the cart.
func Qualify(x *Catalogue, s *Snapshot, r *QualificationRequest) (*Qualification, error) {
	limit := r.Limit
	if limit == 0 {
		limit = DefaultQualified
	}
	answer := &Qualification{Redeemables: []Applied{}}
	created := make(map[string]int64, len(x.ordered))
	for _, tier := range x.ordered {
		if !tier.active {
			continue
		}
		calculation, err := Calculate(x, s, r.request(tier.id))
		if err != nil {
			return nil, err
		}
		created[tier.id] = tier.created.UnixMicro()
		v := calculation.Validation
		if v.Valid {
			answer.Redeemables = append(answer.Redeemables, v.Redeemables...)
		} else if step, ok := v.Decision.NearMiss(); ok && len(v.Redeemables) == 1 {
			answer.NearMisses = append(answer.NearMisses, NearMiss{Applied: v.Redeemables[0], Step: step})
		}
	}
	slices.SortStableFunc(answer.Redeemables, func(a, b Applied) int {
		return cmp.Or(r.Sorting.compare(granted(a), granted(b)), cmp.Compare(created[b.ID], created[a.ID]))
	})
	slices.SortStableFunc(answer.NearMisses, func(a, b NearMiss) int { return cmp.Compare(*a.Step.Missing, *b.Step.Missing) })
	if len(answer.Redeemables) > limit {
		answer.Redeemables, answer.HasMore = answer.Redeemables[:limit], true
	}
	answer.NearMisses = answer.NearMisses[:min(limit, len(answer.NearMisses))]
	return answer, nil
}

func granted(a Applied) int64 {
	if a.Order == nil {
		return 0
	}
	return a.Order.TotalAppliedDiscountAmount
}

// compare orders two discounts; NewestFirst leaves it to the time of creation.
func (s Sorting) compare(a, b int64) int {
	switch s {
	case BestDeal:
		return cmp.Compare(b, a)
	case LeastDeal:
		return cmp.Compare(a, b)
	}
	return 0
}
