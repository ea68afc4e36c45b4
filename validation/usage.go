package validation

// usage is the counters under the names of generated sources.
type usage struct {
	Day                      int64 `expr:"day"`
	Week                     int64 `expr:"week"`
	Month                    int64 `expr:"month"`
	PerCustomer              int64 `expr:"per_customer"`
	PerCustomerDay           int64 `expr:"per_customer_day"`
	PerCustomerWeek          int64 `expr:"per_customer_week"`
	PerCustomerMonth         int64 `expr:"per_customer_month"`
	PerAPIKey                int64 `expr:"per_api_key"`
	PerUser                  int64 `expr:"per_user"`
	Campaign                 int64 `expr:"campaign"`
	CampaignDay              int64 `expr:"campaign_day"`
	CampaignWeek             int64 `expr:"campaign_week"`
	CampaignMonth            int64 `expr:"campaign_month"`
	CampaignPerCustomer      int64 `expr:"campaign_per_customer"`
	CampaignPerCustomerDay   int64 `expr:"campaign_per_customer_day"`
	CampaignPerCustomerWeek  int64 `expr:"campaign_per_customer_week"`
	CampaignPerCustomerMonth int64 `expr:"campaign_per_customer_month"`
	CampaignOrdersAmount     int64 `expr:"campaign_orders_amount"`
	CampaignDiscountAmount   int64 `expr:"campaign_discount_amount"`
	CampaignGiftAmount       int64 `expr:"campaign_gift_amount"`
}

func usageOf(u *[NumMetrics]int64) usage {
	return usage{
		Day: u[IncentiveDay], Week: u[IncentiveWeek], Month: u[IncentiveMonth],
		PerCustomer: u[IncentivePerCustomer], PerCustomerDay: u[IncentivePerCustomerDay],
		PerCustomerWeek: u[IncentivePerCustomerWeek], PerCustomerMonth: u[IncentivePerCustomerMonth],
		PerAPIKey: u[IncentivePerAPIKey], PerUser: u[IncentivePerUser],
		Campaign: u[CampaignRedemptions], CampaignDay: u[CampaignDay], CampaignWeek: u[CampaignWeek], CampaignMonth: u[CampaignMonth],
		CampaignPerCustomer: u[CampaignPerCustomer], CampaignPerCustomerDay: u[CampaignPerCustomerDay],
		CampaignPerCustomerWeek: u[CampaignPerCustomerWeek], CampaignPerCustomerMonth: u[CampaignPerCustomerMonth],
		CampaignOrdersAmount: u[CampaignOrdersAmount], CampaignDiscountAmount: u[CampaignDiscountAmount],
		CampaignGiftAmount: u[CampaignGiftAmount],
	}
}
