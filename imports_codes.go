package voucherify

import (
	"cmp"
	"context"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/discount"
	"github.com/voucherify-go/voucherify/event"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/promotion"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/tabular"
	"github.com/voucherify-go/voucherify/validation"
	"github.com/voucherify-go/voucherify/voucher"
)

// codeBatch writes rows of codes.
type codeBatch struct {
	*importChange
	camp   *campaign.Campaign // nil for codes without one
	doc    record.Document    // of the campaign
	tells  bool
	known  map[string]*voucher.Voucher // by key; nil for codes that are free
	named  map[string]string           // ids of categories by what rows call them
	schema *metadata.Schemas
	added  int
}

// beginCodes reads what a batch of codes needs: the campaign as it is now, and which of the codes exist, with one question.
func beginCodes(
	ctx context.Context, c *importChange, rows []tabular.Row[tabular.Voucher], campaignID string, tells bool,
) (batch[tabular.Voucher], error) {
	b := &codeBatch{importChange: c, tells: tells, known: map[string]*voucher.Voucher{}, named: map[string]string{}}
	var err error
	if campaignID != "" {
		if b.camp, b.doc, err = findCampaign(ctx, c.tx, campaignID); err != nil {
			return nil, err
		}
		if err := checkTakesCodes(b.camp); err != nil {
			return nil, err
		}
	}
	if b.schema, err = c.schemas(ctx); err != nil {
		return nil, err
	}
	var keys []string
	for i := range rows {
		if code := rows[i].Value.Code; rows[i].Failure == nil && voucher.CheckCode(code) == nil {
			keys = append(keys, b.key(code))
		}
	}
	snapshot, err := c.tx.Snapshot(ctx, redemption.Needs{Vouchers: keys})
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		// A code may spell the id of another voucher.
		if v := snapshot.Vouchers[key]; v != nil && b.key(v.Code) == key {
			b.known[key] = v
		}
	}
	return b, nil
}

func (b *codeBatch) key(code string) string { return b.engine.options.caseMode.Key(code) }

// row implements batch.
func (b *codeBatch) row(ctx context.Context, row tabular.Voucher) error {
	if err := row.Check(); err != nil {
		return err
	}
	key := b.key(row.Code)
	if err := b.settled(ctx, key); err != nil {
		return err
	}
	b.begin()
	v, err := b.planOne(ctx, &row, b.known[key])
	if err != nil {
		b.takeBack()
		return err
	}
	b.known[key], b.written[key] = v, true
	return nil
}

// planOne plans one row, over the voucher that has its code.
func (b *codeBatch) planOne(ctx context.Context, row *tabular.Voucher, stored *voucher.Voucher) (*voucher.Voucher, error) {
	category, err := b.category(ctx, row.Category)
	if err != nil {
		return nil, err
	}
	if stored != nil {
		return b.again(ctx, row, stored, category)
	}
	return b.create(ctx, row, category)
}

// category is the id of a category that a row names by id or name.
func (b *codeBatch) category(ctx context.Context, name string) (string, error) {
	if found, ok := b.named[name]; ok || name == "" {
		return found, nil
	}
	found, _, err := find[promotion.Category](ctx, b.tx, record.Category, name, record.Key("name", name))
	if err != nil {
		return "", within("category", err)
	}
	b.named[name] = found.ID
	return found.ID, nil
}

// again changes a code that exists: its switch and its category, if the row has them. It returns the code as it is then.
func (b *codeBatch) again(
	ctx context.Context, row *tabular.Voucher, known *voucher.Voucher, category string,
) (*voucher.Voucher, error) {
	if known.CampaignID != b.campaignID() {
		return nil, alreadyExists(known.ID)
	}
	if err := sameKind(row, known); err != nil {
		return nil, err
	}
	active, categoryID := known.Active, cmp.Or(category, known.CategoryID)
	if row.Active != nil {
		active = *row.Active
	}
	if active == known.Active && categoryID == known.CategoryID {
		if b.tells {
			return known, b.emit(event.VoucherUpdated, known.ID, map[string]any{"voucher": known})
		}
		return known, nil
	}
	v, doc, err := find[voucher.Voucher](ctx, b.tx, record.Voucher, known.ID)
	if err != nil {
		return nil, err
	}
	v.Active, v.CategoryID = active, categoryID
	if err := b.storeVoucher(v, doc); err != nil {
		return nil, err
	}
	if b.tells {
		if err := b.emit(event.VoucherUpdated, v.ID, map[string]any{"voucher": v}); err != nil {
			return nil, err
		}
	}
	return v, b.keepPooled(ctx, v)
}

// sameKind refuses a row that makes something else of a code.
func sameKind(row *tabular.Voucher, v *voucher.Voucher) error {
	switch {
	case row.Type != "" && row.Type != v.Type:
		return fault.New(fault.InvalidVoucher, "a voucher keeps its type, %s", v.Type).At("type")
	case row.Discount != nil && v.Discount != nil && row.Discount.Type != v.Discount.Type:
		return fault.New(fault.InvalidVoucher, "the type of a discount never changes").At("discount.type")
	}
	return nil
}

func (b *codeBatch) campaignID() string {
	if b.camp == nil {
		return ""
	}
	return b.camp.ID
}

