package storetest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/voucher"
)

// pool creates a campaign of unique codes.
func (h *host) pool(name string, codes int) {
	h.Helper()
	off := discount.AmountOff(raceDiscount, discount.ToOrder)
	_, err := h.Campaigns.Create(h.ctx, campaign.Campaign{
		Name: name, CampaignType: campaign.DiscountCoupons, Type: campaign.Static, VouchersCount: codes,
		Voucher: &campaign.Template{Type: voucher.DiscountVoucher, Discount: &off},
	})
	h.must(err)
}

// fromPool asks for the next code of a campaign.
func fromPool(campaignName string, c *customer.Customer) publication.Request {
	return publication.Request{Customer: c, Campaign: &publication.Campaign{Name: campaignName}}
}

// testErasure deletes a customer permanently and looks for what is left in everything that the store shows.
func testErasure(h *host) {
	h.pool("Pool", 2)
	ann := &customer.Customer{SourceID: "ann-source", Name: "Ann Secret", Metadata: metadata.Map{"note": "ann-secret"}}
	given, err := h.Publications.Create(h.ctx, fromPool("Pool", ann))
	h.must(err)
	request := cart("", given.Vouchers...)
	request.Customer, request.IdempotencyKey, request.Metadata = ann, "key", metadata.Map{"note": "ann-secret"}
	redeemed, err := h.Redeem(h.ctx, request)
	h.must(err)
	_, err = h.Redeem(h.ctx, cart("bob", "nothing"))
	if !errors.Is(err, fault.NotFound) {
		h.Errorf("a code that does not exist: %v", err)
	}
	stored, err := h.Customers.Get(h.ctx, "ann-source")
	h.must(err)

	deletion, err := h.Customers.DeletePermanently(h.ctx, "ann-source")
	if errors.Is(err, fault.NotSupported) {
		h.Skip("the transactions of this store are no store.Redactor")
	}
	h.must(err)
	if c := deletion.DataJSON; c.Orders != 1 || c.Redemptions != 1 || c.Answers != 1 || c.Events < 5 {
		h.Errorf("the account of the deletion is %+v", c)
	}
	state, err := Export(h.ctx, h.store, h.store.names())
	h.must(err)
	for _, secret := range []string{"ann-source", "Ann Secret", "ann-secret", stored.ID} {
		for _, doc := range state.Documents {
			if doc.ID != deletion.ID && strings.Contains(encode(h, doc), secret) {
				h.Errorf("%s is left in %s %s: %s", secret, doc.Kind, doc.ID, doc.Body)
			}
		}
		for _, e := range state.Events {
			if e.Type != event.CustomerDeleted && strings.Contains(encode(h, e), secret) {
				h.Errorf("%s is left in event %s: %s", secret, e.Type, e.Data)
			}
		}
		for _, o := range state.Outcomes {
			if strings.Contains(string(o.Answer), secret) {
				h.Errorf("%s is left in an answer: %s", secret, o.Answer)
			}
		}
	}
	repeated, err := h.Redeem(h.ctx, request)
	h.must(err)
	if repeated.ID() != redeemed.ID() || repeated.Order.TotalAmount != redeemed.Order.TotalAmount {
		h.Errorf("the repetition is %s, the redemption was %s", repeated.ID(), redeemed.ID())
	}
	_, err = h.Rollback(h.ctx, redemption.RollbackRequest{Redemption: redeemed.ID()})
	h.must(err)
}

// racePublications gives more customers than there are codes the next code of one campaign. The invariants tell whether a
// code was given twice.
func racePublications(h *host) {
	const codes, each = 40, 3
	h.pool("Pool", codes)
	given := make([]int, workers)
	h.together(workers, func(w int) {
		for n := range each {
			_, err := h.Publications.Create(h.ctx, fromPool("Pool", customer.BySourceID(fmt.Sprintf("customer-%d-%d", w, n))))
			switch {
			case err == nil:
				given[w]++
			case !errors.Is(err, fault.NoVoucherSuitableForPublication):
				h.Errorf("worker %d: %v", w, err)
			}
		}
	})
	total := 0
	for _, n := range given {
		total += n
	}
	if total != codes {
		h.Errorf("%d codes were given out, there are %d", total, codes)
	}
}
