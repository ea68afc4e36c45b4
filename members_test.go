package voucherify_test

import (
	"testing"

	"github.com/voucherify-go/voucherify"
)

func TestMembersAreThoseOfTheProgramThatIsNamed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	club, other := s.program("Club", nil), s.program("Other", nil)
	card := s.join(club, "ada")
	s.join(other, "bob")
	codes := func(name string) (list []string, err error) {
		for account, err := range s.Loyalty.Members(background, name, voucherify.ListOptions{}) {
			if err != nil {
				return nil, err
			}
			list = append(list, account.Code)
		}
		return list, nil
	}
	for _, name := range []string{club.ID, "Club"} {
		got, err := codes(name)
		s.must(err)
		equal(t, []string{card.Code}, got)
	}
	if _, err := codes("Clubb"); says(err) != "not_found : Cannot find campaign with id Clubb" {
		t.Errorf("a name that no program has: %v", err)
	}
}
