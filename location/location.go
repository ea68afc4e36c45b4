// Package location owns places: circles and polygons on the map, and whether a point lies in them.
//
// It refuses to know who or what is there: points come from the metadata of customers and items, and filters ask
// ($in_location). Nothing is tracked.
package location

import (
	"math"
	"time"

	"github.com/voucherify-go/voucherify/fault"
)

// Location is a named shape that filters refer to by id.
type Location struct {
	ID        string     `json:"id,omitempty"`
	Name      string     `json:"name"`
	Shape     Shape      `json:"shape"`
	CreatedAt time.Time  `json:"created_at,omitzero"`
	UpdatedAt *time.Time `json:"updated_at,omitempty"`
	// Version counts the writes; send back the version that was read to refuse a lost update.
	Version int64 `json:"version,omitempty"`
}

// The types and formats of shapes.
const (
	Circle         = "circle"
	Polygon        = "polygon"
	DistanceFormat = "distance" // of a circle
	GeoJSONFormat  = "geojson"  // of a polygon
)

// Shape is a circle with its Distance or a polygon with its GeoJSON. Format may be left out.
type Shape struct {
	Type     string    `json:"type"`
	Format   string    `json:"format,omitempty"`
	Distance *Distance `json:"distance,omitempty"`
	GeoJSON  *GeoJSON  `json:"geojson,omitempty"`
}

// Distance is a circle: everything within Radius of Center on the surface of the earth, the edge included.
type Distance struct {
	// Center is a point of the form "geo:lat,lon" in degrees.
	Center string `json:"center"`
	// Radius is a number above 0 with its unit, "1.54 km": km, m or mi; 20016 km are the whole earth, and the most.
	Radius string `json:"radius"`
}

// The bounds of a location.
const (
	MaxName      = 255    // bytes of its name
	MaxPolygons  = 100    // polygons of a MultiPolygon
	MaxPositions = 10_000 // positions of all rings together
)

// earthRadius is the mean radius of the earth in metres.
const earthRadius = 6_371_008.8

// maxRadius is half the way around the earth and a little more, in metres: the circle is the whole earth.
const maxRadius = 20_016_000

// Check reports the first thing that is wrong with l as an invalid_payload error with its path, for example
// "shape.distance.radius".
func (l Location) Check() error {
	switch {
	case l.Name == "":
		return fault.Invalid("name", "is required")
	case len(l.Name) > MaxName:
		return fault.Invalid("name", "is longer than %d bytes", MaxName)
	}
	if _, err := l.Shape.compile(); err != nil {
		return err.At("shape")
	}
	return nil
}

// Area is a shape prepared for questions. It is immutable and may be shared between goroutines. The nil Area is empty.
type Area struct {
	center   Point
	radius   float64 // in metres; 0 for polygons
	polygons [][]Ring
	box      box // around the polygons
}

// Compile prepares the shape of a location. It fails as Check does.
func (l Location) Compile() (*Area, error) {
	area, err := l.Shape.compile()
	if err != nil {
		return nil, err.At("shape")
	}
	return area, nil
}

func (s Shape) compile() (*Area, *fault.Error) {
	switch s.Type {
	case Circle:
		switch {
		case s.Format != "" && s.Format != DistanceFormat:
			return nil, fault.Invalid("format", "%q does not fit a circle, which has the format %s", s.Format, DistanceFormat)
		case s.Distance == nil:
			return nil, fault.Invalid("distance", "is required for a circle")
		case s.GeoJSON != nil:
			return nil, fault.Invalid("geojson", "does not fit a circle")
		}
		return s.Distance.compile()
	case Polygon:
		switch {
		case s.Format != "" && s.Format != GeoJSONFormat:
			return nil, fault.Invalid("format", "%q does not fit a polygon, which has the format %s", s.Format, GeoJSONFormat)
		case s.GeoJSON == nil:
			return nil, fault.Invalid("geojson", "is required for a polygon")
		case s.Distance != nil:
			return nil, fault.Invalid("distance", "does not fit a polygon")
		}
		return s.GeoJSON.compile()
	}
	return nil, fault.Invalid("type", "%q is not one of %s, %s", s.Type, Circle, Polygon)
}

func (d *Distance) compile() (*Area, *fault.Error) {
	center, err := ParsePoint(d.Center)
	if err != nil {
		return nil, fault.Invalid("distance.center", "%q is not a point of the form geo:lat,lon in degrees", d.Center)
	}
	radius, ok := parseRadius(d.Radius)
	if !ok {
		return nil, fault.Invalid("distance.radius", "%q is not a length of the form 1.54 km, from above 0 to %d km", d.Radius, maxRadius/1000)
	}
	return &Area{center: center, radius: radius}, nil
}

// Contains reports whether a point lies in the area. Its edge belongs to it, also that of a hole.
func (a *Area) Contains(p Point) bool {
	switch {
	case a == nil:
		return false
	case a.radius > 0:
		return distance(a.center, p) <= a.radius
	case !a.box.contains(p):
		return false
	}
	for _, rings := range a.polygons {
		if inside(rings, p) {
			return true
		}
	}
	return false
}

// distance is the length of the great circle between two points in metres, by the haversine formula.
func distance(a, b Point) float64 {
	const radians = math.Pi / 180
	lat, lon := (b.Lat-a.Lat)*radians/2, (b.Lon-a.Lon)*radians/2
	h := math.Sin(lat)*math.Sin(lat) + math.Cos(a.Lat*radians)*math.Cos(b.Lat*radians)*math.Sin(lon)*math.Sin(lon)
	return 2 * earthRadius * math.Asin(math.Sqrt(min(h, 1)))
}
