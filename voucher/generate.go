package voucher

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/voucherify-go/voucherify/fault"
)

// MaxGenerated is the largest number of codes in one call of Generate; it bounds the memory of the call. How many codes
// a campaign may hold is a lower limit elsewhere.
const MaxGenerated = 10_000_000

const (
	// maxListed is the capacity up to which drawing in vain ends in listing all codes.
	maxListed = 100_000
	// spareCollisions is how many codes may be drawn in vain in addition to one for each code asked for.
	spareCollisions = 64
	// maxRejections ends the wait for a usable random number. A sound source is rejected less than every second time,
	// so it fails this often about once in 2^128 numbers.
	maxRejections = 128
	// randomBuffer is how many bytes are read from the random source at a time.
	randomBuffer = 4096
)

// Generator yields codes of one configuration from a random source, each code with the same probability. Its use of the
// source is the only thing that differs between two runs: the same bytes give the same codes. A Generator must not be
// used by two goroutines at once.
type Generator struct {
	mode     CaseMode
	capacity int64
	symbols  []string // what may stand in a hole
	literals []string // the text before, between and after the holes
	accepted int      // random bytes below it are spread evenly over the symbols
	random   *bufio.Reader
	digits   []byte // the code in work: for each hole the index of its symbol
	text     []byte // the code in work, written out
}

// NewGenerator returns a generator for the configuration. random must be a cryptographic source such as that of
// crypto/rand wherever codes are worth money; it is read in blocks, ahead of need. The error is that of c.Check or
// mode.Check.
func NewGenerator(c CodeConfig, mode CaseMode, random io.Reader) (*Generator, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if err := mode.Check(); err != nil {
		return nil, err
	}
	c = c.WithDefaults()
	literals := strings.Split(c.Pattern, hole)
	literals[0] = c.Prefix + literals[0]
	literals[len(literals)-1] += c.Postfix
	symbols := codeSymbols(c.Charset, mode)
	return &Generator{
		mode:     mode,
		capacity: c.Capacity(mode),
		symbols:  symbols,
		literals: literals,
		accepted: 256 - 256%len(symbols),
		random:   bufio.NewReaderSize(random, randomBuffer),
		digits:   make([]byte, c.Length),
	}, nil
}

// Generate returns count codes whose keys differ from each other and are not taken; with any error it returns none.
// taken reports whether a key is in use in the project, the bin included; nil means that none is. It is the only memory
// of earlier codes: two calls may return the same code when the first call's codes are not reported to the second.
//
// A count above the capacity of the configuration is refused before any work. A count above half of it is served by
// listing all codes, asking taken about each, and shuffling those that are free. Below that, codes are drawn until
// enough are free; after 64 + count drawn in vain a configuration of at most 100,000 codes is listed after all, so that the
// last free code of a small one is found, and a larger one is given up. Both failures are invalid_code_config.
func (g *Generator) Generate(count int, taken func(key string) (bool, error)) ([]string, error) {
	if count < 0 || count > MaxGenerated {
		return nil, fault.Invalid("vouchers_count", "%d is not between 0 and %d", count, MaxGenerated)
	}
	if taken == nil {
		taken = func(string) (bool, error) { return false, nil }
	}
	switch {
	case int64(count) > g.capacity:
		return nil, tooFewCodes()
	case int64(count) > g.capacity/2:
		return g.shuffle(count, taken)
	}
	codes, err := g.draw(count, taken)
	if codes == nil && err == nil && g.capacity <= maxListed {
		return g.shuffle(count, taken)
	}
	if codes == nil && err == nil {
		return nil, tooFewCodes()
	}
	return codes, err
}

func tooFewCodes() error {
	return fault.New(fault.InvalidCodeConfig, "Not possible to generate requested number of codes.")
}

