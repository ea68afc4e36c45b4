package main

import (
	"errors"
	"fmt"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/order"
	"github.com/voucherify-go/voucherify/redemption"
)

// perform redeems the codes of a scene on one stored order and rolls them back, step by step.
func (s *shop) perform(sc scene) error {
	redemptions := map[string]string{} // the latest of each code
	for i, st := range sc.steps {
		fmt.Fprintf(s.out, "   %s %s\n\n", st.verb, st.code)
		if st.verb == rollback {
			if err := s.takeBack(redemptions[st.code]); err != nil {
				return err
			}
			continue
		}
		o := sc.order
		if i > 0 {
			o = &order.Order{SourceID: sc.order.SourceID} // as it is stored
		}
		if err := s.redeem(st.code, o, redemptions); err != nil {
			return err
		}
	}
	return nil
}

func (s *shop) redeem(code string, o *order.Order, redemptions map[string]string) error {
	result, err := s.eng.Redeem(s.ctx, redemption.Request{Redeemables: redemption.Codes(code), Order: o})
	var refused *redemption.Refused
	switch {
	case errors.As(err, &refused):
		s.answer(refused.Validation)
		return nil
	case err != nil:
		return err
	}
	redemptions[code] = result.ID()
	s.after(result.Order)
	fmt.Fprintf(s.out, "   - the order is %s\n", result.Order.Status)
	s.reasons(result.Decision, nil)
	return nil
}

// takeBack rolls a redemption back and prints what is left of the order.
func (s *shop) takeBack(id string) error {
	back, err := s.eng.Rollback(s.ctx, redemption.RollbackRequest{Redemption: id})
	if errors.Is(err, fault.AlreadyRolledBack) {
		fmt.Fprintf(s.out, "   refused   %s\n\n", fault.AlreadyRolledBack)
		return nil
	}
	if err != nil {
		return err
	}
	s.after(back.Order)
	taken := money(back.Rollbacks[0].Discount)
	fmt.Fprintf(s.out, "   - %s of discount taken back, the order is %s\n\n", taken, back.Order.Status)
	return nil
}
