package voucherify

import (
	"context"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/voucher"
)

// succeed plans what the publication changes.
func (p *publishing) succeed(ctx context.Context, vouchers []*voucher.Voucher) (*publication.Publication, error) {
	owner, err := p.upsertCustomer(ctx, *p.request.Customer)
	if err != nil {
		return nil, within("customer", err)
	}
	x := &p.record
	x.CustomerID, x.TrackingID, x.Result = owner.ID, owner.SourceID, publication.Success
	for _, v := range vouchers {
		x.VouchersID, x.Vouchers = append(x.VouchersID, v.ID), append(x.Vouchers, v.Code)
	}
	if err := p.put(saved{
		kind: record.Publication, id: x.ID, created: p.now, parent: owner.ID, keys: keyOf("source_id", x.SourceID),
	}, x); err != nil {
		return nil, err
	}
	for _, v := range vouchers {
		if err := p.give(ctx, v, owner); err != nil {
			return nil, err
		}
	}
	p.touch(owner.ID)
	data := map[string]any{"customer": owner, "campaign": p.campaign, "publication": x, "vouchers": vouchers}
	if len(vouchers) == 1 {
		data["voucher"] = vouchers[0]
	}
	if err := p.emit(event.PublicationSucceeded, x.ID, data); err != nil {
		return nil, err
	}
	if err := p.emit(event.CustomerPublication, x.ID, data); err != nil {
		return nil, err
	}
	answer := *x
	answer.Customer = owner
	if len(vouchers) == 1 {
		answer.Voucher = vouchers[0]
	}
	return &answer, nil
}

// give plans that a voucher belongs to the customer from now on. The version of a unique code makes sure that it is given
// out once; a generic code changes with its first publication only.
func (p *publishing) give(ctx context.Context, v *voucher.Voucher, owner *customer.Customer) error {
	if v.PublishedAt == nil {
		p.startLife(v)
		v.HolderID = owner.ID
		if err := p.write(ctx, v); err != nil {
			return err
		}
	}
	joinKey := ""
	if p.generic() {
		key := redemption.CounterKey{Metric: redemption.CountPublications, Subject: v.ID}
		p.plan.Consume = append(p.plan.Consume, redemption.Consume{Key: key, Delta: 1})
	} else {
		p.taken = append(p.taken, v.ID)
	}
	if v.LoyaltyCard != nil {
		if err := p.openAccount(ctx, v, owner); err != nil {
			return err
		}
	}
	if p.once() {
		joinKey = p.campaign.ID + "/" + owner.ID
	}
	v.Publish.Count++
	role := publication.Owner
	if v.IsReferralCode {
		role = publication.Referrer
	}
	if _, err := p.putHolder(v, p.campaign, owner, holding{role: role, joinKey: joinKey}); err != nil {
		return err
	}
	return p.emit(event.VoucherPublished, v.ID, map[string]any{
		"customer": owner, "campaign": p.campaign, "publication": &p.record, "voucher": v, "created_at": p.now,
	})
}

// write plans a voucher as it was read, or a new one.
func (p *publishing) write(ctx context.Context, v *voucher.Voucher) error {
	if slices.Contains(p.made, v) {
		return p.engine.insertVoucher(p.change, v)
	}
	doc, err := p.tx.Get(ctx, record.Voucher, v.ID)
	if err != nil {
		return err
	}
	doc.Version = v.Version
	return p.storeVoucher(v, doc)
}

// startLife sets the dates of a code that is given out for the first time.
func (p *publishing) startLife(v *voucher.Voucher) {
	v.PublishedAt = &p.now
	if p.campaign == nil || p.campaign.ActivityDurationAfterPublishing == nil {
		return
	}
	if v.StartDate == nil {
		start := p.now
		if p.campaign.StartDate != nil && p.campaign.StartDate.After(start) {
			start = *p.campaign.StartDate
		}
		v.StartDate = &start
	}
	end := p.campaign.ActivityDurationAfterPublishing.Add(p.now, p.engine.options.zone).In(time.UTC)
	v.ExpirationDate = &end
}

// fail plans the record of a refused publication. The customer is not stored for it.
func (p *publishing) fail(cause *fault.Error) error {
	x := &p.record
	*cause = *cause.About("publication", x.ID)
	x.Result, x.FailureCode, x.FailureMessage = publication.Failure, cause.Key, cause.Message
	if p.known != nil {
		x.CustomerID, x.TrackingID = p.known.ID, p.known.SourceID
	}
	if err := p.put(saved{kind: record.Publication, id: x.ID, created: p.now, parent: x.CustomerID}, x); err != nil || p.known == nil {
		return err
	}
	return p.emit(event.CustomerPublicationFailed, x.ID, map[string]any{
		"customer": p.known, "campaign": p.campaign, "publication": x, "voucher": p.chosen,
	})
}
