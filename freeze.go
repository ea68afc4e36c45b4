package voucherify

import (
	"context"
	"reflect"
	"slices"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// freeze writes the old discount, or effect of the gift, and window onto codes that were given out or redeemed under them.
func (s *Campaigns) freeze(ctx context.Context, c *change, before, after *campaign.Campaign) error {
	if before.Voucher == nil || (reflect.DeepEqual(before.Window, after.Window) && reflect.DeepEqual(before.Voucher.Discount, after.Voucher.Discount) &&
		reflect.DeepEqual(before.Voucher.Gift, after.Voucher.Gift) && reflect.DeepEqual(before.ReferralProgram, after.ReferralProgram)) {
		return nil
	}
	var vouchers []*voucher.Voucher
	var docs []record.Document
	var keys, cards []redemption.CounterKey
	for doc, err := range c.tx.List(ctx, record.Voucher, store.Query{Parent: before.ID}) {
		if err != nil {
			return err
		}
		v, err := decode[voucher.Voucher](doc)
		if err != nil {
			return err
		}
		vouchers, docs = append(vouchers, v), append(docs, doc)
		keys = append(keys, redemption.CounterKey{Metric: redemption.CountVoucher, Subject: v.ID})
		if v.Gift != nil {
			cards = append(cards, redemption.CardKeys(v.ID)...)
		}
	}
	used, err := c.tx.Counters(ctx, slices.Concat(keys, cards))
	if err != nil {
		return err
	}
	for i, v := range vouchers {
		if used[keys[i]] == 0 && v.PublishedAt == nil {
			continue
		}
		if v.Discount == nil {
			v.Discount = before.Voucher.Discount
		}
		if v.Gift != nil && v.Gift.Effect == "" {
			v.Gift.Effect = before.Voucher.Gift.Effect
		}
		if v.ReferralProgram == nil {
			v.ReferralProgram = before.ReferralProgram
		}
		v.Window, v.OwnWindow = v.WindowIn(before.Window), true
		fillUsage(v, used)
		if err := c.rewriteVoucher(v, docs[i], event.VoucherUpdated); err != nil {
			return err
		}
	}
	return nil
}
