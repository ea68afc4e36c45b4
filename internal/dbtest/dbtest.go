// Package dbtest owns the databases of the tests: it hands every test an empty database of its own on a real server, and
// drops it afterwards.
//
// The server is the one that VF_TEST_POSTGRES_DSN or VF_TEST_MYSQL_DSN names; else the service on the standard port of
// the loopback interface, which the tests enter as postgres or root without a password; else a private server, which is
// made from installed binaries once for the process and dies with it. If none can be had the test is skipped loudly, and
// fails when REQUIRE_DATABASES=1.
//
// It refuses to know any schema: the stores migrate the empty databases themselves.
package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// patience is how long a server may take to start or to answer.
	patience = time.Minute
	// glance is how long a server that runs already may take to answer.
	glance = 5 * time.Second
)

// family is a kind of server and how the tests handle it.
type family struct {
	name string
	// variable is the environment variable that names the server; its user may create databases.
	variable string
	// driver is the name of the driver in database/sql.
	driver string
	// local is the DSN of the local service.
	local string
	// start makes a private server.
	start func() (*server, error)
	// rename returns a DSN for another database of the same server.
	rename func(dsn, database string) (string, error)
	// create are statements that create a database, of which the first that succeeds counts; drop drops it, and empty, which
	// may be none, drops what is in it. %s is its name.
	create      []string
	drop, empty string

	once sync.Once
	dsn  string
	err  error

	spare spare
}

// find returns the DSN of the server that all tests of the process share.
func (f *family) find(ctx context.Context) (string, error) {
	f.once.Do(func() { f.dsn, f.err = f.search(ctx) })
	return f.dsn, f.err
}

func (f *family) search(ctx context.Context) (string, error) {
	if dsn := os.Getenv(f.variable); dsn != "" {
		if err := f.answers(ctx, dsn); err != nil {
			return "", fmt.Errorf("the server that %s names: %w", f.variable, err)
		}
		return dsn, nil
	}
	failure := f.answers(ctx, f.local)
	if failure == nil {
		return f.local, nil
	}
	s, err := f.start()
	if err != nil {
		return "", fmt.Errorf("%s is not set; the local service does not answer: %w; a private server cannot be had: %w",
			f.variable, failure, err)
	}
	if err := f.await(ctx, s, s.dsn); err != nil {
		s.stop()
		return "", err
	}
	return s.dsn, nil
}

// answers tries the server once.
func (f *family) answers(ctx context.Context, dsn string) error {
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	return f.on(ctx, dsn, func(ctx context.Context, db *sql.DB) error { return db.PingContext(ctx) })
}

// await tries a private server until it answers.
func (f *family) await(ctx context.Context, s *server, dsn string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	pause := time.NewTicker(50 * time.Millisecond)
	defer pause.Stop()
	for {
		err := f.answers(ctx, dsn)
		if err == nil {
			return nil
		}
		select {
		case <-s.ended:
			return fmt.Errorf("the server has ended:\n%s", s.log())
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w\n%s", err, s.log())
		case <-pause.C:
		}
	}
}

// on runs fn with a connection to the server.
func (f *family) on(ctx context.Context, dsn string, fn func(context.Context, *sql.DB) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	db, err := sql.Open(f.driver, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing is left to lose on it
	return fn(ctx, db)
}

// database hands an empty database to a test, which gives it back at its end, and returns its DSN.
func (f *family) database(t testing.TB) string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // the database is dropped after the context of the test has ended
	server, err := f.find(ctx)
	if err != nil {
		f.missing(t, err)
	}
	name, found := f.spare.take()
	if !found {
		name = "vf_test_" + strings.ToLower(rand.Text())
		if err := f.execute(ctx, server, name, f.create...); err != nil {
			t.Fatalf("dbtest: create a database of %s: %v", f.name, err)
		}
	}
	dsn, err := f.rename(server, name)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() {
		if err := f.giveBack(ctx, server, name, dsn); err != nil {
			t.Errorf("dbtest: give back database %s of %s: %v", name, f.name, err)
		}
	})
	return dsn
}

// giveBack drops a database, or empties it for the next test.
func (f *family) giveBack(ctx context.Context, server, name, dsn string) error {
	if !f.spare.enabled.Load() {
		return f.execute(ctx, server, name, f.drop)
	}
	err := f.execute(ctx, dsn, name, f.empty)
	if err == nil {
		f.spare.put(name)
	}
	return err
}

// execute tries statements about a database until one succeeds.
func (f *family) execute(ctx context.Context, server, database string, statements ...string) error {
	return f.on(ctx, server, func(ctx context.Context, db *sql.DB) (err error) {
		for _, statement := range statements {
			if _, err = db.ExecContext(ctx, fmt.Sprintf(statement, database)); err == nil {
				return nil
			}
		}
		return err
	})
}

// missing ends a test that cannot have its server.
func (f *family) missing(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("REQUIRE_DATABASES") == "1" || os.Getenv(f.variable) != "" {
		t.Fatalf("dbtest: no %s: %v", f.name, err)
	}
	t.Skipf("\n*** NOT TESTED ON %s ***\nset %s, or install the server; REQUIRE_DATABASES=1 makes this a failure.\n%v",
		strings.ToUpper(f.name), f.variable, err)
}
