package metadata

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// plain returns a value as it is read back from JSON: nil, string, float64, bool, []any or map[string]any. A value that
// JSON cannot carry stays what it is, and no type admits it.
func plain(value any) any {
	switch v := value.(type) {
	case nil, string, float64, bool, []any, map[string]any:
		return v
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case Map:
		return map[string]any(v)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return value
	}
	var read any
	if json.Unmarshal(text, &read) != nil {
		return value
	}
	return read
}

// admits reports whether a plain value is of the type. An object is any object.
func (t Type) admits(value any) bool {
	text, isText := value.(string)
	switch t {
	case TypeString:
		return isText
	case TypeNumber:
		n, ok := value.(float64)
		return ok && finite(n)
	case TypeBoolean:
		_, ok := value.(bool)
		return ok
	case TypeDate:
		_, err := time.Parse(time.DateOnly, text)
		return isText && err == nil
	case TypeDatetime:
		_, err := time.Parse(time.RFC3339, text)
		return isText && err == nil
	case TypeImageURL:
		return isText && isImageURL(text)
	case TypeGeopoint:
		return isText && isGeopoint(text)
	case TypeObject:
		_, ok := value.(map[string]any)
		return ok
	}
	return false
}

// isImageURL reports whether text is the address of a JPG, JPEG or PNG: a scheme, a host, and a path with that ending.
func isImageURL(text string) bool {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return false
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == utf8.RuneError }) {
		return false
	}
	if end := strings.IndexAny(rest, "?#"); end >= 0 {
		rest = rest[:end]
	}
	host, path, ok := strings.Cut(rest, "/")
	if !ok || host == "" || strings.HasSuffix(host, "@") {
		return false
	}
	path = strings.ToLower(path)
	return strings.HasSuffix(path, ".jpg") || strings.HasSuffix(path, ".jpeg") || strings.HasSuffix(path, ".png")
}

// isGeopoint reports whether text is a latitude and a longitude in decimal degrees, with or without "geo:" before them.
func isGeopoint(text string) bool {
	latitude, longitude, ok := strings.Cut(strings.TrimPrefix(text, "geo:"), ",")
	return ok && isDegrees(latitude, 90) && isDegrees(strings.TrimPrefix(longitude, " "), 180)
}

func isDegrees(text string, most float64) bool {
	if text == "" || len(text) > 32 || strings.Trim(text, "+-.0123456789") != "" {
		return false
	}
	n, err := strconv.ParseFloat(text, 64)
	return err == nil && math.Abs(n) <= most
}

func finite(n float64) bool { return !math.IsNaN(n) && !math.IsInf(n, 0) }

// decimals is how many decimals the shortest form of a number has.
func decimals(n float64) int {
	_, fraction, _ := strings.Cut(formatNumber(n), ".")
	return len(fraction)
}

func formatNumber(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// joined lists values for a sentence: "A,B".
func joined[T ~string](values []T) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = string(value)
	}
	return strings.Join(texts, ",")
}

// show writes a plain value for an error, shortened when it is long.
func show(value any) string {
	var text string
	switch v := value.(type) {
	case string:
		text = strings.ToValidUTF8(v, "\uFFFD")
	case float64:
		text = formatNumber(v)
	default:
		raw, err := json.Marshal(value)
		if err != nil {
			return "not JSON"
		}
		text = string(raw)
	}
	const longest = 200 // characters
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}
