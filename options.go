package voucherify

import (
	crand "crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/voucherify-go/voucherify/campaign"
	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/id"
	"github.com/voucherify-go/voucherify/voucher"
)

// Option configures an Engine. Options are checked when the engine is made.
type Option interface{ apply(*options) error }

type optionFunc func(*options) error

func (f optionFunc) apply(o *options) error { return f(o) }

type options struct {
	clock          func() time.Time
	ids            func(time.Time, *idSource) (id.Sequence, error)
	random         io.Reader
	logger         *slog.Logger
	observer       Observer
	project        string
	zone           *time.Location
	weekStart      time.Weekday
	caseMode       voucher.CaseMode
	maxCodes       int
	maxCollections int
	maxSegments    int
	attempts       int
	rollbackWindow time.Duration
	undefined      bool // custom events need no schema
}

func defaults() options {
	return options{
		clock:          time.Now,
		ids:            func(now time.Time, source *idSource) (id.Sequence, error) { return source.next(now) },
		random:         crand.Reader,
		logger:         slog.New(slog.DiscardHandler),
		observer:       func(Observation) {},
		project:        "default",
		zone:           time.UTC,
		weekStart:      time.Monday,
		caseMode:       voucher.CaseSensitive,
		maxCodes:       campaign.MaxCodes,
		maxCollections: DefaultMaxCollections,
		maxSegments:    DefaultMaxDynamicSegments,
		attempts:       50,
	}
}

// WithClock replaces the clock, which is read once for each call. Default: time.Now.
func WithClock(clock func() time.Time) Option {
	return optionFunc(func(o *options) error {
		if clock == nil {
			return fault.Invalid("clock", "is nil")
		}
		o.clock = clock
		return nil
	})
}

// WithIDs replaces the source of identifiers: it returns where the identifiers of a call start. Default: the instant of the
// call and random bits, ascending within the process. It is asked again by calls that make many codes or give rewards. Meant
// for tests that compare whole answers.
func WithIDs(start func(now time.Time) id.Sequence) Option {
	return optionFunc(func(o *options) error {
		if start == nil {
			return fault.Invalid("ids", "is nil")
		}
		o.ids = func(now time.Time, _ *idSource) (id.Sequence, error) { return start(now), nil }
		return nil
	})
}

// WithRand replaces the random source of codes and identifiers. Default: crypto/rand. It must be safe for concurrent use.
func WithRand(random io.Reader) Option {
	return optionFunc(func(o *options) error {
		if random == nil {
			return fault.Invalid("rand", "is nil")
		}
		o.random = random
		return nil
	})
}

// WithLogger sets the logger. The engine logs what an operator may have to act on, never personal data. Default: nothing
// is logged.
func WithLogger(logger *slog.Logger) Option {
	return optionFunc(func(o *options) error {
		if logger == nil {
			return fault.Invalid("logger", "is nil")
		}
		o.logger = logger
		return nil
	})
}

// Observation is what an Observer is told about one call of a verb.
type Observation struct {
	// Verb is "validate", "redeem", "qualify", "rollback", "return", "publish", "add_holders" or "add_balance"; of loyalty cards
	// "redeem_reward", "add_points", "transfer_points", "activate_pending", "adjust_pending", "cancel_pending", "estimate_points",
	// "maintain", "reevaluate_tiers" or "recalculate_tiers".
	Verb string
	// Duration is the time of the whole call, the store included.
	Duration time.Duration
	// Attempts is how often the operation ran because of races with others; 1 when there was none.
	Attempts int
	// Err is what the call returned; a *redemption.Refused is a business answer.
	Err error
}

// Observer is called after each verb, in the goroutine of the caller; it must return quickly.
type Observer func(Observation)

// WithObserver sets the observer, for metrics. Default: none.
func WithObserver(observer Observer) Option {
	return optionFunc(func(o *options) error {
		if observer == nil {
			return fault.Invalid("observer", "is nil")
		}
		o.observer = observer
		return nil
	})
}

// WithProject names the project, for logs. The store decides which project's records are seen. Default: "default".
func WithProject(name string) Option {
	return optionFunc(func(o *options) error {
		if name == "" || len(name) > 255 {
			return fault.Invalid("project", "must have between 1 and 255 bytes")
		}
		o.project = name
		return nil
	})
}

// WithTimeZone sets the project's time zone by its IANA name, for days, hours and calendar durations. Default: UTC.
func WithTimeZone(name string) Option {
	return optionFunc(func(o *options) error {
		zone, err := time.LoadLocation(name)
		if err != nil {
			return fault.Invalid("time_zone", "%q is not a time zone of this system: %v", name, err)
		}
		o.zone = zone
		return nil
	})
}

