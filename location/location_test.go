package location_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/location"
)

func circle(center, radius string) location.Shape {
	return location.Shape{Type: location.Circle, Distance: &location.Distance{Center: center, Radius: radius}}
}

// ring reads positions "lon lat, lon lat, …".
func ring(text string) location.Ring {
	var r location.Ring
	for part := range strings.SplitSeq(text, ",") {
		var p location.Point
		if _, err := fmt.Sscan(part, &p.Lon, &p.Lat); err != nil {
			panic(err)
		}
		r = append(r, p)
	}
	return r
}

func polygon(rings ...location.Ring) location.Shape {
	return location.Shape{Type: location.Polygon, GeoJSON: &location.GeoJSON{Type: location.PolygonType, Polygons: [][]location.Ring{rings}}}
}

func compile(t *testing.T, s location.Shape) *location.Area {
	t.Helper()
	area, err := location.Location{Name: "place", Shape: s}.Compile()
	if err != nil {
		t.Fatal(err)
	}
	return area
}

func TestParsePoint(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]location.Point{
		"geo:52.2297,21.0122":  {Lat: 52.2297, Lon: 21.0122},
		"52.2297, 21.0122":     {Lat: 52.2297, Lon: 21.0122},
		"geo:-33.8688,151.209": {Lat: -33.8688, Lon: 151.209},
		"geo:90,-180":          {Lat: 90, Lon: -180},
		" +1 , -0.5 ":          {Lat: 1, Lon: -0.5},
	} {
		got, err := location.ParsePoint(text)
		if err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "geo:", "geo:1", "geo:1,", "geo:,1", "geo:1,2,3", "geo:91,0", "geo:0,181", "geo:-90.1,0", "GEO:1,2", "geo:1;2", "geo:a,b",
		"geo:NaN,0", "geo:Inf,0", "geo:0x1,0", "geo:1e1,0", "geo:1_0,0", "geo:" + strings.Repeat("1", 50) + ",0",
	} {
		if got, err := location.ParsePoint(text); !errors.Is(err, fault.InvalidPayload) {
			t.Errorf("%q: got %v, %v, want an invalid_payload", text, got, err)
		}
	}
}

func TestAPointSurvivesItsText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := location.Point{
			Lat: rapid.Float64Range(-90, 90).Filter(short).Draw(t, "lat"), Lon: rapid.Float64Range(-180, 180).Filter(short).Draw(t, "lon"),
		}
		got, err := location.ParsePoint(want.String())
		if err != nil || got != want {
			t.Fatalf("%s reads back as %v, %v", want, got, err)
		}
	})
}

// short leaves out numbers so small that their plain form is longer than any point that is accepted.
func short(f float64) bool { return f == 0 || math.Abs(f) > 1e-15 }

func TestCircles(t *testing.T) {
	t.Parallel()
	const warsaw, krakow = "geo:52.2297,21.0122", "geo:50.0647,19.945" // 251.98 km apart
	for name, tt := range map[string]struct {
		center, radius, point string
		want                  bool
	}{
		"the centre":                           {warsaw, "1 m", warsaw, true},
		"within so many kilometres":            {warsaw, "252.1 km", krakow, true},
		"not within so many":                   {warsaw, "251.8 km", krakow, false},
		"within so many metres":                {warsaw, "252100m", krakow, true},
		"not within so many metres":            {warsaw, "251800 m", krakow, false},
		"within so many miles":                 {warsaw, "156.7 mi", krakow, true},
		"not within so many miles":             {warsaw, "156.4mi", krakow, false},
		"over the line where the date changes": {"geo:0,179.9", "30 km", "geo:0,-179.9", true},
		"around the pole":                      {"geo:89.9,0", "30 km", "geo:89.9,180", true},
		"a degree of the equator":              {"geo:0,0", "111.196 km", "geo:0,1", true},
		"a little less than that":              {"geo:0,0", "111.194 km", "geo:0,1", false},
		"the whole earth":                      {"geo:0,0", "20016 km", "geo:0,180", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := location.ParsePoint(tt.point)
			if err != nil {
				t.Fatal(err)
			}
			if got := compile(t, circle(tt.center, tt.radius)).Contains(p); got != tt.want {
				t.Errorf("%s within %s of %s: got %t", tt.point, tt.radius, tt.center, got)
			}
		})
	}
}

