package mutants

import (
	"os"
	"testing"
)

// TestEveryMutantHasItsPlace keeps the list in step with the code, without running anything.
func TestEveryMutantHasItsPlace(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, m := range all {
		if _, err := m.apply(os.DirFS("../..")); err != nil {
			t.Error(err)
		}
		if names[m.name] {
			t.Errorf("two mutants are named %q", m.name)
		}
		names[m.name] = true
	}
	if len(all) < 10 {
		t.Errorf("there are %d mutants, want at least 10", len(all))
	}
}
