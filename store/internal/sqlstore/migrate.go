package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/voucherify-go/voucherify/store"
)

// migration is one file. Its last step records its version, so that it does not matter who runs it.
type migration struct {
	version  int64
	name     string
	checksum string
	steps    []string
}

// readMigrations reads the files of an embedded folder. What is wrong with them is a mistake of this module: it panics.
func readMigrations(files fs.FS) []migration {
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		panic(fmt.Sprintf("sqlstore: no migrations: %v", err))
	}
	var migrations []migration
	for i, name := range names { // sorted by name
		text, err := fs.ReadFile(files, name)
		if err != nil {
			panic(err)
		}
		number, _, _ := strings.Cut(name, "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil || version != int64(i)+1 {
			panic(fmt.Sprintf("sqlstore: migration %s should have the number %d", name, i+1))
		}
		sum := sha256.Sum256(text)
		migrations = append(migrations, migration{version, name, hex.EncodeToString(sum[:]), stepsOf(string(text))})
	}
	return migrations
}

// stepsOf splits a file into its statements. A statement ends with a semicolon at the end of a line.
func stepsOf(text string) []string {
	var steps []string
	var step strings.Builder
	for line := range strings.Lines(text) {
		if trimmed := strings.TrimSpace(line); trimmed == "" || strings.HasPrefix(trimmed, "--") {
			continue
		}
		step.WriteString(line)
		if ended, ok := strings.CutSuffix(strings.TrimSpace(step.String()), ";"); ok {
			steps = append(steps, ended)
			step.Reset()
		}
	}
	return steps
}

// Migrate brings the tables to the version that this package needs. It changes nothing when they have it, and fails when a
// migration that has run was different from the one of the same number here. Processes that migrate at the same time wait
// for each other.
func (s *Store) Migrate(ctx context.Context) error {
	session, err := s.backend.Update(ctx)
	if err != nil {
		return s.texts.dialect.wrap(ctx, "migrate", err)
	}
	r := &reader{texts: s.texts, project: s.project, session: session}
	defer r.end()
	if err := r.migrate(ctx); err != nil {
		return err
	}
	return s.texts.dialect.wrapCommit(session.Commit(ctx))
}

func (r *reader) migrate(ctx context.Context) error {
	dialect := r.texts.dialect
	compile := func(template string, params ...string) *statement {
		return dialect.compile(r.texts.table, template, params...)
	}
	once := func(call Call) error {
		call.Once = true
		return r.run(ctx, "migrate", call)
	}
	if dialect.SQL.Lock != "" {
		locked := int64(0)
		lock := compile(dialect.SQL.Lock).call()
		lock.Row = func(row Row) error { return row.Scan(&locked) }
		if err := once(lock); err != nil {
			return err
		}
		if locked != 1 {
			return fmt.Errorf("%s: migrate: somebody else is migrating: %w", dialect.Name, store.ErrConflict)
		}
	}
	if dialect.SQL.Unlock != "" {
		defer func() {
			undoing, cancel := context.WithTimeout(context.WithoutCancel(ctx), patienceOfUndo)
			defer cancel()
			call := compile(dialect.SQL.Unlock).call()
			call.Once = true
			_ = r.session.Run(undoing, call) // the lock ends with the connection at the latest
		}()
	}
	if r.texts.options.Schema != "" {
		for _, template := range dialect.SQL.Before {
			if err := once(compile(strings.ReplaceAll(template, "{schema}", r.texts.options.Schema)).call()); err != nil {
				return err
			}
		}
	}
	applied, err := r.applied(ctx, compile)
	if err != nil {
		return err
	}
	for _, m := range r.texts.migrations {
		checksum, done := applied[m.version]
		switch {
		case done && (checksum == m.checksum || checksum == ""):
			continue
		case done:
			return fmt.Errorf("%s: migrate: %s has run with another content: the tables are not those of this module", dialect.Name, m.name)
		}
		for _, step := range m.steps {
			if err := once(Call{Text: strings.ReplaceAll(step, defaultPrefix, r.texts.options.Prefix)}); err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
		}
		record := compile(`UPDATE @migrations SET checksum = :checksum WHERE version = :version`, "checksum", "version")
		if err := once(record.call(m.checksum, m.version)); err != nil {
			return err
		}
	}
	return nil
}

// applied returns the migrations that have run, with their checksums; those that another tool has run have none.
func (r *reader) applied(ctx context.Context, compile func(string, ...string) *statement) (map[int64]string, error) {
	tables := int64(0)
	call := compile(r.texts.dialect.SQL.HasTable, "schema", "name").call(r.texts.options.Schema, r.texts.options.Prefix+"migrations")
	call.Once = true
	call.Row = func(row Row) error { return row.Scan(&tables) }
	if err := r.run(ctx, "migrate", call); err != nil || tables == 0 {
		return nil, err
	}
	applied := map[int64]string{}
	call = compile(`SELECT m.version, m.checksum FROM @migrations m`).call()
	call.Once = true
	call.Row = func(row Row) error {
		var version int64
		var checksum string
		err := row.Scan(&version, &checksum)
		applied[version] = checksum
		return err
	}
	err := r.run(ctx, "migrate", call)
	return applied, err
}
