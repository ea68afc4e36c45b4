package storetest

import (
	"github.com/voucherify-go/voucherify"
	"github.com/voucherify-go/voucherify/campaign"
	giftledger "github.com/voucherify-go/voucherify/ledger" // the ledger of this package keeps books about stores
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/reward"
)

// creditsFor creates a member, CARD, with 100 points in a program that gives 500 credits on a new gift card for 40 of them.
func (h *host) creditsFor(automatic bool) reward.Assignment {
	h.Helper()
	c := h.club(100, nil)
	c.join("CARD")
	gifts, err := h.Campaigns.Create(h.ctx, campaign.Campaign{
		Name: "Gifts", CampaignType: campaign.GiftVouchers, Voucher: &campaign.Template{Gift: &campaign.Gift{Amount: 100}},
	})
	h.must(err)
	h.must(h.Campaigns.AddVoucher(h.ctx, gifts.ID, "GIFT"))
	return c.offer(reward.Reward{Name: "Credits", Type: reward.OfCampaign, Parameters: reward.Parameters{
		Campaign: &reward.Campaign{ID: gifts.ID, Balance: 500},
	}}, reward.Loyalty{Points: 40, AutoRedeem: automatic})
}

func redeemReward(h *host) func(e *voucherify.Engine) (string, error) {
	request := redemption.RewardRequest{IdempotencyKey: "key", Reward: redemption.RewardPart{ID: h.creditsFor(false).ID}}
	return func(e *voucherify.Engine) (string, error) {
		result, err := e.Loyalty.RedeemReward(h.ctx, "CARD", request)
		return encode(h, result), err
	}
}

func rollBackReward(h *host) func(e *voucherify.Engine) (string, error) {
	a := h.creditsFor(false)
	redeemed, err := h.Loyalty.RedeemReward(h.ctx, "CARD", redemption.RewardRequest{Reward: redemption.RewardPart{ID: a.ID}})
	h.must(err)
	return func(e *voucherify.Engine) (string, error) {
		result, err := e.Rollback(h.ctx, redemption.RollbackRequest{IdempotencyKey: "key", Redemption: redeemed.ID()})
		return encode(h, result), err
	}
}

// addForReward adds points by a name of the caller, with which it can be repeated.
func addForReward(h *host) func(e *voucherify.Engine) (string, error) {
	h.creditsFor(true)
	return func(e *voucherify.Engine) (string, error) {
		balance, err := e.Loyalty.AddBalance(h.ctx, "CARD", loyalty.Adjustment{Points: giftledger.Points(10), SourceID: "key"})
		return encode(h, balance), err
	}
}
