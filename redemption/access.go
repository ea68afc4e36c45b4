package redemption

import (
	"strings"

	"github.com/voucherify-go/voucherify/access"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/promotion"
)

// areasOf are the areas of stores, by store.
func areasOf(stores []*access.Store) map[string]string {
	areas := make(map[string]string, len(stores))
	for _, s := range stores {
		areas[s.ID] = s.AreaID
	}
	return areas
}

// sees reports whether a caller may use what belongs to a campaign. What belongs to none is for unrestricted callers.
func sees(scope *access.Scope, c *campaign.Campaign) bool {
	if c == nil {
		return scope == nil
	}
	return scope.Sees(c.AccessSettingsAssignments)
}

// inaccessible refuses a redeemable that the caller does not see.
func inaccessible(r Redeemable) *fault.Error {
	return fault.New(fault.Forbidden, "%s with id %s is not accessible in given context", strings.ToLower(string(r.Object)), r.ID)
}

// campaignOf is the campaign of a stack; nil when it is gone.
func (x *Catalogue) campaignOf(s *promotion.Stack) *campaign.Campaign {
	if parent := x.campaigns[s.CampaignID]; parent != nil {
		return parent.Campaign
	}
	return nil
}
