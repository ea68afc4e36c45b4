package voucherify

import (
	"context"
	"errors"
	"iter"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/voucher"
)

// codesAtATime is how many codes are generated and stored at a time, in the one transaction of the call: the memory of a
// call does not grow with the number of codes. Their identifiers fit into the room of one sequence.
const codesAtATime = 4000

// crowded is the part of a configuration's codes from which on they are not drawn at random any more.
const crowded = 8

// generate yields codes that are free in the project, a part of them at a time; the error comes with no codes. It writes what
// was planned with one part before it draws the next.
//
// Many codes are drawn without asking whether they are free: nearly always they are, and the keys of the store refuse them
// if not. Then the call runs again and asks.
func (e *Engine) generate(ctx context.Context, c *change, config voucher.CodeConfig, count int) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		generator, err := voucher.NewGenerator(config, e.options.caseMode, e.options.random)
		if err != nil {
			yield(nil, err)
			return
		}
		one := func(key string) (bool, error) { return e.taken(ctx, c.tx, key) }
		if int64(count) > config.WithDefaults().Capacity(e.options.caseMode)/crowded {
			codes, err := generator.Generate(count, one)
			yield(codes, err)
			return
		}
		asks := c.attempt > 1 || count <= codesAtATime
		for left := count; ; {
			n := min(left, codesAtATime)
			codes, err := generator.Generate(n, nil) // which differ from each other, not from earlier ones
			if err == nil && asks {
				codes, err = e.free(ctx, c.tx, codes)
			}
			if err == nil && len(codes) == 0 {
				codes, err = generator.Generate(n, one) // nearly all are taken: it knows when to give up
			}
			if !yield(codes, err) || err != nil {
				return
			}
			if left -= len(codes); left == 0 {
				return
			}
			// The next part must find those before it in the store.
			if err := e.flush(ctx, c); err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// taken reports whether a code is in use. One in the bin cannot be seen; it collides when it is stored.
func (e *Engine) taken(ctx context.Context, r store.Reader, key string) (bool, error) {
	_, err := r.Find(ctx, record.Voucher, record.Key("code", key))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// free returns those of the codes that are not in use, with one question for all.
func (e *Engine) free(ctx context.Context, r store.Reader, codes []string) ([]string, error) {
	keys := make([]string, len(codes))
	for i, code := range codes {
		keys[i] = e.options.caseMode.Key(code)
	}
	snapshot, err := r.Snapshot(ctx, redemption.Needs{Vouchers: keys})
	if err != nil {
		return nil, err
	}
	free := codes[:0]
	for i, code := range codes {
		if snapshot.Vouchers[keys[i]] == nil {
			free = append(free, code)
		}
	}
	return free, nil
}

// addCodes stores codes of a campaign as they are generated, and counts them. limit, if any, is the number of codes that the
// campaign may have with them.
func (s *Campaigns) addCodes(
	ctx context.Context, c *change, camp *campaign.Campaign, codes iter.Seq2[[]string, error], limit *int64,
) error {
	before := camp.VouchersCount
	for some, err := range codes {
		if err != nil {
			return err
		}
		camp.VouchersCount += len(some)
		for _, code := range some {
			if err := s.putCode(ctx, c, camp, code); err != nil {
				return err
			}
		}
	}
	c.countCodes(camp.ID, camp.VouchersCount-before, limit)
	return nil
}

// putCode plans a code, with its place in the pool, and writes what was planned when that is enough for once.
func (s *Campaigns) putCode(ctx context.Context, c *change, camp *campaign.Campaign, code string) error {
	v := voucherOf(camp)
	v.Code = code
	if err := s.engine.putVoucher(c, &v); err != nil {
		return err
	}
	if camp.Type != campaign.Standalone {
		if err := c.putPooled(&v); err != nil {
			return err
		}
	}
	if len(c.plan.Writes) < codesAtATime {
		return nil
	}
	return s.engine.flush(ctx, c)
}