// draw takes random codes and drops those that it had before or that are taken. It returns nil when it gives up.
func (g *Generator) draw(count int, taken func(key string) (bool, error)) ([]string, error) {
	codes := make([]string, 0, count)
	drawn := make(map[uint64]struct{}, count)
	for collisions := 0; len(codes) < count; {
		if err := g.randomDigits(); err != nil {
			return nil, err
		}
		if number := g.number(); !contains(drawn, number) {
			drawn[number] = struct{}{}
			code := g.code()
			used, err := taken(g.mode.Key(code))
			if err != nil {
				return nil, err
			}
			if !used {
				codes = append(codes, code)
				continue
			}
		}
		collisions++
		if collisions > spareCollisions+count {
			return nil, nil
		}
	}
	return codes, nil
}

func contains(set map[uint64]struct{}, number uint64) bool {
	_, found := set[number]
	return found
}

// shuffle lists the free codes, by number to save memory, and takes count of them in random order.
func (g *Generator) shuffle(count int, taken func(key string) (bool, error)) ([]string, error) {
	free := make([]uint64, 0, g.capacity)
	for number := range uint64(g.capacity) {
		g.setNumber(number)
		used, err := taken(g.mode.Key(g.code()))
		if err != nil {
			return nil, err
		}
		if !used {
			free = append(free, number)
		}
	}
	if len(free) < count {
		return nil, tooFewCodes()
	}
	codes := make([]string, count)
	for i := range codes {
		offset, err := g.below(uint64(len(free) - i))
		if err != nil {
			return nil, err
		}
		pick := i + int(offset)
		free[i], free[pick] = free[pick], free[i]
		g.setNumber(free[i])
		codes[i] = g.code()
	}
	return codes, nil
}

// number returns the digits as one number. Different codes have different numbers as long as the capacity is below
// 2^64; above it two may meet, about once in 2^64 pairs, and then one of them is drawn again without need.
func (g *Generator) number() uint64 {
	number, base := uint64(0), uint64(len(g.symbols))
	for _, digit := range g.digits {
		number = number*base + uint64(digit)
	}
	return number
}

// setNumber makes the code with this number the code in work.
func (g *Generator) setNumber(number uint64) {
	base := uint64(len(g.symbols))
	for i := len(g.digits) - 1; i >= 0; i-- {
		g.digits[i] = byte(number % base)
		number /= base
	}
}

// code writes out the code in work.
func (g *Generator) code() string {
	text := append(g.text[:0], g.literals[0]...)
	for i, digit := range g.digits {
		text = append(text, g.symbols[digit]...)
		text = append(text, g.literals[i+1]...)
	}
	g.text = text
	return string(text)
}

// randomDigits makes a random code the code in work. A byte that would prefer the first symbols is thrown away.
func (g *Generator) randomDigits() error {
	rejections := 0
	for i := 0; i < len(g.digits); {
		random, err := g.random.ReadByte()
		if err != nil {
			return fmt.Errorf("voucher: cannot read random bytes: %w", err)
		}
		if int(random) < g.accepted {
			g.digits[i] = byte(int(random) % len(g.symbols))
			rejections = 0
			i++
			continue
		}
		rejections++
		if rejections == maxRejections {
			return errBrokenRandom
		}
	}
	return nil
}

// errBrokenRandom is not the fault of any input, so it has no key.
var errBrokenRandom = errors.New("voucher: the random source repeats itself")

// below returns a random number from 0 to n-1, each with the same probability.
func (g *Generator) below(n uint64) (uint64, error) {
	accepted := math.MaxUint64 - math.MaxUint64%n
	for range maxRejections {
		word, err := g.random.Peek(8)
		if err != nil {
			return 0, fmt.Errorf("voucher: cannot read random bytes: %w", err)
		}
		number := binary.LittleEndian.Uint64(word)
		if _, err := g.random.Discard(len(word)); err != nil {
			return 0, err
		}
		if number < accepted {
			return number % n, nil
		}
	}
	return 0, errBrokenRandom
}
