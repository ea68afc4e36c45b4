package voucher_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/fault"
	"github.com/voucherify-go/voucherify/voucher"
)

const (
	digits = "0123456789"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

func TestCapacity(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		config voucher.CodeConfig
		mode   voucher.CaseMode
		want   int64
	}{
		{"nothing set is 62 to the 8th", voucher.CodeConfig{}, "", 218_340_105_584_896},
		{"letters", voucher.CodeConfig{Charset: lower + upper}, voucher.CaseSensitive, 53_459_728_531_456},
		{"62 without case are 36", voucher.CodeConfig{}, voucher.CaseInsensitive, 2_821_109_907_456},
		{"lower case", voucher.CodeConfig{Charset: lower}, voucher.CaseSensitive, 208_827_064_576},
		{"lower case without case", voucher.CodeConfig{Charset: lower}, voucher.CaseInsensitive, 208_827_064_576},
		{"numbers", voucher.CodeConfig{Charset: digits}, voucher.CaseSensitive, 100_000_000},
		{"four digits", voucher.CodeConfig{Charset: digits, Pattern: "PROMO-####"}, voucher.CaseSensitive, 10_000},
		{"62 to the 10th fits", voucher.CodeConfig{Length: 10}, voucher.CaseSensitive, 839_299_365_868_340_224},
		{"62 to the 11th does not", voucher.CodeConfig{Length: 11}, voucher.CaseSensitive, math.MaxInt64},
		{"a pattern wins over the length", voucher.CodeConfig{Length: 11, Pattern: "#-#", Charset: digits}, voucher.CaseSensitive, 100},
		{"'#' around the pattern is literal", voucher.CodeConfig{Prefix: "#", Postfix: "##", Pattern: "#", Charset: digits}, voucher.CaseSensitive, 10},
		{"no '#' is one code", voucher.CodeConfig{Pattern: "SUMMER"}, voucher.CaseSensitive, 1},
		{"repeated characters count once", voucher.CodeConfig{Charset: "aabbA", Length: 2}, voucher.CaseSensitive, 9},
		{"and once without case", voucher.CodeConfig{Charset: "aabbA", Length: 2}, voucher.CaseInsensitive, 4},
		{"one character", voucher.CodeConfig{Charset: "x", Length: 200}, voucher.CaseSensitive, 1},
		{"characters that are several bytes", voucher.CodeConfig{Charset: "äöüÄ", Length: 3}, voucher.CaseInsensitive, 27},
		{"2 to the 62nd fits", voucher.CodeConfig{Charset: "01", Length: 62}, voucher.CaseSensitive, 1 << 62},
		{"2 to the 63rd does not", voucher.CodeConfig{Charset: "01", Length: 63}, voucher.CaseSensitive, math.MaxInt64},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.config.Capacity(tt.mode); got != tt.want {
				t.Errorf("capacity is %d, want %d", got, tt.want)
			}
		})
	}
}

func TestCodeConfigCheck(t *testing.T) {
	t.Parallel()
	var wide strings.Builder
	for r := rune(0x4e00); r < 0x4e00+voucher.MaxCharset+1; r++ {
		wide.WriteRune(r)
	}
	tooMany, full := wide.String(), wide.String()[:3*voucher.MaxCharset]
	for _, tt := range []struct {
		name   string
		config voucher.CodeConfig
		field  string // empty: accepted
	}{
		{"nothing set", voucher.CodeConfig{}, ""},
		{"the longest code", voucher.CodeConfig{Length: voucher.MaxCodeBytes}, ""},
		{"a length above it", voucher.CodeConfig{Length: voucher.MaxCodeBytes + 1}, "length"},
		{"a negative length", voucher.CodeConfig{Length: -1}, "length"},
		{"a length that a pattern makes meaningless", voucher.CodeConfig{Length: 1000, Pattern: "A-##"}, ""},
		{"length and prefix together too long", voucher.CodeConfig{Length: 250, Prefix: "SUMMER"}, "length"},
		{"length and postfix together too long", voucher.CodeConfig{Length: 250, Postfix: "SUMMER"}, "length"},
		{"length and prefix together just short enough", voucher.CodeConfig{Length: 250, Prefix: "SALE-"}, ""},
		{"characters of two bytes fit half as often", voucher.CodeConfig{Length: 127, Charset: "aä"}, ""},
		{"and not more", voucher.CodeConfig{Length: 128, Charset: "aä"}, "length"},
		{"a pattern and prefix together too long", voucher.CodeConfig{Pattern: strings.Repeat("x", 255), Prefix: "y"}, "pattern"},
		{"a pattern too long", voucher.CodeConfig{Pattern: strings.Repeat("#", 256)}, "pattern"},
		{"a prefix too long", voucher.CodeConfig{Prefix: strings.Repeat("x", 256)}, "prefix"},
		{"a postfix too long", voucher.CodeConfig{Postfix: strings.Repeat("x", 256)}, "postfix"},
		{"a charset of 256 characters", voucher.CodeConfig{Charset: full}, ""},
		{"a charset of 257 characters", voucher.CodeConfig{Charset: tooMany}, "charset"},
		{"a charset that repeats itself for ever", voucher.CodeConfig{Charset: strings.Repeat("ab", 513)}, "charset"},
		{"a space in the charset", voucher.CodeConfig{Charset: "ab c"}, "charset"},
		{"a space of another script in the charset", voucher.CodeConfig{Charset: "ab\u3000"}, "charset"},
		{"a control character in the charset", voucher.CodeConfig{Charset: "ab\x00"}, "charset"},
		{"a broken charset", voucher.CodeConfig{Charset: "ab\xff"}, "charset"},
		{"a line break in the prefix", voucher.CodeConfig{Prefix: "A\n"}, "prefix"},
		{"a space in the pattern", voucher.CodeConfig{Pattern: "## ##"}, "pattern"},
		{"a control character in the postfix", voucher.CodeConfig{Postfix: "\x7f"}, "postfix"},
		{"a broken pattern", voucher.CodeConfig{Pattern: "##\xc3"}, "pattern"},
		{"'#' to draw from", voucher.CodeConfig{Charset: "#*"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			requireCodeConfig(t, tt.config.Check(), tt.field)
		})
	}
}