func TestPolygons(t *testing.T) {
	t.Parallel()
	square := ring("0 0, 10 0, 10 10, 0 10, 0 0")
	hole := ring("4 4, 6 4, 6 6, 4 6, 4 4")
	triangle := ring("0 0, 3 1, 1 3, 0 0")
	concave := ring("0 0, 10 0, 10 10, 5 5, 0 10, 0 0") // a square with a bite from the north
	turned := ring("0 0, 0 10, 10 10, 10 0, 0 0")
	several := location.Shape{Type: location.Polygon, GeoJSON: &location.GeoJSON{
		Type: location.MultiPolygonType, Polygons: [][]location.Ring{{square}, {ring("20 0, 30 0, 30 10, 20 10, 20 0")}},
	}}
	for name, tt := range map[string]struct {
		shape location.Shape
		point location.Point
		want  bool
	}{
		"inside":                               {polygon(square), location.Point{Lat: 5, Lon: 1}, true},
		"outside to the east":                  {polygon(square), location.Point{Lat: 5, Lon: 11}, false},
		"outside to the west":                  {polygon(square), location.Point{Lat: 5, Lon: -1}, false},
		"on the edge":                          {polygon(square), location.Point{Lat: 5, Lon: 10}, true},
		"on the western edge":                  {polygon(square), location.Point{Lat: 5, Lon: 0}, true},
		"on the northern edge":                 {polygon(square), location.Point{Lat: 10, Lon: 5}, true},
		"at a corner":                          {polygon(square), location.Point{Lat: 10, Lon: 10}, true},
		"on the line of an edge, beyond it":    {polygon(square), location.Point{Lat: 10, Lon: 10.1}, false},
		"a hair outside":                       {polygon(square), location.Point{Lat: 5, Lon: 10.00000001}, false},
		"on a slanted edge":                    {polygon(triangle), location.Point{Lat: 1.0 / 3, Lon: 1}, true},
		"the other way round":                  {polygon(turned), location.Point{Lat: 5, Lon: 5}, true},
		"in a hole":                            {polygon(square, hole), location.Point{Lat: 5, Lon: 5}, false},
		"on the edge of a hole":                {polygon(square, hole), location.Point{Lat: 5, Lon: 4}, true},
		"between outline and hole":             {polygon(square, hole), location.Point{Lat: 5, Lon: 3}, true},
		"level with a corner, inside":          {polygon(concave), location.Point{Lat: 5, Lon: 1}, true},
		"in the bite":                          {polygon(concave), location.Point{Lat: 8, Lon: 5}, false},
		"level with a corner, outside":         {polygon(concave), location.Point{Lat: 5, Lon: -1}, false},
		"in the first of several":              {several, location.Point{Lat: 5, Lon: 5}, true},
		"in the second":                        {several, location.Point{Lat: 5, Lon: 25}, true},
		"between several":                      {several, location.Point{Lat: 5, Lon: 15}, false},
		"longitude comes first in coordinates": {polygon(ring("0 0, 40 0, 40 1, 0 1, 0 0")), location.Point{Lat: 0.5, Lon: 39}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := compile(t, tt.shape).Contains(tt.point); got != tt.want {
				t.Errorf("%v: got %t", tt.point, got)
			}
		})
	}
	if (*location.Area)(nil).Contains(location.Point{}) {
		t.Error("a point is in no area")
	}
}

// A convex polygon can be asked in another way: a point is inside when it is on the same side of every edge.
func TestConvexPolygonsAgreeWithTheSidesOfTheirEdges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 12).Draw(t, "corners")
		radius := rapid.Float64Range(1, 40).Draw(t, "radius")
		var r location.Ring
		for i := range n {
			angle := 2 * math.Pi * float64(i) / float64(n)
			r = append(r, location.Point{Lat: radius * math.Sin(angle), Lon: radius * math.Cos(angle)})
		}
		r = append(r, r[0])
		p := location.Point{Lat: rapid.Float64Range(-50, 50).Draw(t, "lat"), Lon: rapid.Float64Range(-50, 50).Draw(t, "lon")}
		want := true
		for i := 1; i < len(r); i++ {
			side := (r[i].Lon-r[i-1].Lon)*(p.Lat-r[i-1].Lat) - (r[i].Lat-r[i-1].Lat)*(p.Lon-r[i-1].Lon)
			if math.Abs(side) < 1e-6 {
				t.Skip("on an edge")
			}
			want = want && side > 0
		}
		area, err := location.Location{Name: "n", Shape: polygon(r)}.Compile()
		if err != nil {
			t.Fatal(err)
		}
		if got := area.Contains(p); got != want {
			t.Fatalf("%v in %v: got %t", p, r, got)
		}
	})
}

