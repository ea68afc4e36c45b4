package storetest

import (
	"strings"
	"testing"

	"github.com/voucherify-go/voucherify/record"
	"github.com/voucherify-go/voucherify/redemption"
	"github.com/voucherify-go/voucherify/referral"
	"github.com/voucherify-go/voucherify/store"
	"github.com/voucherify-go/voucherify/store/memory"
)

func TestTheInvariantsFindContradictionsOfReferrals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm func(t *testing.T, s *memory.Store, first, second *referral.Referral)
		want string
	}{
		"a referee that is not counted": {func(t *testing.T, s *memory.Store, first, _ *referral.Referral) {
			plan := counts(redemption.RefereesKey(first.ReferrerID, ""), -1)
			if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Apply(t.Context(), plan) }); err != nil {
				t.Fatal(err)
			}
		}, "is 0, the referrals add up to 1"},
		"a referral of a redemption that is rolled back": {func(t *testing.T, s *memory.Store, first, _ *referral.Referral) {
			edit(t, s, record.Redemption, first.RelatedObjectID, func(x *redemption.Redemption) { x.Status = redemption.RolledBack })
		}, "of its code does not"},
		"a referral of another code": {func(t *testing.T, s *memory.Store, first, _ *referral.Referral) {
			edit(t, s, record.Referral, first.ID, func(x *referral.Referral) { x.VoucherID = "v_other" })
		}, "of its code does not"},
		"a customer who was brought twice": {func(t *testing.T, s *memory.Store, first, second *referral.Referral) {
			edit(t, s, record.Referral, second.ID, func(x *referral.Referral) { x.CustomerID = first.CustomerID })
		}, "was brought into the campaign before"},
		"a circle": {func(t *testing.T, s *memory.Store, first, second *referral.Referral) {
			edit(t, s, record.Referral, first.ID, func(x *referral.Referral) { x.ReferrerID = second.CustomerID })
		}, "leads back into itself"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := memory.New()
			var made [2]*referral.Referral
			t.Run("scene", func(t *testing.T) { // ann has brought bob, and bob has brought cat
				h := newHost(t, s)
				h.programme()
				for i, pair := range [2][2]string{{"ann", "bob"}, {"bob", "cat"}} {
					h.referrer(pair[0])
					_, err := h.Redeem(h.ctx, cart(pair[1], pair[0]))
					h.must(err)
					for b, err := range h.Referrals.Tree(h.ctx, "Friends", pair[0]) {
						h.must(err)
						made[i] = &b.Referral
					}
				}
			})
			c.harm(t, s, made[0], made[1])
			problems, err := Problems(t.Context(), s)
			if err != nil || !strings.Contains(strings.Join(problems, "\n"), c.want) {
				t.Errorf("got %q, %v; want %q", problems, err, c.want)
			}
		})
	}
}
