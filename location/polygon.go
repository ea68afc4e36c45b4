package location

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/voucherify-go/voucherify/fault"
)

// The types of GeoJSON.
const (
	PolygonType      = "Polygon"
	MultiPolygonType = "MultiPolygon"
)

// GeoJSON is one polygon (type Polygon) or several. Each is a list of rings: the first is its outline, the others are
// holes in it. In JSON a position is [lon, lat], in the order of GeoJSON, and a height behind it is ignored.
type GeoJSON struct {
	Type     string
	Polygons [][]Ring
}

// Ring is a closed line: the last position is the first again. Straight lines on a map of longitude and latitude join the
// positions; a ring wider than 180 degrees is refused, since it would be unclear which way around the earth is meant.
type Ring []Point

// MarshalJSON writes the coordinates as one polygon or several, as the type says.
func (g GeoJSON) MarshalJSON() ([]byte, error) {
	coordinates := make([][][][2]float64, len(g.Polygons))
	for i, rings := range g.Polygons {
		coordinates[i] = make([][][2]float64, len(rings))
		for k, ring := range rings {
			positions := make([][2]float64, len(ring))
			for n, p := range ring {
				positions[n] = [2]float64{p.Lon, p.Lat}
			}
			coordinates[i][k] = positions
		}
	}
	shape := struct {
		Type        string `json:"type"`
		Coordinates any    `json:"coordinates"`
	}{g.Type, coordinates}
	if g.Type == PolygonType && len(coordinates) == 1 {
		shape.Coordinates = coordinates[0]
	}
	return json.Marshal(shape)
}

// UnmarshalJSON reads the coordinates of a Polygon or a MultiPolygon.
func (g *GeoJSON) UnmarshalJSON(text []byte) error {
	*g = GeoJSON{}
	var shape struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if err := json.Unmarshal(text, &shape); err != nil {
		return fault.Invalid("shape.geojson", "is not an object with type and coordinates")
	}
	var polygons [][][][]float64
	switch shape.Type {
	case PolygonType:
		polygons = make([][][][]float64, 1)
		if json.Unmarshal(shape.Coordinates, &polygons[0]) != nil {
			return fault.Invalid("shape.geojson.coordinates", "is not a list of rings of positions [lon, lat]")
		}
	case MultiPolygonType:
		if json.Unmarshal(shape.Coordinates, &polygons) != nil {
			return fault.Invalid("shape.geojson.coordinates", "is not a list of polygons of rings of positions [lon, lat]")
		}
	default:
		return fault.Invalid("shape.geojson.type", "%q is not one of %s, %s", shape.Type, PolygonType, MultiPolygonType)
	}
	read := GeoJSON{Type: shape.Type, Polygons: make([][]Ring, len(polygons))}
	for i, rings := range polygons {
		read.Polygons[i] = make([]Ring, len(rings))
		for k, positions := range rings {
			ring := make(Ring, len(positions))
			for n, position := range positions {
				if len(position) != 2 && len(position) != 3 {
					return fault.Invalid(fmt.Sprintf("shape.%s[%d][%d]", read.path(i), k, n), "is not a position [lon, lat]")
				}
				ring[n] = Point{Lat: position[1], Lon: position[0]}
			}
			read.Polygons[i][k] = ring
		}
	}
	*g = read
	return nil
}

// path is where a polygon stands in the JSON of a shape.
func (g *GeoJSON) path(polygon int) string {
	if g.Type == PolygonType {
		return "geojson.coordinates"
	}
	return fmt.Sprintf("geojson.coordinates[%d]", polygon)
}

func (g *GeoJSON) compile() (*Area, *fault.Error) {
	switch {
	case g.Type != PolygonType && g.Type != MultiPolygonType:
		return nil, fault.Invalid("geojson.type", "%q is not one of %s, %s", g.Type, PolygonType, MultiPolygonType)
	case len(g.Polygons) == 0 || g.Type == PolygonType && len(g.Polygons) > 1:
		return nil, fault.Invalid("geojson.coordinates", "has %d polygons", len(g.Polygons))
	case len(g.Polygons) > MaxPolygons:
		return nil, fault.Invalid("geojson.coordinates", "has %d polygons, at most %d are allowed", len(g.Polygons), MaxPolygons)
	}
	area := &Area{polygons: g.Polygons, box: emptyBox}
	left := MaxPositions
	for i, rings := range g.Polygons {
		if len(rings) == 0 {
			return nil, fault.Invalid(g.path(i), "has no ring")
		}
		for k, ring := range rings {
			if left -= len(ring); left < 0 {
				return nil, fault.Invalid("geojson.coordinates", "has more than %d positions", MaxPositions)
			}
			around, err := ring.check()
			if err != nil {
				return nil, err.At(fmt.Sprintf("%s[%d]", g.path(i), k))
			}
			area.box = area.box.with(around)
		}
	}
	return area, nil
}

func (r Ring) check() (box, *fault.Error) {
	const least = 4 // a triangle and its first corner again
	around := emptyBox
	for i, p := range r {
		if !p.valid() {
			return around, fault.Invalid(fmt.Sprintf("[%d]", i), "longitude %v is not between -180 and 180 or latitude %v not between -90 and 90", p.Lon, p.Lat)
		}
		around = around.with(box{p, p})
	}
	switch {
	case len(r) < least:
		return around, fault.Invalid("", "has %d positions, a ring needs at least %d", len(r), least)
	case r[0] != r[len(r)-1]:
		return around, fault.Invalid("", "is not closed: the last position differs from the first")
	case around.most.Lon-around.least.Lon > 180:
		return around, fault.Invalid("", "is wider than 180 degrees")
	}
	return around, nil
}

// box is the part of the map between two corners.
type box struct{ least, most Point }

var emptyBox = box{Point{math.Inf(1), math.Inf(1)}, Point{math.Inf(-1), math.Inf(-1)}}

func (b box) with(other box) box {
	return box{
		Point{min(b.least.Lat, other.least.Lat), min(b.least.Lon, other.least.Lon)},
		Point{max(b.most.Lat, other.most.Lat), max(b.most.Lon, other.most.Lon)},
	}
}

func (b box) contains(p Point) bool {
	return p.Lat >= b.least.Lat-onEdge && p.Lat <= b.most.Lat+onEdge && p.Lon >= b.least.Lon-onEdge && p.Lon <= b.most.Lon+onEdge
}

// onEdge is how near to a line a point counts as lying on it, in degrees: a tenth of a millimetre on the ground.
const onEdge = 1e-9

// inside decides by the number of lines that a ray from the point to the east crosses: an odd number is inside. The rings
// of holes are counted with the others, which takes what they enclose out again.
func inside(rings []Ring, p Point) bool {
	odd := false
	for _, ring := range rings {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if near(a, b, p) {
				return true
			}
			if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lon < a.Lon+(p.Lat-a.Lat)/(b.Lat-a.Lat)*(b.Lon-a.Lon) {
				odd = !odd
			}
		}
	}
	return odd
}

// near reports whether a point lies on the line from a to b.
func near(a, b, p Point) bool {
	lat, lon := b.Lat-a.Lat, b.Lon-a.Lon
	length := lat*lat + lon*lon
	along := 0.0
	if length > 0 {
		along = min(max(((p.Lat-a.Lat)*lat+(p.Lon-a.Lon)*lon)/length, 0), 1)
	}
	return math.Hypot(p.Lat-a.Lat-along*lat, p.Lon-a.Lon-along*lon) <= onEdge
}
