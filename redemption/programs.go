package redemption

import (
	"maps"
	"slices"
	"strings"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/loyalty"
)

// compilePrograms gathers what belongs to each loyalty program.
func (x *Catalogue) compilePrograms(c Configuration) {
	x.programs = make(map[string]*loyalty.Program)
	for _, camp := range c.Campaigns {
		if camp.CampaignType != campaign.LoyaltyProgram || camp.Voucher == nil || camp.Voucher.LoyaltyCard == nil {
			continue
		}
		x.programs[camp.ID] = &loyalty.Program{
			CampaignID: camp.ID, CampaignName: camp.Name, CreatedAt: camp.CreatedAt,
			Card: *camp.Voucher.LoyaltyCard, TiersExpiration: camp.LoyaltyTiersExpiration, AutoJoin: camp.AutoJoin,
		}
	}
	for _, t := range c.LoyaltyTiers {
		if p := x.programs[t.CampaignID]; p != nil {
			p.Tiers = append(p.Tiers, t)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(x.programs)) {
		loyalty.SortTiers(x.programs[id].Tiers) //nolint:errcheck // they were checked when they were stored
	}
	x.members = slices.SortedFunc(maps.Values(x.programs), func(a, b *loyalty.Program) int {
		if order := a.CreatedAt.Compare(b.CreatedAt); order != 0 {
			return order
		}
		return strings.Compare(a.CampaignID, b.CampaignID)
	})
}

// Program returns a loyalty program by the id of its campaign; nil when there is none.
func (x *Catalogue) Program(campaignID string) *loyalty.Program { return x.programs[campaignID] }

// Programs are the loyalty programs in the order in which they were created. The slice must not be changed.
func (x *Catalogue) Programs() []*loyalty.Program { return x.members }
