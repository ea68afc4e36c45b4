package mutants

import (
	"os"
	"testing"
)

// TestEveryMutantHasItsPlace keeps the list in step with the code, without running anything.
func TestEveryMutantHasItsPlace(t *testing.T) {
	t.Parallel()
	names, databases := map[string]bool{}, 0
	for _, m := range all {
		if _, err := m.apply(os.DirFS("../..")); err != nil {
			t.Error(err)
		}
		if names[m.name] {
			t.Errorf("two mutants are named %q", m.name)
		}
		names[m.name] = true
		if m.pkg != "./store/memory" {
			databases++
		}
	}
	if databases < 10 || len(all)-databases < 10 {
		t.Errorf("%d of %d mutants are found on a database, want at least 10 there and 10 in memory", databases, len(all))
	}
}
