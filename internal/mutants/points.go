package mutants

// pointMistakes are those with points and rewards.
var pointMistakes = []mutant{
	{
		"the last product is given to whoever asks at the same time", "redemption/consumption.go",
		"Delta: c.request.reward.quantity(), Limit: o.Reward.Stock}", "Delta: c.request.reward.quantity()}",
		"./store/postgres", "TestContract/pgx$/the_engine_under_races/of_16_members_one",
	},
	{
		"points that were returned come back once more", "redemption/pointsrefund.go",
		"held := x.pointsHeld()", "held := x.LoyaltyCard.Points",
		"./store/memory", "TestContract/the_engine$/random_histories_of_a_loyalty",
	},
	{
		"a redemption is older than the card that gets its points back", "rollback.go",
		"\tsnapshot.Redemptions = more.Redemptions\n", "\t_ = more\n",
		"./store/postgres", "TestContract/pgx$/the_engine_under_races/16_workers_hand",
	},
	{
		"tiers are reached with points that a reward takes", "points.go",
		"	if c.Income() > 0 {", "	c.Settle()\n	if c.Income() > 0 {",
		".", "TestTiersComeBehindAutomaticRewards",
	},
	{
		"what is due for a card is not done before a redeem", "due.go",
		"return day != 0 && day <= e.dayOf(op)", "return day < 0 && day <= e.dayOf(op)",
		".", "TestARedeemFirstDoesWhatIsDue",
	},
	{
		"points that are over are spent while the maintenance runs", "due.go",
		"return day != 0 && day <= e.dayOf(op)", "return day < 0 && day <= e.dayOf(op)",
		"./store/memory", "TestContract/.*/16_workers_do_the_maintenance,_pay",
	},
	{
		"nothing follows from a tier that a payment costs", "due.go",
		"return e.follow(ctx, tx, op, x, work)", "return nil",
		".", "TestPaymentsThatMoveATierEarn",
	},
	{
		"nothing follows from points that are moved", "points.go",
		"return e.follow(ctx, tx, op, x, work)", "return nil",
		".", "TestMovesBetweenTiersEarn",
	},
	{
		"points that come in buy no automatic reward", "points.go",
		"	if c.Income() > 0 {", "	if false {",
		".", "TestARewardIsRedeemedAsSoonAsThereArePoints",
	},
	{
		"an automatic reward takes points that are over", "autoredeem.go",
		"		if err := c.Expire(); err != nil {", "		if err := error(nil); err != nil {",
		".", "TestActivatedPointsBuyTheAutomaticReward",
	},
	{
		"the events of segments have the ids of a return", "earn.go",
		"return e.settle(ctx, tx, &apart, x, customerID)", "return e.settle(ctx, tx, op, x, customerID)",
		".", "TestManySegmentsFollowAReturn",
	},
	{
		"points expire a day late", "redemption/points_due.go",
		"last >= c.today {", "last >= c.today-1 {",
		".", "TestPointsExpireWithTheEndOfTheirDay",
	},
	{
		"a product that was handed over is in stock again", "redemption/rollback.go",
		"if r.keeps(c.Key.Metric) {", "if false {",
		"./store/memory", "TestContract/the_engine_under_races/16_workers_hand",
	},
	{
		"a row of an import that is refused is kept in part", "imports.go",
		"c.plan.Consume, c.plan.Writes = c.plan.Consume[:c.mark.consume], c.plan.Writes[:c.mark.writes]", "_ = c.mark",
		".", "TestImportOfGenericCodes",
	},
	{
		"an import fills a gift card that was used up again", "tabular/generic.go",
		"v.Redemption.RedeemedAmount = spent", "_ = spent",
		".", "TestAProjectIsCarriedToAnother",
	},
	{
		"returned units are forgotten", "redemption/return.go",
		"line.ReturnedQuantity = to\n", "_ = to\n",
		"./store/memory", "TestContract/the_engine_under_races/16_workers_return",
	},
}
