package voucherify

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/customer"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// publishing is one publication on its way from the request to the plan.
type publishing struct {
	*change
	engine  *Engine
	request *publication.Request
	// known is the customer as stored, nil for a new one.
	known *customer.Customer
	// campaign is nil for a voucher without one.
	campaign *campaign.Campaign
	// chosen is the voucher that the request names, or the only one of its campaign; nil when one is to be picked.
	chosen *voucher.Voucher
	// made are the vouchers that are generated for the publication, taken the ids of those that leave the pool.
	made   []*voucher.Voucher
	taken  []string
	record publication.Publication
}

// publish is the one road behind both doors of Publications.
func (e *Engine) publish(ctx context.Context, tx store.Tx, op operation, request *publication.Request) (*publication.Publication, *redemption.Refused, error) {
	if err := request.Check(); err != nil {
		return nil, nil, err
	}
	p := &publishing{change: &change{operation: op, tx: tx}, engine: e, request: request}
	answer, err := p.decide(ctx)
	var refused *redemption.Refused
	if errors.As(err, &refused) {
		answer, err = nil, p.fail(refused.Cause)
	}
	if err != nil {
		return nil, nil, err
	}
	if err := p.carryOut(ctx); err != nil {
		return nil, nil, err
	}
	return answer, refused, nil
}

// carryOut writes what was planned, and takes the codes out of the pool that leave it.
func (p *publishing) carryOut(ctx context.Context) error {
	if err := p.engine.commit(ctx, p.change); err != nil {
		return err
	}
	for _, voucherID := range p.taken {
		if err := p.takeOut(ctx, voucherID); err != nil {
			return err
		}
	}
	return nil
}

// decide plans the publication, or finds the one that answers the request already. A *redemption.Refused is a refusal that
// is to be recorded.
func (p *publishing) decide(ctx context.Context) (*publication.Publication, error) {
	known, _, err := p.findCustomer(ctx, p.request.Customer)
	if err != nil {
		return nil, within("customer", err)
	}
	p.known = known
	if answer, err := p.repeated(ctx); answer != nil || err != nil {
		return answer, err
	}
	if err := p.checkWhole(ctx, metadata.OfPublication, p.request.Metadata); err != nil {
		return nil, err
	}
	if err := p.resolve(ctx); err != nil {
		return nil, err
	}
	p.begin()
	if answer, err := p.joined(ctx); answer != nil || err != nil {
		return answer, err
	}
	vouchers, err := p.choose(ctx)
	if err != nil {
		return nil, err
	}
	return p.succeed(ctx, vouchers)
}

// repeated answers a request whose source_id was used before.
func (p *publishing) repeated(ctx context.Context) (*publication.Publication, error) {
	if p.request.SourceID == "" {
		return nil, nil //nolint:nilnil // no answer yet
	}
	doc, err := p.tx.Find(ctx, record.Publication, record.Key("source_id", p.request.SourceID))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil //nolint:nilnil // no answer yet
	}
	if err != nil {
		return nil, err
	}
	stored, err := decode[publication.Publication](doc)
	if err != nil {
		return nil, err
	}
	if p.known == nil || !stored.Answers(p.request, p.known.ID, p.engine.options.caseMode.Key) {
		return nil, fault.New(fault.DuplicateSourceID, "%s was published for another customer, campaign or voucher", p.request.SourceID).
			At("source_id").About("publication", stored.ID)
	}
	return p.again(ctx, stored)
}

// again is the answer of a publication that was made before.
func (p *publishing) again(ctx context.Context, stored *publication.Publication) (*publication.Publication, error) {
	stored.Customer = p.known
	if len(stored.VouchersID) != 1 {
		return stored, nil
	}
	v, _, err := p.engine.findVoucher(ctx, p.tx, stored.VouchersID[0])
	if err != nil && !isMissing(err) {
		return nil, err
	}
	stored.Voucher = v
	return stored, nil
}

// resolve finds campaign and voucher.
func (p *publishing) resolve(ctx context.Context) error {
	if p.request.Voucher != "" {
		v, _, err := p.engine.findVoucher(ctx, p.tx, p.request.Voucher)
		if err != nil {
			return within("voucher", err)
		}
		p.chosen = v
		if v.CampaignID != "" {
			p.campaign, _, err = find[campaign.Campaign](ctx, p.tx, record.Campaign, v.CampaignID)
		}
		return err
	}
	key := p.request.Campaign.Key()
	camp, _, err := find[campaign.Campaign](ctx, p.tx, record.Campaign, key, record.Key("name", key))
	if err != nil {
		return within("campaign", err)
	}
	p.campaign = camp
	if !camp.CampaignType.HasCodes() {
		return fault.New(fault.InvalidCampaign, "a campaign of type %s has no codes", camp.CampaignType).At("campaign")
	}
	if camp.Type != campaign.Standalone {
		return nil
	}
	var only []string
	for doc, err := range p.tx.List(ctx, record.Voucher, store.Query{Parent: camp.ID, Limit: 1}) {
		if err != nil {
			return err
		}
		only = append(only, doc.ID)
	}
	vouchers, err := p.engine.vouchersOf(ctx, p.tx, only)
	if err == nil && len(only) > 0 {
		p.chosen = vouchers[only[0]]
	}
	return err
}

