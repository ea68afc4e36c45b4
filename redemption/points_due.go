package redemption

import (
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/loyalty"
)

// Until makes DueDay go up to a day instead of the one of the operation.
func (w *PointsWork) Until(day loyalty.Date) { w.today = day }

// DueDay goes to the next day, up to the one of the operation, on which something is due for the card, and reports whether there is
// one. What is done from then on is done as on that day. After the last one the card is back on the day of the operation.
//
// Each day must be finished with Day, which leaves nothing on it.
func (c *PointsCard) DueDay() bool {
	day := c.Account.Due()
	if day == 0 || day > c.work.today || day <= c.last {
		c.today, c.at, c.last = c.work.today, c.work.now, 0
		return false
	}
	// A day on which something was due is not begun twice: what Day leaves behind would keep the card busy for ever.
	c.today, c.at, c.last = day, day.Start(c.work.zone).UTC(), day
	return true
}

// Day does what a day does to the points and the tier of a card, behind the activation of pending points: the tier first, since it
// is held with the points of the day before, then expiry, then the tier again. (Voucherify: the order of the daily job.)
func (c *PointsCard) Day() error {
	c.Settle()
	if err := c.Expire(); err != nil {
		return err
	}
	c.Settle()
	return nil
}

// Expire posts an entry for each day of expiry that is over. Who takes points before Day has done it calls it first: points are
// taken where they expire first, and those that are over would be spent.
func (c *PointsCard) Expire() error {
	for {
		last, points := c.Account.Next()
		if points == 0 || last >= c.today {
			return nil
		}
		if _, err := c.Post(loyalty.Transaction{Type: ledger.PointsExpiration, Source: "Automation"}, -points, ledger.Automatic); err != nil {
			return err
		}
	}
}

// Today is the day on which the card is: the day of the operation, or the one that DueDay went to.
func (c *PointsCard) Today() loyalty.Date { return c.today }
