package loyalty

import (
	"cmp"
	"slices"
	"time"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/ledger"
	"github.com/voucherify-go/voucherify/money"
)

// Account is the state of a loyalty card that was given to a customer. It is one record: whoever changes it has read the version
// that he changes, so that of two changes at the same time one runs again on the state that the other has left.
//
// Balance = Points − ExpiredPoints − SubtractedPoints − RedeemedPoints = the points of all buckets, and is never below 0.
type Account struct {
	VoucherID  string `json:"voucher_id"`
	Code       string `json:"code"`
	CampaignID string `json:"campaign_id"`
	CustomerID string `json:"customer_id"`
	// InitialPoints is what the card was created with. (Not a field of Voucherify.)
	InitialPoints ledger.Points `json:"initial_points"`
	// Points is everything that came in: the initial points, what was earned, activated, added and transferred in.
	Points ledger.Points `json:"points"`
	// ExpiredPoints and SubtractedPoints are what expired, and what was removed by hand or transferred out.
	ExpiredPoints    ledger.Points `json:"expired_points"`
	SubtractedPoints ledger.Points `json:"subtracted_points"`
	// RedeemedPoints is what was redeemed and not given back.
	RedeemedPoints ledger.Points `json:"redeemed_points"`
	Balance        ledger.Points `json:"balance"`
	// PendingPoints are earned and not usable before NextActivation; some may wait longer.
	PendingPoints  ledger.Points `json:"pending_points"`
	NextActivation Date          `json:"next_activation,omitzero"`
	// Buckets hold the balance by the last day on which it can be used, the earliest first and what never expires last. Each
	// day has one bucket.
	Buckets []Bucket `json:"buckets,omitempty"`
	// Entries is the number of entries of the ledger.
	Entries int64 `json:"entries"`
	// Tier is where the member stands.
	Tier Standing `json:"tier,omitzero"`
	// Collected counts for tiers of POINTS_IN_PERIOD. A card on which nothing has happened in a period yet still shows an earlier one.
	Collected Collected `json:"collected,omitzero"`
	// AutoRedeem counts the rewards that were redeemed automatically on a day.
	AutoRedeem AutoRedeem `json:"auto_redeem,omitzero"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  *time.Time `json:"updated_at,omitempty"`
	Version    int64      `json:"version"`
}

// Bucket is the points of a card that expire together.
type Bucket struct {
	ID     string        `json:"id"`
	Points ledger.Points `json:"points"`
	// ExpiresAt is the last day on which they can be used, 0 for never.
	ExpiresAt Date      `json:"expires_at,omitzero"`
	CreatedAt time.Time `json:"created_at"`
}

// over reports whether the last day of the points is before a day.
func (b *Bucket) over(today Date) bool { return b.ExpiresAt != 0 && b.ExpiresAt < today }

// Collected is what a card has earned in a period of the calendar, at once, activated or added by hand. What was given back or
// transferred does not count, and what was spent, removed or expired is not taken off.
type Collected struct {
	// From is the first day of the period.
	From   Date          `json:"from,omitzero"`
	Points ledger.Points `json:"points,omitempty"`
}

// AutoRedeem is how often rewards were redeemed automatically on a day. Blocked stops them until an operator unblocks the card.
type AutoRedeem struct {
	Day     Date `json:"day,omitzero"`
	Count   int  `json:"count,omitempty"`
	Blocked bool `json:"blocked,omitempty"`
}

// Part is some points of a bucket.
type Part struct {
	ExpiresAt Date          `json:"expires_at,omitzero"`
	Points    ledger.Points `json:"points"`
}

// MemberKey identifies the account of a customer in a program: there is one.
func MemberKey(campaignID, customerID string) string { return campaignID + "/" + customerID }

// Total is the income less removals and expired points; redemptions and refunds leave it as it is.
func (a *Account) Total() ledger.Points { return a.Points - a.ExpiredPoints - a.SubtractedPoints }

// Next is the first day of expiry, and the points that expire then; 0 for none.
func (a *Account) Next() (Date, ledger.Points) {
	for _, b := range a.Buckets {
		if b.ExpiresAt != 0 && b.Points > 0 {
			return b.ExpiresAt, b.Points
		}
	}
	return 0, 0
}

// Open makes the account of a card: its initial points expire as if they were earned on the day on which it is given out.
func Open(a Account, initial ledger.Points, expires Date, bucketID string) *Account {
	a.InitialPoints, a.Points, a.Balance = initial, initial, initial
	if initial > 0 {
		a.Buckets = []Bucket{{ID: bucketID, Points: initial, ExpiresAt: expires, CreatedAt: a.CreatedAt}}
	}
	return &a
}

// Clone copies the account, so that the copy can be changed.
func (a *Account) Clone() *Account {
	c := *a
	c.Buckets = slices.Clone(a.Buckets)
	return &c
}

func exceeded(field string, points, balance ledger.Points) error {
	return fault.New(fault.InvalidAmount, "%d is more than the balance of %d", points, balance).At(field)
}

// credit adds points that can be used until a day. bucketID names the bucket if there is none for the day.
func (a *Account) credit(points ledger.Points, expires Date, bucketID string, at time.Time) {
	a.Balance += points
	i, found := slices.BinarySearchFunc(a.Buckets, expires, func(b Bucket, day Date) int { return compareExpiry(b.ExpiresAt, day) })
	if found {
		a.Buckets[i].Points += points
		return
	}
	a.Buckets = slices.Insert(a.Buckets, i, Bucket{ID: bucketID, Points: points, ExpiresAt: expires, CreatedAt: at})
}

// compareExpiry orders days of expiry; never comes last.
func compareExpiry(a, b Date) int { return cmp.Compare(uint32(a)-1, uint32(b)-1) }

// debit takes points, those that expire first before others, and says where they came from. Buckets that are empty go.
func (a *Account) debit(points ledger.Points) []Part {
	a.Balance -= points
	var parts []Part
	for i := range a.Buckets {
		b := &a.Buckets[i]
		if taken := min(points, b.Points); taken > 0 {
			b.Points -= taken
			points -= taken
			parts = append(parts, Part{b.ExpiresAt, taken})
		}
	}
	a.Buckets = slices.DeleteFunc(a.Buckets, func(b Bucket) bool { return b.Points == 0 })
	return parts
}

// Overdue is the points whose last day is before a day.
func (a *Account) Overdue(today Date) ledger.Points {
	var sum ledger.Points
	for _, b := range a.Buckets {
		if b.over(today) {
			sum += b.Points
		}
	}
	return sum
}

// AsOf is the account as it is read on a day: points whose last day is over have expired, also those that no entry tells yet.
func (a *Account) AsOf(today Date) *Account {
	overdue := a.Overdue(today)
	if overdue == 0 {
		return a
	}
	c := a.Clone()
	c.Buckets = slices.DeleteFunc(c.Buckets, func(b Bucket) bool { return b.over(today) })
	c.ExpiredPoints, c.Balance = c.ExpiredPoints+overdue, c.Balance-overdue
	return c
}

// takes says which types of entries take points from a card.
var takes = map[ledger.Type]bool{
	ledger.PointsAccrual: false, ledger.PointsActivation: false, ledger.PointsAddition: false, ledger.PointsTransferIn: false, ledger.PointsRefund: false,
	ledger.PointsRemoval: true, ledger.PointsRedemption: true, ledger.PointsTransferOut: true, ledger.PointsExpiration: true,
}

// Movement is what an entry does to an account.
type Movement struct {
	Type ledger.Type
	// Points has the sign of the type: negative for what takes.
	Points ledger.Points
	// Parts are the points that are credited, by the last day on which they can be used. They add up to Points. For what takes
	// they are found here, and must be empty.
	Parts []Part
	// At is the instant of the entry, BucketID makes the ids of new buckets.
	At       time.Time
	BucketID func() string
}

// check reports parts that are not those of the points: the buckets would not add up to the balance.
func (m *Movement) check(taking bool) error {
	sum, positive := ledger.Points(0), true
	for _, part := range m.Parts {
		sum += part.Points
		positive = positive && part.Points > 0
	}
	if taking && len(m.Parts) > 0 || !taking && (sum != m.Points || !positive) {
		return fault.Invalid("parts", "add up to %d, not to %d", sum, m.Points)
	}
	return nil
}

// Post changes the account by one entry, and returns the parts that came in or were taken. It fails with invalid_amount when
// the points are 0 or have the other sign, when the balance would fall below 0, and when a number would leave the range; then
// nothing has changed.
func (a *Account) Post(m Movement) ([]Part, error) {
	taking, known := takes[m.Type]
	switch {
	case !known:
		return nil, fault.Invalid("type", "%q is not a type of entries", m.Type)
	case m.Points == 0 || taking != (m.Points < 0) || m.Points > ledger.Points(money.Max) || m.Points < -ledger.Points(money.Max):
		return nil, fault.New(fault.InvalidAmount, "%d is not a number of points of %s", m.Points, m.Type).At("points")
	case a.Balance+m.Points < 0:
		return nil, exceeded("points", -m.Points, a.Balance)
	case m.Type == ledger.PointsRefund:
		if m.Points > a.RedeemedPoints {
			return nil, fault.New(fault.InvalidAmount, "%d is more than the %d that were redeemed", m.Points, a.RedeemedPoints).At("points")
		}
	case !taking && a.Points+m.Points > ledger.Points(money.Max):
		return nil, fault.New(fault.InvalidAmount, "the points of a card add up to more than %d", money.Max).At("points")
	}
	if err := m.check(taking); err != nil {
		return nil, err
	}
	a.Entries++
	switch m.Type {
	case ledger.PointsRedemption, ledger.PointsRefund:
		a.RedeemedPoints -= m.Points
	case ledger.PointsExpiration:
		a.ExpiredPoints -= m.Points
	case ledger.PointsRemoval, ledger.PointsTransferOut:
		a.SubtractedPoints -= m.Points
	default:
		a.Points += m.Points
	}
	if taking {
		return a.debit(-m.Points), nil
	}
	for _, part := range m.Parts {
		a.credit(part.Points, part.ExpiresAt, m.BucketID(), m.At)
	}
	return m.Parts, nil
}