// requireCodeConfig fails unless err is an invalid_code_config about the field; with an empty field, unless it is nil.
func requireCodeConfig(t *testing.T, err error, field string) {
	t.Helper()
	var refused *fault.Error
	switch {
	case field == "" && err != nil:
		t.Fatalf("refused: %v", err)
	case field == "":
	case !errors.As(err, &refused) || !errors.Is(err, fault.InvalidCodeConfig):
		t.Fatalf("got %v, want an invalid_code_config that names %s", err, field)
	case refused.Field != field:
		t.Fatalf("the error names %q, want %q: %v", refused.Field, field, err)
	}
}

func TestWithDefaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ given, want voucher.CodeConfig }{
		{voucher.CodeConfig{}, voucher.CodeConfig{Length: 8, Charset: digits + lower + upper, Pattern: "########"}},
		{
			voucher.CodeConfig{Length: 3, Charset: "ab", Prefix: "#", Postfix: "#"},
			voucher.CodeConfig{Length: 3, Charset: "ab", Prefix: "#", Postfix: "#", Pattern: "###"},
		},
		{voucher.CodeConfig{Length: 3, Pattern: "A-#-#", Charset: "ab"}, voucher.CodeConfig{Length: 2, Pattern: "A-#-#", Charset: "ab"}},
		{voucher.CodeConfig{Pattern: "ONE", Charset: "ab"}, voucher.CodeConfig{Pattern: "ONE", Charset: "ab"}},
	} {
		if diff := cmp.Diff(tt.want, tt.given.WithDefaults()); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.given, diff)
		}
	}
}

func TestCodeConfigIsVoucherifysJSON(t *testing.T) {
	t.Parallel()
	want := voucher.CodeConfig{Length: 4, Charset: "ab", Prefix: "P-", Postfix: "-S", Pattern: "####"}
	const text = `{"length":4,"charset":"ab","prefix":"P-","postfix":"-S","pattern":"####"}`
	var got voucher.CodeConfig
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if back, err := json.Marshal(got); err != nil || string(back) != text {
		t.Errorf("got %s, %v", back, err)
	}
}

func TestCaseKey(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		code      string
		sensitive string
		folded    string
	}{
		{"no letters", "2024-10", "2024-10", "2024-10"},
		{"mixed case", "cOdE1", "cOdE1", "CODE1"},
		{"upper case stays", "CODE1", "CODE1", "CODE1"},
		{"space around it goes", " \t Code\u00a0\n", "Code", "CODE"},
		{"space within stays", "my code", "my code", "MY CODE"},
		{"letters of two bytes", "żółw", "żółw", "ŻÓŁW"},
		{"a letter that Unicode pairs with an ASCII one", "\u212aey", "\u212aey", "KEY"},
		{"the long s", "ſale", "ſale", "SALE"},
		{"the three sigmas", "σςΣ", "σςΣ", "ΣΣΣ"},
		{"sharp s has no simple upper case", "straße", "straße", "STRAßE"},
		{"the large sharp s is the small one", "STRAẞE", "STRAẞE", "STRAßE"},
		{"broken UTF-8 stays broken", "a\xffb", "a\xffb", "A\xffB"},
		{"nothing", "  ", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := voucher.CaseMode("").Key(tt.code); got != tt.sensitive {
				t.Errorf("the key by default is %q, want %q", got, tt.sensitive)
			}
			if got := voucher.CaseSensitive.Key(tt.code); got != tt.sensitive {
				t.Errorf("the key with case is %q, want %q", got, tt.sensitive)
			}
			if got := voucher.CaseInsensitive.Key(tt.code); got != tt.folded {
				t.Errorf("the key without case is %q, want %q", got, tt.folded)
			}
		})
	}
}

