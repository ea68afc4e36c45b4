package redemption

import "iter"

// Standing yields the counters that a redemption has raised with what it still holds of each: nothing once it is rolled back,
// and less what returns have given back before. For a gift card that has paid, GiftBalance is lowered by the credits; for a loyalty
// card, PointsRedeemed is what it has paid. A product that was handed over is held for good.
func (r *Redemption) Standing() iter.Seq2[CounterKey, int64] {
	return func(yield func(CounterKey, int64) bool) {
		g := r.Granted
		if g == nil {
			return
		}
		stands := r.Result == Success && r.Status == Succeeded
		held := func(c Consume) int64 {
			switch returned := returnedDiscount(g); {
			case r.keeps(c.Key.Metric):
				return c.Delta
			case !stands:
				return 0
			case c.Key.Metric.returnable():
				return c.Delta - returned
			}
			return c.Delta
		}
		for _, c := range g.Consumed {
			if !yield(c.Key, held(c)) {
				return
			}
		}
		switch {
		case g.TransactionID == "":
			return
		case r.LoyaltyCard != nil:
			if stands {
				yield(CounterKey{Metric: PointsRedeemed, Subject: r.RelatedObjectID}, int64(r.pointsHeld()))
			}
			return
		}
		spent := Consume{Key: CounterKey{Metric: SumCampaignGift}, Delta: g.Discount()}
		yield(CounterKey{Metric: GiftBalance, Subject: r.RelatedObjectID}, -held(spent))
	}
}