func TestCheckRefusesWithThePath(t *testing.T) {
	t.Parallel()
	square := ring("0 0, 10 0, 10 10, 0 10, 0 0")
	multi := func(polygons ...[]location.Ring) location.Shape {
		return location.Shape{Type: location.Polygon, GeoJSON: &location.GeoJSON{Type: location.MultiPolygonType, Polygons: polygons}}
	}
	large := make(location.Ring, location.MaxPositions+1)
	withFormat := func(s location.Shape, format string) location.Shape {
		s.Format = format
		return s
	}
	for name, tt := range map[string]struct {
		place location.Location
		field string
	}{
		"no name":                    {location.Location{Shape: polygon(square)}, "name"},
		"a long name":                {location.Location{Name: strings.Repeat("n", 256), Shape: polygon(square)}, "name"},
		"no type":                    {location.Location{Name: "n"}, "shape.type"},
		"another type":               {location.Location{Name: "n", Shape: location.Shape{Type: "box"}}, "shape.type"},
		"a circle without distance":  {location.Location{Name: "n", Shape: location.Shape{Type: location.Circle}}, "shape.distance"},
		"a circle of another format": {location.Location{Name: "n", Shape: withFormat(circle("geo:1,2", "1 km"), "geojson")}, "shape.format"},
		"a circle with a polygon": {location.Location{Name: "n", Shape: location.Shape{
			Type: location.Circle, Distance: circle("geo:1,2", "1 km").Distance, GeoJSON: polygon(square).GeoJSON,
		}}, "shape.geojson"},
		"a centre that is no point":       {location.Location{Name: "n", Shape: circle("here", "1 km")}, "shape.distance.center"},
		"a radius without unit":           {location.Location{Name: "n", Shape: circle("geo:1,2", "1")}, "shape.distance.radius"},
		"a radius of another unit":        {location.Location{Name: "n", Shape: circle("geo:1,2", "1 ft")}, "shape.distance.radius"},
		"a radius of nothing":             {location.Location{Name: "n", Shape: circle("geo:1,2", "0 km")}, "shape.distance.radius"},
		"a negative radius":               {location.Location{Name: "n", Shape: circle("geo:1,2", "-1 km")}, "shape.distance.radius"},
		"a radius beyond the earth":       {location.Location{Name: "n", Shape: circle("geo:1,2", "20017 km")}, "shape.distance.radius"},
		"a polygon without coordinates":   {location.Location{Name: "n", Shape: location.Shape{Type: location.Polygon}}, "shape.geojson"},
		"a polygon of another format":     {location.Location{Name: "n", Shape: withFormat(polygon(square), "distance")}, "shape.format"},
		"a polygon with a distance":       {location.Location{Name: "n", Shape: location.Shape{Type: location.Polygon, Distance: &location.Distance{}, GeoJSON: polygon(square).GeoJSON}}, "shape.distance"},
		"another type of GeoJSON":         {location.Location{Name: "n", Shape: location.Shape{Type: location.Polygon, GeoJSON: &location.GeoJSON{Type: "Point"}}}, "shape.geojson.type"},
		"no polygon":                      {location.Location{Name: "n", Shape: multi()}, "shape.geojson.coordinates"},
		"two polygons in one":             {location.Location{Name: "n", Shape: location.Shape{Type: location.Polygon, GeoJSON: &location.GeoJSON{Type: location.PolygonType, Polygons: [][]location.Ring{{square}, {square}}}}}, "shape.geojson.coordinates"},
		"too many polygons":               {location.Location{Name: "n", Shape: multi(make([][]location.Ring, location.MaxPolygons+1)...)}, "shape.geojson.coordinates"},
		"a polygon without rings":         {location.Location{Name: "n", Shape: multi([]location.Ring{square}, nil)}, "shape.geojson.coordinates[1]"},
		"too many positions":              {location.Location{Name: "n", Shape: polygon(large)}, "shape.geojson.coordinates"},
		"a ring that is a line":           {location.Location{Name: "n", Shape: polygon(ring("0 0, 1 1, 0 0"))}, "shape.geojson.coordinates[0]"},
		"a hole that is not closed":       {location.Location{Name: "n", Shape: polygon(square, ring("1 1, 2 1, 2 2, 1 2"))}, "shape.geojson.coordinates[1]"},
		"a position that is not on it":    {location.Location{Name: "n", Shape: multi([]location.Ring{square}, []location.Ring{square, ring("0 0, 1 91, 1 1, 0 0")})}, "shape.geojson.coordinates[1][1][1]"},
		"a position that is no number":    {location.Location{Name: "n", Shape: polygon(location.Ring{{Lat: math.NaN()}})}, "shape.geojson.coordinates[0][0]"},
		"a ring around half of the earth": {location.Location{Name: "n", Shape: polygon(ring("-100 0, 100 0, 100 10, -100 10, -100 0"))}, "shape.geojson.coordinates[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, tt.place.Check(), tt.field)
			if _, err := tt.place.Compile(); tt.field != "name" {
				refused(t, err, tt.field)
			}
		})
	}
}

