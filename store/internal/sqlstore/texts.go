package sqlstore

import (
	"fmt"
	"sync"

	"github.com/voucherify-go/voucherify/fault"
)

// Texts is all SQL for one dialect and one set of tables. It is safe for concurrent use.
type Texts struct {
	dialect    *Dialect
	options    Options
	statements *statements
	migrations []migration
	// snapshots and lists hold the statements of the shapes that were asked for.
	snapshots sync.Map // needed to *statement
	lists     sync.Map // listing to *statement
}

// Options choose the project and the tables.
type Options struct {
	// Project is the project whose records are seen, 1 to MaxProject bytes.
	Project string
	// Prefix begins the names of all tables.
	Prefix string
	// Schema holds the tables; empty is where the connection looks first. PostgreSQL only.
	Schema string
}

// The limits of options, in bytes.
const (
	MaxProject = 255
	MaxPrefix  = 40
)

// Option sets one of the Options.
type Option func(*Options) error

// WithProject chooses the project whose records are seen. Projects in the same tables do not see each other.
func WithProject(name string) Option {
	return func(o *Options) error {
		if name == "" || !storable(name, MaxProject) {
			return fault.Invalid("project", "must have between 1 and %d bytes of UTF-8", MaxProject)
		}
		o.Project = name
		return nil
	}
}

// WithTablePrefix chooses what the names of the tables begin with: small letters, digits and underscores.
func WithTablePrefix(prefix string) Option {
	return func(o *Options) error {
		if !identifier(prefix) {
			return fault.Invalid("table_prefix", "must begin with a small letter and hold at most %d small letters, digits and underscores", MaxPrefix)
		}
		o.Prefix = prefix
		return nil
	}
}

// WithSchema chooses the schema of the tables: small letters, digits and underscores.
func WithSchema(schema string) Option {
	return func(o *Options) error {
		if !identifier(schema) {
			return fault.Invalid("schema", "must begin with a small letter and hold at most %d small letters, digits and underscores", MaxPrefix)
		}
		o.Schema = schema
		return nil
	}
}

// identifier reports whether a name can stand in SQL as it is.
func identifier(name string) bool {
	if name == "" || len(name) > MaxPrefix || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// Choose applies options to the defaults.
func Choose(chosen []Option) (Options, error) {
	o := Options{Project: "default", Prefix: defaultPrefix}
	for _, option := range chosen {
		if err := option(&o); err != nil {
			return o, err
		}
	}
	return o, nil
}

// defaultPrefix is the prefix of the tables in the files of the migrations.
const defaultPrefix = "voucherify_"

// NewTexts compiles all SQL for a dialect and a set of tables.
func NewTexts(dialect *Dialect, options Options) *Texts {
	x := &Texts{dialect: dialect, options: options}
	x.statements = dialect.statements(x.table)
	x.migrations = readMigrations(dialect.Migrations)
	return x
}

// serves reports whether the texts are those of other options; they do not depend on the project.
func (x *Texts) serves(options Options) bool {
	return x.options.Prefix == options.Prefix && x.options.Schema == options.Schema
}

// table is the name of a table as it stands in SQL.
func (x *Texts) table(name string) string {
	quoted := x.dialect.Quote(x.options.Prefix + name)
	if x.options.Schema != "" {
		quoted = x.dialect.Quote(x.options.Schema) + "." + quoted
	}
	return quoted
}

// path is the name of a table in parts that are not quoted.
func (x *Texts) path(name string) []string {
	if x.options.Schema != "" {
		return []string{x.options.Schema, x.options.Prefix + name}
	}
	return []string{x.options.Prefix + name}
}

// newest is the version of the schema that this version of the package needs.
func (x *Texts) newest() int64 { return x.migrations[len(x.migrations)-1].version }

// checkSchema returns the call that looks whether the schema is new enough.
func (s *Store) checkSchema() Call {
	var version int64
	call := s.texts.statements.schema.call()
	call.Row = func(row Row) error { return row.Scan(&version) }
	call.Done = func(int64) error {
		if newest := s.texts.newest(); version < newest {
			return fmt.Errorf("%w: the tables are at version %d, %d is needed", ErrSchema, version, newest)
		}
		s.current.Store(true)
		return nil
	}
	return call
}
