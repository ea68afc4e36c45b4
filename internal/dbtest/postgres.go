package dbtest

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx" of database/sql
)

var postgres = &family{
	name: "PostgreSQL", variable: "VF_TEST_POSTGRES_DSN", driver: "pgx",
	local:  "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable",
	start:  func() (*server, error) { return startPostgres("-F") }, // no machine crashes in these tests
	rename: renamePostgres,
	create: []string{
		// A collation for people, which sorts and compares text unlike its bytes: a store must not depend on it.
		"CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'",
		"CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8'", // before version 15, or built without ICU
	},
	// Commits do not wait for the disk: no machine crashes in these tests, and everything else stays as it is.
	tune: "ALTER DATABASE %s SET synchronous_commit = off",
	drop: "DROP DATABASE %s WITH (FORCE)",
	empty: `DO $$
DECLARE
  target name := '%s';
  found name;
BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = target AND pid <> pg_backend_pid();
  FOR found IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %%I CASCADE', found);
  END LOOP;
  CREATE SCHEMA public;
END $$`,
}

// Postgres returns the DSN of an empty database on PostgreSQL, as a URL that pgx and its database/sql driver understand.
// The database is dropped at the end of the test; connections that are still open then are cut.
func Postgres(t testing.TB) string {
	t.Helper()
	return postgres.database(t)
}

// Private is a PostgreSQL server that belongs to one test, for tests of crashes of the server. It runs as it does for hosts:
// it has its log on the disk before it answers a commit.
type Private struct {
	// DSN is an empty database on the server, as a URL.
	DSN    string
	server *server
	t      testing.TB
}

// PrivatePostgres starts a server for one test, which is stopped at its end. The installed binaries are needed: without
// them the test is skipped, or fails when REQUIRE_DATABASES=1.
func PrivatePostgres(t testing.TB) *Private {
	t.Helper()
	s, err := startPostgres()
	if err != nil {
		postgres.missing(t, err)
	}
	t.Cleanup(s.stop)
	p := &Private{server: s, t: t}
	if err := postgres.await(t.Context(), s, s.dsn); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	if p.DSN, err = renamePostgres(s.dsn, "vf_test"); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	if err := postgres.execute(t.Context(), s.dsn, "vf_test", postgres.create...); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return p
}

// Kill ends all processes of the server with SIGKILL. Pools have to be opened again, or meet connections that are dead.
func (p *Private) Kill() {
	p.t.Helper()
	if err := p.server.killAll(); err != nil {
		p.t.Fatalf("dbtest: kill the server: %v", err)
	}
}

// Start starts the server after Kill and returns when it has recovered and answers.
func (p *Private) Start() {
	p.t.Helper()
	// A new postmaster gives up at once while an orphan of the old one still holds the shared memory, so it may have to be
	// started more than once.
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		if err := p.server.start(); err != nil {
			p.t.Fatalf("dbtest: %v", err)
		}
		if postgres.await(p.t.Context(), p.server, p.DSN) == nil {
			return
		}
	}
	p.t.Fatalf("dbtest: the server does not come back:\n%s", p.server.log())
}

// startPostgres makes a data directory and starts a server on it, with more arguments.
func startPostgres(more ...string) (*server, error) {
	directories := []string{"/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin"}
	initdb, err := program("initdb", directories...)
	if err != nil {
		return nil, err
	}
	binary, err := program("postgres", append([]string{filepath.Dir(initdb)}, directories...)...)
	if err != nil {
		return nil, err
	}
	s, port, err := prepare("postgres")
	if err != nil {
		return nil, err
	}
	data := filepath.Join(s.dir, "data")
	s.dsn = fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port)
	s.quit = syscall.SIGQUIT
	s.command = append([]string{
		binary, "-D", data, "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-k", "", "-c", "max_connections=300",
	}, more...)
	return s, s.launch(initdb, "--pgdata="+data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
}

func renamePostgres(dsn, database string) (string, error) {
	if !strings.HasPrefix(dsn, "postgres://") && !strings.HasPrefix(dsn, "postgresql://") {
		return dsn + " dbname=" + database, nil // a list of keywords and values, of which the last counts
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "", fmt.Errorf("the DSN is not a URL: %w", err)
	}
	u.Path = "/" + database
	return u.String(), nil
}
