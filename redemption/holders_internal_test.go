package redemption

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// holderRule is a rule that looks at the holder, two levels down.
const holderRule = `{"1":{"name":"order.amount","conditions":{"$more_than":[0]},"rules":{
	"1":{"name":"publication.redeemable_by_linked_customer","conditions":{"$is":[true]}},"logic":"1"}},"logic":"1"}`

func TestWhoHoldsACodeIsReadAndTold(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	off := discount.AmountOff(1, discount.ToOrder)
	template := &campaign.Template{Type: voucher.DiscountVoucher, Discount: &off}
	generic := &campaign.Campaign{ID: "camp_g", Type: campaign.Standalone, Voucher: template, Active: true}
	unique := &campaign.Campaign{ID: "camp_u", Type: campaign.Static, Voucher: template, Active: true}
	published := func(campaignID, holder string) *voucher.Voucher {
		v := &voucher.Voucher{ID: "v_1", Code: "A", CampaignID: campaignID, Type: voucher.DiscountVoucher, HolderID: holder, Active: true, PublishedAt: &now}
		if campaignID == "" {
			v.Discount = &off
		}
		return v
	}
	for _, tt := range []struct {
		name     string
		voucher  *voucher.Voucher
		customer string
		rule     bool
		held     bool // there is a holder record
		read     []string
		want     bool
	}{
		{"a unique code of the customer", published("camp_u", "cust_1"), "cust_1", true, true, nil, true},
		{"a unique code of another", published("camp_u", "cust_2"), "cust_1", true, false, nil, false},
		{"a unique code of a customer who was deleted", published("camp_u", ""), "cust_1", true, false, nil, false},
		{"a generic code that was given to the customer first", published("camp_g", "cust_1"), "cust_1", true, true, nil, true},
		{"a generic code that was given to the customer later", published("camp_g", "cust_2"), "cust_1", true, true, []string{"v_1"}, true},
		{"a generic code that was given to others", published("camp_g", "cust_2"), "cust_1", true, false, []string{"v_1"}, false},
		{"a code without a campaign", published("", "cust_2"), "cust_1", true, true, []string{"v_1"}, true},
		{"nobody in particular", published("camp_g", "cust_2"), "", true, false, nil, false},
		{"a generic code when no rule looks", published("camp_g", "cust_2"), "cust_1", false, false, nil, false},
		{"a code that was never given out", &voucher.Voucher{ID: "v_1", Code: "A", CampaignID: "camp_g", Active: true}, "cust_1", true, false, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			configuration := Configuration{Campaigns: []*campaign.Campaign{generic, unique}}
			if tt.rule {
				rule := &validation.Rule{ID: "val_1", Name: "holder"}
				if err := json.Unmarshal([]byte(holderRule), &rule.Rules); err != nil {
					t.Fatal(err)
				}
				configuration.Rules = []*validation.Rule{rule}
				for _, id := range []string{"camp_g", "camp_u", "v_1"} {
					configuration.Assignments = append(configuration.Assignments, &validation.Assignment{ID: "asgm_" + id, RuleID: "val_1", RelatedObjectID: id})
				}
			}
			catalogue := NewCatalogue(configuration, validation.NewCompiler())
			snapshot := &Snapshot{Now: now, Vouchers: map[string]*voucher.Voucher{"A": tt.voucher}}
			request := &Request{Redeemables: Codes("A")}
			if tt.customer != "" {
				snapshot.Customer = &customer.Customer{ID: tt.customer}
				request.Customer = customer.ByID(tt.customer)
			}
			more := MoreNeeds(request, catalogue, snapshot)
			if diff := cmp.Diff(tt.read, more.Holders); diff != "" {
				t.Errorf("what is read (-want +got):\n%s", diff)
			}
			if tt.held && more.Holders != nil {
				snapshot.Holders = map[string]bool{"v_1": true}
			}
			c, err := newCalculation(catalogue, snapshot, request)
			if err != nil {
				t.Fatal(err)
			}
			c.fillFacts()
			c.prepare(c.turns[0])
			if c.facts.Customer.Holder != tt.want {
				t.Errorf("Holder = %t, want %t", c.facts.Customer.Holder, tt.want)
			}
		})
	}
}
