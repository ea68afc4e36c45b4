package dbtest

import (
	"fmt"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"
)

var mariadb = &family{
	name: "MariaDB", variable: "VF_TEST_MYSQL_DSN", driver: "mysql",
	local:  "root@tcp(127.0.0.1:3306)/",
	start:  startMariaDB,
	rename: renameMySQL,
	// A collation for people, which takes SUMMER and summer for the same: a store must not depend on it.
	create: []string{"CREATE DATABASE %s CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"},
	drop:   "DROP DATABASE %s",
}

// MySQL returns the DSN of an empty database on MySQL or MariaDB, in the form of github.com/go-sql-driver/mysql and without
// parameters other than those of VF_TEST_MYSQL_DSN. The database is dropped at the end of the test; the test must have
// closed its connections by then.
func MySQL(t testing.TB) string {
	t.Helper()
	return mariadb.database(t)
}

// startMariaDB makes a data directory and starts a server on it.
func startMariaDB() (*server, error) {
	directories := []string{"/usr/sbin", "/usr/libexec", "/usr/local/sbin", "/usr/local/libexec"}
	install, err := program("mariadb-install-db", directories...)
	if err != nil {
		return nil, err
	}
	binary, err := program("mariadbd", directories...)
	if err != nil {
		return nil, err
	}
	s, port, err := prepare("mysql")
	if err != nil {
		return nil, err
	}
	data := "--datadir=" + filepath.Join(s.dir, "data")
	s.dsn = fmt.Sprintf("root@tcp(127.0.0.1:%d)/", port)
	s.quit = syscall.SIGKILL
	s.command = []string{
		binary, "--no-defaults", data, "--bind-address=127.0.0.1", "--port=" + strconv.Itoa(port), "--max-connections=300",
		"--socket=" + filepath.Join(s.dir, "socket"), "--pid-file=" + filepath.Join(s.dir, "pid"),
		"--innodb-flush-log-at-trx-commit=0",
	}
	return s, s.launch(install, "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db")
}

func renameMySQL(dsn, database string) (string, error) {
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		return "", err
	}
	config.DBName = database
	return config.FormatDSN(), nil
}
