package dbtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

// Runner is what a TestMain is given: *testing.M.
type Runner interface {
	// Run runs the tests and returns the exit code.
	Run() int
}

// Reuse lets the tests of a process take over each other's databases on PostgreSQL, where creating and dropping one takes
// half a second: at the end of a test everything in its database is dropped instead, and the databases go when all tests
// have run. A package with many tests calls it in its TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(dbtest.Reuse(m).Run()) }
func Reuse(m Runner) Runner { return reuser{m} }

type reuser struct{ tests Runner }

func (r reuser) Run() int {
	postgres.spare.enabled.Store(true)
	code := r.tests.Run()
	if err := postgres.dropSpare(); err != nil && code == 0 {
		fmt.Fprintf(os.Stderr, "dbtest: drop the databases: %v\n", err)
		return 1
	}
	return code
}

// spare is the empty databases that wait for another test of the process.
type spare struct {
	enabled atomic.Bool
	mu      sync.Mutex
	names   []string
}

// take returns a database, if one is waiting.
func (s *spare) take() (name string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.names) == 0 {
		return "", false
	}
	name = s.names[len(s.names)-1]
	s.names = s.names[:len(s.names)-1]
	return name, true
}

func (s *spare) put(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names = append(s.names, name)
}

// dropSpare drops the databases that wait.
func (f *family) dropSpare() error {
	var failures []error
	for name, ok := f.spare.take(); ok; name, ok = f.spare.take() {
		failures = append(failures, f.execute(context.Background(), f.dsn, name, f.drop))
	}
	return errors.Join(failures...)
}
