package golden

import (
	"maps"

	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/referral"
)

// The facts about referral programmes.
func init() {
	maps.Copy(facts, map[string]check{
		"err-055": func(b *bench) string {
			c := friends()
			c.Voucher.Discount = nil
			return b.refused(ignore(b.Campaigns.Create(b.ctx, c)))
		},
		"err-069": func(b *bench) string {
			b.prepared(ignore(b.Campaigns.Create(b.ctx, friends())))
			b.prepared(b.Campaigns.AddVoucher(b.ctx, "Friends", "ANN"))
			return b.refused(b.assign("ANN", "bob"))
		},
		"err-070": func(b *bench) string {
			b.prepared(ignore(b.Campaigns.Create(b.ctx, friends())))
			b.prepared(b.Campaigns.AddVoucher(b.ctx, "Friends", "ANN"))
			b.prepared(ignore(b.Publications.Create(b.ctx, publication.OfCode("ANN", customer.BySourceID("ann")))))
			b.prepared(b.assign("ANN", "bob"))
			return b.refused(b.assign("ANN", "bob"))
		},
	})
}

// friends is a referral campaign that takes 1.00 off.
func friends() campaign.Campaign {
	off := discount.AmountOff(100, discount.ToOrder)
	return campaign.Campaign{
		Name: "Friends", CampaignType: campaign.ReferralProgram, Voucher: &campaign.Template{Discount: &off},
		ReferralProgram: &referral.Program{ConversionEventType: referral.ByRedemption},
	}
}

// assign makes a customer a referee of a code.
func (b *bench) assign(code, sourceID string) error {
	_, err := b.Referrals.AddHolders(b.ctx, code, voucherify.HoldersRequest{Holders: []customer.Customer{*customer.BySourceID(sourceID)}})
	return err
}
