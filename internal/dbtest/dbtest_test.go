package dbtest

import (
	"database/sql"
	"os"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Reuse(m).Run()) }

func open(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func execute(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func TestEveryTestHasAnEmptyDatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		driver string
		make   func(testing.TB) string
	}{
		"PostgreSQL": {"pgx", Postgres},
		"MariaDB":    {"mysql", MySQL},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 2 {
				execute(t, open(t, c.driver, c.make(t)), "CREATE TABLE t (n INT)")
			}
		})
	}
}

func TestADatabaseIsDroppedAtTheEndOfItsTest(t *testing.T) {
	t.Parallel()
	p := postgres
	own := family{ // it does not reuse its databases
		name: p.name, variable: p.variable, driver: p.driver, local: p.local, start: p.start, rename: p.rename,
		create: p.create, drop: p.drop,
	}
	var dsn string
	t.Run("the test", func(t *testing.T) {
		dsn = own.database(t)
		execute(t, open(t, "pgx", dsn), "CREATE TABLE t (n INT)")
	})
	if dsn == "" {
		t.Skip("there is no database")
	}
	if err := open(t, "pgx", dsn).PingContext(t.Context()); err == nil {
		t.Error("the database is still there")
	}
}

func TestPrivateServersStartAndStop(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]*family{"PostgreSQL": postgres, "MariaDB": mariadb} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := f.start()
			if err != nil {
				f.missing(t, err)
			}
			t.Cleanup(s.stop)
			if err := f.await(t.Context(), s, s.dsn); err != nil {
				t.Fatal(err)
			}
			execute(t, open(t, f.driver, s.dsn), "CREATE DATABASE d")
		})
	}
}

func TestAPrivateServerKeepsWhatIsCommittedWhenItIsKilled(t *testing.T) {
	t.Parallel()
	p := PrivatePostgres(t)
	execute(t, open(t, "pgx", p.DSN), "CREATE TABLE t (n INT)")
	for n := range 3 {
		execute(t, open(t, "pgx", p.DSN), "INSERT INTO t VALUES (1)")
		p.Kill()
		if err := open(t, "pgx", p.DSN).PingContext(t.Context()); err == nil {
			t.Fatal("the server takes a connection after it was killed")
		}
		p.Start()
		var got int
		err := open(t, "pgx", p.DSN).QueryRowContext(t.Context(), "SELECT count(*) FROM t").Scan(&got)
		if err != nil || got != n+1 {
			t.Fatalf("after kill %d: got %d rows, %v; want %d", n+1, got, err, n+1)
		}
	}
}

func TestADatabaseThatIsReusedIsEmpty(t *testing.T) {
	t.Parallel()
	for range 3 {
		t.Run("a test", func(t *testing.T) {
			db := open(t, "pgx", Postgres(t))
			execute(t, db, "CREATE TABLE t (n INT)")
			execute(t, db, "CREATE SCHEMA other CREATE TABLE t (n INT)")
			execute(t, open(t, "pgx", Postgres(t)), "SELECT 1")
		})
	}
}
