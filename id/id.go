// Package id owns the format of the engine's identifiers: a prefix that names the kind and 18 lower-case hex digits
// that sort by time of creation, such as "r_19ca9450a000000017".
//
// It refuses to read a clock or a random source: both come in as values when a Sequence is made, so that the pure core
// can number what it plans and the same input gives the same identifiers.
package id

import (
	"encoding/hex"
	"strings"
	"time"
)

// The prefixes of Voucherify's objects.
const (
	// Anonymous stands in the place of a customer who was deleted permanently.
	Anonymous        = "anon_"
	Area             = "ar_"
	AreaStore        = "ars_"
	Campaign         = "camp_"
	Template         = "camp_tpl_"
	Category         = "cat_"
	Collection       = "pc_"
	Customer         = "cust_"
	CustomEvent      = "evcus_"
	Deletion         = "del_"
	Event            = "ev_"
	Location         = "loc_"
	EarningRule      = "ern_"
	FailedRollback   = "rrf_"
	FailedRedeem     = "rf_"
	MetadataSchema   = "ms_" // also of custom events
	Holder           = "rh_"
	LoyaltyTier      = "ltr_"
	Order            = "ord_"
	OrderItem        = "ordli_"
	PendingPoints    = "lopp_"
	PointsBucket     = "lopb_"
	Product          = "prod_"
	Publication      = "pub_"
	Tier             = "promo_"
	Redemption       = "r_"
	Referral         = "ref_"
	ReferralReward   = "refrew_"
	ReferralTier     = "reft_"
	Return           = "rt_"
	Reward           = "rew_"
	RewardAssignment = "rewa_"
	RewardRedemption = "rewr_"
	Rollback         = "rr_"
	Rule             = "val_"
	RuleAssignment   = "asgm_"
	Segment          = "seg_"
	SKU              = "sku_"
	Stack            = "stack_"
	StackingRules    = "stk_"
	Transaction      = "vtx_"
	Voucher          = "v_"
)

// digits is how many digits follow the prefix.
const digits = 18

// Is reports whether a text has the form of an identifier with the prefix.
func Is(text, prefix string) bool {
	rest, ok := strings.CutPrefix(text, prefix)
	return ok && len(rest) == digits && strings.Trim(rest, "0123456789abcdef") == ""
}

const (
	randomBits = 28
	randomMask = 1<<randomBits - 1
)

// Sequence hands out identifiers in ascending order. It is a value: a copy continues on its own, so one operation owns
// one sequence. The zero Sequence is usable and starts at the beginning of time, which suits tests only.
type Sequence struct {
	millis uint64 // 44 bits: milliseconds since 1970, good until the year 2527
	low    uint64 // 28 bits: a random start, then counted up
}

// NewSequence starts a sequence at an instant. Two sequences that start in the same millisecond are kept apart by
// their random parts, of which the low 28 bits are used; a collision meets the store's unique keys and is retried.
func NewSequence(at time.Time, random uint64) Sequence {
	return Sequence{millis: uint64(max(at.UnixMilli(), 0)), low: random & randomMask}
}

// Skip leaves out the next n identifiers, so that two parts of one operation number apart.
func (s *Sequence) Skip(n int) {
	s.low += uint64(max(n, 0))
	s.millis += s.low >> randomBits
	s.low &= randomMask
}

// Next returns the next identifier with the prefix.
func (s *Sequence) Next(prefix string) string {
	s.low++
	if s.low > randomMask {
		s.low = 0
		s.millis++
	}
	var raw [9]byte
	high := s.millis<<4 | s.low>>24
	for i := range 6 {
		raw[i] = byte(high >> (8 * (5 - i)))
	}
	raw[6], raw[7], raw[8] = byte(s.low>>16), byte(s.low>>8), byte(s.low)
	text := make([]byte, len(prefix), len(prefix)+digits)
	copy(text, prefix)
	return string(hex.AppendEncode(text, raw[:]))
}