// WithWeekStart sets the first day of the weeks that limits per week count, 0 (Sunday) to 6. Default: Monday. A change
// counts for redemptions from then on; what was counted stays where it is. (Voucherify: Monday, Saturday or Sunday, by
// the project's locale.)
func WithWeekStart(day time.Weekday) Option {
	return optionFunc(func(o *options) error {
		if day < time.Sunday || day > time.Saturday {
			return fault.Invalid("week_start", "%d is not between 0 and 6", day)
		}
		o.weekStart = day
		return nil
	})
}

// WithCaseInsensitiveCodes makes SUMMER and summer the same code. It is a decision for the life of a project: codes that
// are stored already keep the key that they were stored with. Default: codes are case-sensitive.
func WithCaseInsensitiveCodes() Option {
	return optionFunc(func(o *options) error {
		o.caseMode = voucher.CaseInsensitive
		return nil
	})
}

// The bounds that Voucherify has; Limits moves them.
const (
	DefaultMaxCollections     = 100
	DefaultMaxDynamicSegments = 100
)

// WithUndefinedEvents lets Events.Track record events without a schema; their metadata is not checked. Default: an event
// that has no schema is not_found.
func WithUndefinedEvents() Option {
	return optionFunc(func(o *options) error {
		o.undefined = true
		return nil
	})
}

// Limits are bounds that a project may want to move.
type Limits struct {
	// MaxCodesPerCampaign is the number of codes of a campaign, 1 to 10,000,000. Default 100,000.
	MaxCodesPerCampaign int
	// MaxCollections is the number of product collections of the project, 1 to 10,000. Default 100.
	MaxCollections int
	// MaxDynamicSegments is the number of segments with a filter, 1 to 1,000. Default 100.
	MaxDynamicSegments int
	// MaxAttempts is how often an operation runs when it loses races, 1 to 1000. Default 50.
	MaxAttempts int
	// RollbackWindow is the age up to which a redemption can be rolled back. Default 0: no limit. (Voucherify: 3 months.)
	RollbackWindow time.Duration
}

// WithLimits sets bounds; fields that are 0 keep their default.
func WithLimits(l Limits) Option {
	return optionFunc(func(o *options) error {
		switch {
		case l.MaxCodesPerCampaign < 0 || l.MaxCodesPerCampaign > 10_000_000:
			return fault.Invalid("limits.max_codes_per_campaign", "%d is not between 1 and 10000000", l.MaxCodesPerCampaign)
		case l.MaxCollections < 0 || l.MaxCollections > 10_000:
			return fault.Invalid("limits.max_collections", "%d is not between 1 and 10000", l.MaxCollections)
		case l.MaxDynamicSegments < 0 || l.MaxDynamicSegments > 1000:
			return fault.Invalid("limits.max_dynamic_segments", "%d is not between 1 and 1000", l.MaxDynamicSegments)
		case l.MaxAttempts < 0 || l.MaxAttempts > 1000:
			return fault.Invalid("limits.max_attempts", "%d is not between 1 and 1000", l.MaxAttempts)
		case l.RollbackWindow < 0:
			return fault.Invalid("limits.rollback_window", "%s is negative", l.RollbackWindow)
		}
		if l.MaxCodesPerCampaign > 0 {
			o.maxCodes = l.MaxCodesPerCampaign
		}
		if l.MaxCollections > 0 {
			o.maxCollections = l.MaxCollections
		}
		if l.MaxDynamicSegments > 0 {
			o.maxSegments = l.MaxDynamicSegments
		}
		if l.MaxAttempts > 0 {
			o.attempts = l.MaxAttempts
		}
		o.rollbackWindow = l.RollbackWindow
		return nil
	})
}

// idSource starts sequences so that those of one process never overlap, even when many start in the same millisecond.
type idSource struct {
	mu     sync.Mutex
	random io.Reader
	millis int64
	low    uint64
}

// idsPerOperation is the room that each sequence gets in its millisecond; it is more than the largest request uses.
const idsPerOperation = 1 << 12

func (s *idSource) next(now time.Time) (id.Sequence, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if millis := now.UnixMilli(); millis > s.millis {
		var raw [4]byte
		if _, err := io.ReadFull(s.random, raw[:]); err != nil {
			return id.Sequence{}, fmt.Errorf("voucherify: read random source: %w", err)
		}
		// A quarter of the space is left free above the start, for more calls in the same millisecond.
		s.millis, s.low = millis, uint64(binary.BigEndian.Uint32(raw[:]))%(3<<26)
		return id.NewSequence(now, s.low), nil
	}
	s.low += idsPerOperation
	return id.NewSequence(time.UnixMilli(s.millis), s.low), nil
}
