package tabular

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/metadata"
	"github.com/voucherify-go/voucherify/money"
	"github.com/voucherify-go/voucherify/validity"
)

// cell is one cell of a row, without the space around it.
type cell struct {
	text    string
	options *Options
}

// longestNumber is the number of characters of the longest number that is read.
const longestNumber = 32

// number reads a decimal number without an exponent.
func (c *cell) number() (decimal.Decimal, error) {
	text := strings.TrimPrefix(c.text, "-")
	if text == "" || len(text) > longestNumber || strings.Trim(text, "0123456789.") != "" {
		return decimal.Decimal{}, fault.Invalid("", "%q is not a number", c.text)
	}
	n, err := decimal.NewFromString(c.text)
	if err != nil {
		return decimal.Decimal{}, fault.Invalid("", "%q is not a number", c.text)
	}
	return n, nil
}

// integer reads a whole number.
func (c *cell) integer() (int64, error) {
	n, err := c.number()
	if err != nil {
		return 0, err
	}
	if !n.IsInteger() {
		return 0, fault.Invalid("", "%s is not a whole number", c.text)
	}
	if n.Abs().GreaterThan(decimal.NewFromInt(money.Max)) {
		return 0, fault.Invalid("", "%s is not between %d and %d", c.text, -money.Max, money.Max)
	}
	return n.IntPart(), nil
}

// money reads an amount in the unit of the file.
func (c *cell) money() (int64, error) {
	if c.options.AmountUnit != Major {
		return c.integer()
	}
	n, err := c.number()
	if err != nil {
		return 0, err
	}
	minor := n.Shift(2)
	if !minor.IsInteger() {
		return 0, fault.Invalid("", "%s has more than two decimals", c.text)
	}
	if minor.Abs().GreaterThan(decimal.NewFromInt(money.Max)) {
		return 0, fault.New(fault.InvalidAmount, "%s is larger than any amount", c.text)
	}
	return minor.IntPart(), nil
}

// count reads a whole number that is not negative.
func (c *cell) count() (int64, error) {
	n, err := c.integer()
	if err == nil && n < 0 {
		err = fault.Invalid("", "%d is negative", n)
	}
	return n, err
}

// boolean reads TRUE or FALSE in any case.
func (c *cell) boolean() (bool, error) {
	switch strings.ToLower(c.text) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fault.Invalid("", "%q is not TRUE or FALSE", c.text)
}

// instant reads a date in one of the documented forms.
func (c *cell) instant() (*time.Time, error) {
	at, err := validity.ParseInstant(c.text, c.options.Zone)
	if err != nil {
		return nil, err
	}
	return &at, nil
}

// day reads a date without a time; of an instant it is the day in the zone of the file.
func (c *cell) day() (string, error) {
	at, err := validity.ParseInstant(c.text, c.options.Zone)
	if err != nil {
		return "", err
	}
	return at.In(c.options.Zone).Format(time.DateOnly), nil
}

// object reads a JSON object.
func (c *cell) object(into any) error {
	if err := json.Unmarshal([]byte(c.text), into); err != nil || !strings.HasPrefix(c.text, "{") {
		return fault.Invalid("", "is not a JSON object of the form that is expected here")
	}
	return nil
}

// list reads texts with commas between them.
func (c *cell) list() []string {
	var list []string
	for part := range strings.SplitSeq(c.text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// days reads weekdays, as a list or as a JSON list.
func (c *cell) days() ([]int, error) {
	inner := cell{text: strings.TrimSuffix(strings.TrimPrefix(c.text, "["), "]"), options: c.options}
	var days []int
	for _, part := range inner.list() {
		day, err := strconv.Atoi(part)
		if err != nil {
			return nil, fault.Invalid("", "%q is not a number of a weekday", part)
		}
		days = append(days, day)
	}
	return days, nil
}

// duration reads an ISO 8601 duration.
func (c *cell) duration() (validity.Duration, error) { return validity.ParseDuration(c.text) }

// textual refuses what not every store can keep.
func textual(text string) *fault.Error {
	switch {
	case !utf8.ValidString(text):
		return fault.Invalid("", "is not valid UTF-8")
	case strings.ContainsRune(text, 0):
		return fault.Invalid("", "contains a NUL character")
	}
	return nil
}

// typed turns the text of a cell into a value of metadata. What cannot be read as its type stays a text, which the schema then
// refuses in its own words.
func typed(d *metadata.Definition, text string, zone *time.Location) any {
	if d == nil {
		return text
	}
	if !d.Array {
		return typedOne(d.Type, text, zone)
	}
	var list []any
	for _, part := range (&cell{text: text}).list() {
		list = append(list, typedOne(d.Type, part, zone))
	}
	return list
}

func typedOne(t metadata.Type, text string, zone *time.Location) any {
	c := cell{text: strings.TrimSpace(text), options: &Options{Zone: zone}}
	switch t {
	case metadata.TypeNumber:
		if n, err := c.number(); err == nil {
			return n.InexactFloat64()
		}
	case metadata.TypeBoolean:
		if b, err := c.boolean(); err == nil {
			return b
		}
	case metadata.TypeDatetime:
		if at, err := c.instant(); err == nil {
			return at.Format(time.RFC3339Nano)
		}
	}
	return text
}
