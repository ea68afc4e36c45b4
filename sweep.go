package voucherify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
)

// The numbers of cards that one transaction writes. A batch that loses a race starts again with a quarter of the cards;
// one that succeeds is followed by one of twice as many.
const (
	sweepBatch = 256
	leastBatch = 4
	// sweepIDs ends a batch early whose cards have much to do: the identifiers of an operation have a room, and a transaction
	// should not hold a year of a thousand cards. An entry takes up to idsPerEntry of them, for itself, its bucket and its events.
	sweepIDs    = idsPerOperation / 2
	idsPerEntry = 6
)

// sweep goes through cards, in batches, and does the same with each.
type sweep struct {
	engine *Engine
	// campaign narrows the cards to those of one program; until to those for which something is due until then, unless it is zero.
	campaign string
	until    time.Time
	today    loyalty.Date
	step     func(ctx context.Context, r store.Reader, c *redemption.PointsCard) error
	// after is the last card that was looked at.
	after *store.Cursor
	size  int
	done  Maintenance
	// refused are cards that cannot be changed, by their vouchers: they are left out.
	refused map[string]error
}

// errRefused makes a batch run again without the card that has failed.
var errRefused = errors.New("voucherify: a card was refused")

// run writes batches until nothing is due, and returns how often it has tried to.
func (s *sweep) run(ctx context.Context) (int, error) {
	s.size = sweepBatch
	lost := 0
	for attempts := 1; ; attempts++ {
		var b *swept
		err := s.engine.store.Update(ctx, func(tx store.Tx) (err error) {
			b, err = s.batch(ctx, tx)
			return err
		})
		switch {
		case err == nil && !b.more:
			s.done.add(b.Maintenance)
			return attempts, s.failures()
		case err == nil:
			s.done.add(b.Maintenance)
			s.after, s.size, lost = b.last, min(sweepBatch, 2*s.size), 0
			continue
		case errors.Is(err, errRefused):
			continue
		case !store.Retryable(err):
			return attempts, err
		}
		if lost++; lost >= s.engine.options.attempts {
			return attempts, err
		}
		s.size = max(leastBatch, s.size/4)
		if err := pause(ctx, lost); err != nil {
			return attempts, err
		}
	}
}

// swept is what one transaction has done.
type swept struct {
	Maintenance
	// last is the place of the last card; more says that there may be more behind it.
	last *store.Cursor
	more bool
	ids  int // that were used, about
}

// batch goes through the next cards.
func (s *sweep) batch(ctx context.Context, tx store.Tx) (*swept, error) {
	op, err := s.engine.begin()
	if err != nil {
		return nil, err
	}
	cards, err := s.next(ctx, tx)
	b := &swept{more: len(cards) == s.size}
	if err != nil || len(cards) == 0 {
		return b, err
	}
	catalogue, err := s.engine.configuration(ctx, tx, op)
	if err != nil {
		return nil, err
	}
	work := redemption.NewPointsWork(catalogue, op.now, &op.ids, &redemption.Plan{})
	work.Until(s.today)
	for i, due := range cards {
		b.last = due.place
		program := catalogue.Program(due.account.CampaignID)
		if program == nil || s.refused[due.account.VoucherID] != nil { // a program without cards was deleted a moment ago
			continue
		}
		card := work.Card(program, due.account)
		if err := s.step(ctx, tx, card); err != nil {
			return nil, s.refuse(due.account, err)
		}
		b.count(card)
		if b.ids > sweepIDs && i < len(cards)-1 {
			b.more = true
			break
		}
	}
	return b, s.engine.post(ctx, tx, &op, catalogue, work)
}

// refuse notes a card that is not in a state that can be changed. Errors of the store end the run.
func (s *sweep) refuse(a *loyalty.Account, err error) error {
	err = fmt.Errorf("voucherify: loyalty card %s: %w", a.VoucherID, err)
	var refusal *fault.Error
	if !errors.As(err, &refusal) {
		return err
	}
	if s.refused == nil {
		s.refused = map[string]error{}
	}
	s.refused[a.VoucherID] = err
	return errRefused
}

// failures are the refusals, in the order of the cards.
func (s *sweep) failures() error {
	var all []error
	for _, voucherID := range slices.Sorted(maps.Keys(s.refused)) {
		all = append(all, s.refused[voucherID])
	}
	return errors.Join(all...)
}

// placed is a card, and its place in the list.
type placed struct {
	account *loyalty.Account
	place   *store.Cursor
}

// next reads the next cards.
func (s *sweep) next(ctx context.Context, r store.Reader) ([]placed, error) {
	var cards []placed
	for doc, err := range r.List(ctx, record.LoyaltyAccount, store.Query{Parent: s.campaign, After: s.after, Limit: s.size}) {
		if err != nil {
			return nil, fmt.Errorf("voucherify: list accounts: %w", err)
		}
		if !s.until.IsZero() && doc.CreatedAt.After(s.until) {
			break
		}
		account, err := decode[loyalty.Account](doc)
		if err != nil {
			return nil, err
		}
		cards = append(cards, placed{account, store.CursorOf(doc)})
	}
	return cards, nil
}

// count adds what was done to a card.
func (b *swept) count(c *redemption.PointsCard) {
	if c.Changed() {
		b.Cards++
	}
	b.TierMoves += len(c.Moves)
	b.ids += idsPerEntry*len(c.Entries) + 2*len(c.Moves) + 1
	for _, t := range c.Entries {
		switch points := t.Details.Balance.Points; t.Type {
		case ledger.PointsExpiration:
			b.Expired -= points
		case ledger.PointsActivation:
			b.Activated += points
		}
	}
}