func refused(t *testing.T, err error, field string) {
	t.Helper()
	var cause *fault.Error
	if !errors.As(err, &cause) || cause.Key != fault.InvalidPayload || cause.Field != field {
		t.Errorf("got %v, want invalid_payload at %q", err, field)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a circle":          `{"id":"loc_1","name":"Shop","shape":{"type":"circle","format":"distance","distance":{"center":"geo:52.2,21","radius":"1.54 km"}}}`,
		"a polygon":         `{"name":"Park","shape":{"type":"polygon","format":"geojson","geojson":{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10.5],[0,0]]]}}}`,
		"several polygons":  `{"name":"Parks","shape":{"type":"polygon","geojson":{"type":"MultiPolygon","coordinates":[[[[0,0],[10,0],[10,10],[0,0]]],[[[20,0],[30,0],[30,10],[20,0]]]]}},"version":3}`,
		"one of several":    `{"name":"Parks","shape":{"type":"polygon","geojson":{"type":"MultiPolygon","coordinates":[[[[0,0],[10,0],[10,10],[0,0]]]]}}}`,
		"a polygon of none": `{"name":"Parks","shape":{"type":"polygon","geojson":{"type":"MultiPolygon","coordinates":[]}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var l location.Location
			if err := json.Unmarshal([]byte(text), &l); err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(l)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(text, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	var high location.GeoJSON
	if err := json.Unmarshal([]byte(`{"type":"Polygon","coordinates":[[[1,2,300]]]}`), &high); err != nil {
		t.Fatal(err)
	}
	want := location.GeoJSON{Type: location.PolygonType, Polygons: [][]location.Ring{{{{Lat: 2, Lon: 1}}}}}
	if diff := cmp.Diff(want, high); diff != "" {
		t.Errorf("a position with a height (-want +got):\n%s", diff)
	}
}

func TestWhatIsNoGeoJSONIsRefusedWithItsPath(t *testing.T) {
	t.Parallel()
	for text, field := range map[string]string{
		`[]`:                                 "shape.geojson",
		`{"type":"Point","coordinates":[]}`:  "shape.geojson.type",
		`{"type":"Polygon","coordinates":1}`: "shape.geojson.coordinates",
		`{"type":"MultiPolygon","coordinates":[[[["0",0]]]]}`:             "shape.geojson.coordinates",
		`{"type":"Polygon","coordinates":[[[0,0],[1]]]}`:                  "shape.geojson.coordinates[0][1]",
		`{"type":"MultiPolygon","coordinates":[[[[0,0]]],[[[0,0,0,0]]]]}`: "shape.geojson.coordinates[1][0][0]",
	} {
		var g location.GeoJSON
		t.Run(text, func(t *testing.T) { refused(t, json.Unmarshal([]byte(text), &g), field) })
	}
}