// create plans a new code.
func (b *codeBatch) create(ctx context.Context, row *tabular.Voucher, category string) (*voucher.Voucher, error) {
	v, err := b.voucherOf(row)
	if err != nil {
		return nil, err
	}
	v.Code, v.CategoryID, v.Window = row.Code, category, row.Window
	v.AdditionalInfo, v.Metadata = row.AdditionalInfo, row.Metadata
	if row.Redemption.Quantity != nil {
		v.Redemption.Quantity = row.Redemption.Quantity
	}
	if err := b.check(row, v); err != nil {
		return nil, err
	}
	b.startVoucher(v)
	v.Active = b.active(row)
	if err := b.engine.insertVoucher(b.change, v); err != nil {
		return nil, err
	}
	b.plan.ImportUses(v.ID, row.Redemption.RedeemedQuantity)
	if err := b.plan.ImportSpending(b.ids.Next(id.Transaction), v, row.Redemption.RedeemedAmount); err != nil {
		return nil, within("redemption.redeemed_amount", err)
	}
	if err := b.assignAll(ctx, row.ValidationRules, validation.OnVoucher, v.ID); err != nil {
		return nil, err
	}
	if b.camp != nil {
		if v.Active && row.Redemption.RedeemedQuantity == 0 {
			if err := b.putPooled(v); err != nil {
				return nil, err
			}
		}
		b.added++
	}
	if b.tells {
		return v, b.emit(event.VoucherCreated, v.ID, map[string]any{"voucher": v})
	}
	return v, nil
}

// voucherOf is the new voucher of a row, with what it gives.
func (b *codeBatch) voucherOf(row *tabular.Voucher) (*voucher.Voucher, error) {
	switch {
	case row.LoyaltyCard != nil && (b.camp == nil || b.camp.CampaignType != campaign.LoyaltyProgram):
		return nil, fault.New(fault.InvalidVoucher, "only a loyalty program has loyalty cards").At("loyalty_card")
	case b.camp == nil:
		v := &voucher.Voucher{Type: row.Type, Discount: row.Discount}
		if row.Gift != nil {
			v.Gift = voucher.Gift{Amount: row.Gift.Amount, Effect: cmp.Or(row.Gift.Effect, discount.ToOrder)}.Opened()
		}
		return v, nil
	case row.Type != "" && row.Type != b.camp.Voucher.Type:
		return nil, fault.New(fault.InvalidVoucher, "the codes of the campaign are %s", b.camp.Voucher.Type).At("type")
	case row.Discount != nil:
		return nil, fault.New(fault.InvalidVoucher, "the discount of the code is that of its campaign").At("discount")
	case len(row.ValidationRules) > 0:
		return nil, fault.New(fault.InvalidVoucher, "the rules of the code are those of its campaign").At("validation_rules")
	case b.camp.VouchersCount+b.added >= b.engine.options.maxCodes:
		return nil, fault.Invalid("", "the campaign has its limit of %d codes", b.engine.options.maxCodes)
	}
	v := voucherOf(b.camp)
	if row.Gift != nil {
		if v.Gift == nil {
			return nil, fault.New(fault.InvalidVoucher, "a voucher of type %s has no gift", v.Type).At("gift")
		}
		if e := row.Gift.Effect; e != "" && e != b.camp.Voucher.Gift.Effect {
			return nil, fault.New(fault.InvalidVoucher, "the effect of the gift is that of its campaign").At("gift.effect")
		}
		v.Gift = voucher.Gift{Amount: row.Gift.Amount}.Opened()
	}
	if row.LoyaltyCard != nil {
		v.LoyaltyCard = voucher.NewLoyaltyCard(ledger.Points(row.LoyaltyCard.Points))
	}
	return &v, nil
}

// check refuses a new voucher that contradicts itself, its campaign or the schema.
func (b *codeBatch) check(row *tabular.Voucher, v *voucher.Voucher) error {
	if err := v.Check(); err != nil {
		return err
	}
	if b.camp != nil {
		if err := v.WindowIn(b.camp.Window).Check(); err != nil {
			return err
		}
	}
	uses, limit := row.Redemption.RedeemedQuantity, v.Redemption.Quantity
	spent := row.Redemption.RedeemedAmount
	switch {
	case limit != nil && uses > *limit:
		return fault.Invalid("redemption.redeemed_quantity", "%d is more than the limit of %d", uses, *limit)
	case spent != 0 && v.Gift == nil:
		return fault.New(fault.InvalidVoucher, "nothing is spent of a voucher of type %s", v.Type).At("redemption.redeemed_amount")
	case v.Gift != nil && spent > v.Gift.InitialAmount:
		return fault.New(fault.InvalidAmount, "%d is more than the %d on the card", spent, v.Gift.InitialAmount).
			At("redemption.redeemed_amount")
	case b.camp != nil && v.Metadata == nil:
		return nil // as a code that the campaign generates
	}
	return b.schema.CheckWhole(metadata.OfVoucher, "metadata", v.Metadata)
}

// active is the switch of a new code: what the row says, and else whether the campaign has not ended.
func (b *codeBatch) active(row *tabular.Voucher) bool {
	if row.Active != nil {
		return *row.Active
	}
	return b.camp == nil || b.camp.ExpirationDate == nil || !b.now.After(*b.camp.ExpirationDate)
}

// end counts the new codes. The campaign is written with them, so that it cannot be deleted or protected meanwhile.
func (b *codeBatch) end(context.Context) error {
	if b.added == 0 {
		return nil
	}
	limit := int64(b.engine.options.maxCodes)
	b.countCodes(b.camp.ID, b.added, &limit)
	b.camp.VouchersCount += b.added
	return b.tellCodes(b.camp, b.doc)
}