// generic reports whether the code may be given to many customers.
func (p *publishing) generic() bool {
	return p.campaign == nil || p.campaign.Type == campaign.Standalone
}

// once reports whether the customer may have only one code of the campaign.
func (p *publishing) once() bool { return !p.generic() && (p.campaign.JoinOnce || p.request.JoinOnce) }

// begin starts the account of the publication.
func (p *publishing) begin() {
	p.record = publication.Publication{
		ID: p.ids.Next(id.Publication), Object: "publication", SourceID: p.request.SourceID,
		Channel: cmp.Or(p.request.Channel, publication.DefaultChannel), Metadata: p.request.Metadata, CreatedAt: p.now, Version: 1,
	}
	if p.campaign != nil {
		p.record.CampaignID, p.record.Campaign = p.campaign.ID, p.campaign.Name
	}
}

// joined answers a customer who has a code of the campaign and may have only one.
func (p *publishing) joined(ctx context.Context) (*publication.Publication, error) {
	if !p.once() {
		return nil, nil //nolint:nilnil // no answer yet
	}
	if p.request.Count() > 1 {
		return nil, fault.New(fault.TooManyVouchersRequested, "Only up to 1 can be published to a customer").At("campaign.count")
	}
	if p.known == nil {
		return nil, nil //nolint:nilnil // no answer yet
	}
	holders, _, err := holdersOf(ctx, p.tx, store.Query{Parent: p.known.ID})
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(holders, func(h *publication.Holder) bool { return h.CampaignID == p.campaign.ID })
	if at < 0 {
		return nil, nil //nolint:nilnil // no answer yet
	}
	if !p.request.JoinOnce {
		return nil, &redemption.Refused{Cause: fault.New(fault.VoucherCannotBePublished, "Customer already joined program.").At("customer")}
	}
	for doc, err := range p.tx.List(ctx, record.Publication, store.Query{Parent: p.known.ID}) {
		if err != nil {
			return nil, err
		}
		stored, err := decode[publication.Publication](doc)
		if err != nil {
			return nil, err
		}
		if slices.Contains(stored.VouchersID, holders[at].RedeemableID) {
			return p.again(ctx, stored)
		}
	}
	return nil, fault.Missing("publication", holders[at].RedeemableID)
}

// choose returns the vouchers to give out.
func (p *publishing) choose(ctx context.Context) ([]*voucher.Voucher, error) {
	count := p.request.Count()
	if p.generic() || p.chosen != nil {
		return p.take(ctx, count)
	}
	if p.expired(p.campaign.Window) {
		return nil, unsuitable("campaign %s has ended", p.campaign.Name)
	}
	vouchers, err := p.pick(ctx, count)
	if err != nil || len(vouchers) == count {
		return vouchers, err
	}
	if p.campaign.Type != campaign.AutoUpdate {
		return nil, unsuitable("Couldn't create new vouchers for publication")
	}
	for codes, err := range p.engine.generate(ctx, p.change, p.campaign.Voucher.CodeConfig, count-len(vouchers)) {
		if errors.Is(err, fault.InvalidCodeConfig) {
			return nil, unsuitable("Couldn't create new vouchers for publication")
		}
		if err != nil {
			return nil, err
		}
		for _, code := range codes {
			v := voucherOf(p.campaign)
			v.Code = code
			p.startVoucher(&v)
			p.made = append(p.made, &v)
		}
	}
	p.countCodes(p.campaign.ID, len(p.made), nil)
	return append(vouchers, p.made...), nil
}

func unsuitable(format string, args ...any) error {
	return &redemption.Refused{Cause: fault.New(fault.NoVoucherSuitableForPublication, format, args...)}
}

// take checks the one voucher that is to be given out.
func (p *publishing) take(ctx context.Context, count int) ([]*voucher.Voucher, error) {
	v := p.chosen
	if v == nil || count > 1 {
		return nil, unsuitable("campaign %s does not have %d vouchers", p.campaign.Name, count)
	}
	given := v.PublishedAt != nil
	if p.generic() {
		given = false
		if p.known != nil {
			_, err := p.tx.Find(ctx, record.Holder, holderKey(v.ID, p.known.ID))
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return nil, err
			}
			given = err == nil
		}
	}
	switch {
	case given:
		return nil, &redemption.Refused{Cause: fault.New(fault.VoucherAlreadyPublished, "%s", v.ID).At("voucher")}
	case !v.Active:
		return nil, unsuitable("voucher %s is disabled", v.ID)
	}
	return []*voucher.Voucher{v}, nil
}
