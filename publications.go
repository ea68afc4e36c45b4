package voucherify

import (
	"context"
	"iter"
	"time"

	"github.com/voucherify-go/voucherify/publication"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// Publications gives codes to customers. A unique code of a campaign belongs to one customer, a generic one (of a campaign
// with a single code, or without a campaign) may be given to many, each once.
type Publications struct{ engine *Engine }

// Create gives a chosen code, or the next codes of a campaign, to a customer, who is stored if new. No two calls give out
// the same unique code. With the campaign's activity duration, a code's life begins now and overrides the end of the
// campaign. A disabled campaign can still give out codes; one that has ended cannot.
//
// A campaign with AUTO_UPDATE makes further codes when it runs out, also above its limit; any other is
// no_voucher_suitable_for_publication, and then nothing is given out at all. A code that was given out before is
// voucher_already_published. A second code of a campaign with join_once is voucher_cannot_be_published, unless the request
// says join_once itself: then the answer is the publication of the first one. These three refusals are recorded as failed
// publications. A repetition under the same source_id answers with what was published first.
func (s *Publications) Create(ctx context.Context, request publication.Request) (publication.Publication, error) {
	started := time.Now()
	result, attempts, err := mutate(ctx, s.engine, func(ctx context.Context, tx store.Tx, op operation) (*publication.Publication, *redemption.Refused, error) {
		return s.engine.publish(ctx, tx, op, &request)
	})
	return s.answer(started, attempts, result, err)
}

// CreateTx is Create inside a transaction that is already open; see RedeemTx.
func (s *Publications) CreateTx(ctx context.Context, tx store.Tx, request publication.Request) (publication.Publication, error) {
	started := time.Now()
	result, err := once(ctx, s.engine, tx, func(ctx context.Context, tx store.Tx, op operation) (*publication.Publication, *redemption.Refused, error) {
		return s.engine.publish(ctx, tx, op, &request)
	})
	return s.answer(started, 1, result, err)
}

func (s *Publications) answer(started time.Time, attempts int, result *publication.Publication, err error) (publication.Publication, error) {
	err = unwrapRefusal(err)
	s.engine.observe("publish", started, attempts, err)
	if err != nil {
		return publication.Publication{}, err
	}
	return *result, nil
}

// Get reads a publication by id or source_id.
func (s *Publications) Get(ctx context.Context, idOrSource string) (publication.Publication, error) {
	return get[publication.Publication](ctx, s.engine, record.Publication, idOrSource, record.Key("source_id", idOrSource))
}

// List yields publications, failed ones included; ListOptions.Parent keeps those of one customer, named by id.
func (s *Publications) List(ctx context.Context, options ListOptions) iter.Seq2[publication.Publication, error] {
	return list[publication.Publication](ctx, s.engine, record.Publication, options)
}
