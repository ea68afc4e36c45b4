package main

import (
	"bytes"
	"testing"

	"github.com/voucherify-go/voucherify/examples/internal/golden"
)

func TestTheOutputIsAsExpected(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, out.Bytes())
}
