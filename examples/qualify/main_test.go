package main

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/voucherify-go/voucherify/examples/internal/golden"
)

// times are the only part of the output that differs from run to run.
var times = regexp.MustCompile(`[0-9.]+ ms`)

func TestTheOutputIsAsExpectedButForTheTimes(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run(&out, 10_000); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, times.ReplaceAll(out.Bytes(), []byte("(time)")))
}
