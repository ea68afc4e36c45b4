package golden_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/voucherify-go/voucherify/internal/vectors/golden"
)

// TestTheRecordedCalculations runs all vectors. testdata/skipped.txt names those that need what the engine does not have
// yet: a vector that is newly skipped, or no longer, changes the file and so the review.
func TestTheRecordedCalculations(t *testing.T) {
	t.Parallel()
	vectors, err := golden.Read("../testdata")
	if err != nil {
		t.Fatal(err)
	}
	var skipped strings.Builder
	for i := range vectors {
		outcome := golden.Run(context.Background(), &vectors[i])
		if outcome.Skipped != "" {
			fmt.Fprintf(&skipped, "%s %s\n", outcome.ID, outcome.Skipped)
		}
		if outcome.Diff != "" {
			t.Errorf("%s:\n%s", outcome.ID, outcome.Diff)
		}
	}
	want, err := os.ReadFile("../testdata/skipped.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), skipped.String()); diff != "" {
		t.Errorf("skipped vectors (-want +got):\n%s", diff)
	}
}
