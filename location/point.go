package location

import (
	"math"
	"strconv"
	"strings"

	"github.com/voucherify-go/voucherify/fault"
)

// Point is a place on the earth: latitude from -90 to 90 and longitude from -180 to 180, in degrees.
type Point struct{ Lat, Lon float64 }

// maxNumber is the longest number in a point or radius, in bytes.
const maxNumber = 40

// ParsePoint reads a point of the form "geo:lat,lon", or "lat, lon" without the prefix.
func ParsePoint(text string) (Point, error) {
	rest, _ := strings.CutPrefix(text, "geo:")
	lat, lon, both := strings.Cut(rest, ",")
	p := Point{}
	var okLat, okLon bool
	p.Lat, okLat = parseDegrees(strings.TrimSpace(lat), 90)
	p.Lon, okLon = parseDegrees(strings.TrimSpace(lon), 180)
	if !both || !okLat || !okLon {
		if len(text) > 2*maxNumber {
			text = strings.ToValidUTF8(text[:2*maxNumber], "") + "…"
		}
		return Point{}, fault.Invalid("", "%q is not a point of the form geo:lat,lon in degrees", text)
	}
	return p, nil
}

// String writes the point as ParsePoint reads it.
func (p Point) String() string {
	return "geo:" + strconv.FormatFloat(p.Lat, 'f', -1, 64) + "," + strconv.FormatFloat(p.Lon, 'f', -1, 64)
}

// valid reports whether the point is on the earth.
func (p Point) valid() bool { return math.Abs(p.Lat) <= 90 && math.Abs(p.Lon) <= 180 }

func parseDegrees(text string, most float64) (float64, bool) {
	degrees, ok := parseDecimal(text)
	return degrees, ok && math.Abs(degrees) <= most
}

// parseDecimal reads a plain decimal number, which ParseFloat alone does not hold to.
func parseDecimal(text string) (float64, bool) {
	if text == "" || len(text) > maxNumber || strings.Trim(text, "+-.0123456789") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}

// units are the units of a radius in metres.
var units = []struct {
	name   string
	metres float64
}{{"km", 1000}, {"mi", 1609.344}, {"m", 1}}

// parseRadius reads a length with its unit and returns it in metres.
func parseRadius(text string) (float64, bool) {
	for _, unit := range units {
		number, ok := strings.CutSuffix(text, unit.name)
		if !ok {
			continue
		}
		length, ok := parseDecimal(strings.TrimSpace(number))
		metres := length * unit.metres
		return metres, ok && metres > 0 && metres <= maxRadius
	}
	return 0, false
}