func TestCaseModeCheck(t *testing.T) {
	t.Parallel()
	for _, mode := range []voucher.CaseMode{"", voucher.CaseSensitive, voucher.CaseInsensitive} {
		if err := mode.Check(); err != nil {
			t.Errorf("%q: %v", mode, err)
		}
	}
	if err := voucher.CaseMode("insensitive").Check(); !errors.Is(err, fault.InvalidPayload) {
		t.Errorf("got %v, want an invalid_payload", err)
	}
}

func TestCheckCode(t *testing.T) {
	t.Parallel()
	for code, ok := range map[string]bool{
		"SUMMER-25":                true,
		"x":                        true,
		"50 % off":                 true,
		"żółw":                     true,
		strings.Repeat("x", 255):   true,
		strings.Repeat("x", 256):   false,
		strings.Repeat("ż", 128):   false,
		"":                         false,
		" ":                        false,
		" SUMMER":                  false,
		"SUMMER\u00a0":             false,
		"SUM\tMER":                 false,
		"SUM\x00MER":               false,
		"SUMMER\u0085WINTER":       false,
		"SUMMER\xff":               false,
		string(utf8.RuneError):     true,
		"SUMMER\xed\xa0\x80WINTER": false,
	} {
		err := voucher.CheckCode(code)
		var invalid *fault.Error
		switch {
		case ok && err != nil:
			t.Errorf("%q is refused: %v", code, err)
		case !ok && (!errors.As(err, &invalid) || invalid.Key != fault.InvalidPayload || invalid.Field != "code"):
			t.Errorf("%q gives %v, want an invalid_payload that names code", code, err)
		}
	}
}

func FuzzCaseKey(f *testing.F) {
	for _, seed := range []string{"", " Code ", "\u212a", "ſß", "\xe2\x84", "\xe2\x84 \u212a", "Ⴀꭰ", "İı", "\u1e9e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, code string) {
		for _, mode := range []voucher.CaseMode{voucher.CaseSensitive, voucher.CaseInsensitive} {
			key := mode.Key(code)
			if again := mode.Key(key); again != key {
				t.Errorf("%s: the key of %q is %q, and of that %q", mode, code, key, again)
			}
			if len(key) > len(code) {
				t.Errorf("%s: the key of %q is longer: %q", mode, code, key)
			}
			if utf8.ValidString(code) != utf8.ValidString(key) {
				t.Errorf("%s: %q and its key %q differ in being UTF-8", mode, code, key)
			}
		}
		if key := voucher.CaseInsensitive.Key(code); utf8.ValidString(code) && !strings.EqualFold(strings.TrimSpace(code), key) {
			t.Errorf("%q and its key %q differ in more than case", code, key)
		}
	})
}

// whatIsWrong describes the first fault in codes of a configuration, or nothing.
func whatIsWrong(c voucher.CodeConfig, mode voucher.CaseMode, codes []string) string {
	c = c.WithDefaults()
	seen := map[string]bool{}
	for _, code := range codes {
		if err := voucher.CheckCode(code); err != nil {
			return err.Error()
		}
		key := mode.Key(code)
		if seen[key] {
			return "the key " + key + " comes twice"
		}
		seen[key] = true
		rest, hasPrefix := strings.CutPrefix(code, c.Prefix)
		rest, hasPostfix := strings.CutSuffix(rest, c.Postfix)
		if !hasPrefix || !hasPostfix || !fits([]rune(rest), []rune(c.Pattern), c.Charset) {
			return code + " does not fit"
		}
	}
	return ""
}

func fits(text, pattern []rune, charset string) bool {
	if len(text) != len(pattern) {
		return false
	}
	for i, r := range pattern {
		if r == '#' && !strings.ContainsRune(charset, text[i]) || r != '#' && r != text[i] {
			return false
		}
	}
	return true
}

func FuzzCodePattern(f *testing.F) {
	f.Add("P-", "-S", "##-##", "abc", 0, false, uint16(30), uint64(1))
	f.Add("", "", "", "", 8, true, uint16(100), uint64(2))
	f.Add("#", "#", "#", "aAbB", 3, true, uint16(2), uint64(3))
	f.Add("", "", "ż#", "\u212akK", -1, true, uint16(1), uint64(4))
	f.Fuzz(func(t *testing.T, prefix, postfix, pattern, charset string, length int, insensitive bool, count uint16, seed uint64) {
		config := voucher.CodeConfig{Length: length, Charset: charset, Prefix: prefix, Postfix: postfix, Pattern: pattern}
		mode := voucher.CaseSensitive
		if insensitive {
			mode = voucher.CaseInsensitive
		}
		generator, err := voucher.NewGenerator(config, mode, seeded(seed))
		if checked := config.Check(); checked != nil {
			if err == nil || !errors.Is(checked, fault.InvalidCodeConfig) {
				t.Fatalf("Check says %v, NewGenerator %v", checked, err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		codes, err := generator.Generate(int(count), nil)
		if int64(count) > config.Capacity(mode) {
			requireTooFew(t, codes, err)
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if wrong := whatIsWrong(config, mode, codes); wrong != "" || len(codes) != int(count) {
			t.Fatalf("%d codes of %d: %s", len(codes), count, wrong)
		}
	})
}
