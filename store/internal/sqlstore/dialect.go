package sqlstore

import (
	"database/sql"
	"io/fs"
)

// Dialect is what one database wants to be told differently. All SQL in it is in the form of templates, see compile.
type Dialect struct {
	// Name begins the messages of errors.
	Name string
	// Placeholder is the text of the n-th parameter, counted from 1. Numbered says that it depends on n.
	Placeholder func(n int) string
	Numbered    bool
	// From is an item of a FROM clause that shows the tuples of a relation as a table with the relation's name, its columns
	// and place. Its parameters are :relation.column for each column when Arrays, and :relation otherwise. Encode encodes
	// tuples for them.
	From   func(*Relation) string
	Encode func(Tuples) []any
	Arrays bool
	// Cell is a parameter as a value of a type, for databases in the process, which take a few rows faster as single parameters
	// than encoded. Nil for the others.
	Cell func(t Type, parameter string) string
	// Quote quotes an identifier that holds nothing but letters, digits and underscores.
	Quote func(identifier string) string

	// Prepare says that statements are prepared once for each connection by database/sql; otherwise the driver does that.
	Prepare bool
	// EntryBytes is about the largest text of events in a row and in a statement. Further events of a transaction are in
	// another row.
	EntryBytes int
	// ViewOptions and UpdateOptions begin transactions of database/sql.
	ViewOptions, UpdateOptions *sql.TxOptions

	// SQL is the statements that differ.
	SQL SQL
	// Migrations holds the files of the migrations, in which tables have the prefix voucherify_.
	Migrations fs.FS
	// Classify says what kind of failure an error of the driver is.
	Classify func(error) Failure
	// Returning says that Raise and Lower return the keys of the counters that they have changed, and InsertEntry the seq.
	// Otherwise a guard that does not hold makes Raise and Lower fail with the Failure GuardFailed, and the driver tells the
	// seq.
	Returning bool
}

// SQL is the part of the statements that differs between databases.
type SQL struct {
	// CodeKey is the key "code:" and codes.name. BodyText is the body of the record d as text.
	CodeKey, BodyText string
	// CampaignOf is the field campaign_id of the voucher d, and ParentOf the field redemption of the redemption d; they are
	// NULL or empty when there is none.
	CampaignOf, ParentOf string
	// ChildrenOf joins the redemption d with its children; ChildID is the id of one of them.
	ChildrenOf, ChildID string
	// Lookup joins a table by its whole primary key: join is JOIN or LEFT JOIN, alias the table's name in columns and in the
	// condition. Whatever the database believes about the size of the table, it must not read all of it.
	Lookup func(join, table, alias, columns, condition string) string
	// Holds is the condition that a text holds a part, byte for byte.
	Holds func(text, part string) string
	// Ignore ends an INSERT so that rows that exist are left out, where the database can count them; otherwise it is empty
	// and the INSERT fails with the Failure Duplicate.
	Ignore string
	// InsertOrdered stands between FROM #relation and Ignore where INSERT … SELECT needs it.
	InsertOrdered func(relation string) string

	// UpdateDocuments writes #docs over records of :project that have their version, and affects or returns as many rows.
	UpdateDocuments string
	// DeleteNames deletes the keys #named of :project.
	DeleteNames string
	// Raise raises counters of :project by #changes, whose delta is at least 0 and whose ceiling is at least delta; those that
	// do not exist are inserted. Lower lowers counters of :project, where delta is below 0. Both lock in the order of place.
	Raise, Lower string
	// Bump adds :by to the :name of :project in @heads, from 0 when it is not there.
	Bump string
	// LockHead locks the :name of :project in @heads and returns its value. Head inserts it with 0 if it is not there.
	Head, LockHead string
	// InsertEntry inserts :size events of :project into @outbox. AppendEntry adds events to the row :seq, if it has no
	// position yet. NumberEntries sets the positions of the rows #numbered. It is empty, like AppendEntry, when rows get their
	// position as they are written, from the head of the outbox, because transactions that write come one after the other.
	InsertEntry, AppendEntry, NumberEntries string

	// HasTable counts the tables called :name in :schema, which is empty for the schema of the connection. Lock and Unlock
	// bracket a migration; they are empty when its transaction is enough. Lock returns 1 when it has the lock.
	HasTable, Lock, Unlock string
	// Before runs before migrations when a schema is chosen, which stands for {schema}.
	Before []string
}

// Failure is what an error of a driver means to the contract.
type Failure int

// The kinds of failures.
const (
	// Other is an error that has no meaning of its own.
	Other Failure = iota
	// Duplicate: a unique index has refused a row.
	Duplicate
	// GuardFailed: a statement of a dialect without Returning has refused a counter.
	GuardFailed
	// Collision: a deadlock, a serialization failure or a lock that could not be had.
	Collision
	// Unavailable: the connection could not be made or was lost.
	Unavailable
	// NoSchema: a table or a column is missing.
	NoSchema
)

// statements is everything that a Store says to its database, apart from snapshots and lists, which are compiled when they
// are used first.
type statements struct {
	get, find, counters, revision            *statement
	namesOf, versionOf                       *statement
	insertDocuments, updateDocuments         *statement
	insertNames, deleteNames, deleteDocument *statement
	raise, lower, outcome, bump              *statement
	insertEntry, appendEntry, entries        *statement
	head, lockHead, setHead                  *statement
	unnumbered, number, positions, entriesOf *statement
	schema                                   *statement
	oldOutcomes, purgeOutcomes               *statement
	oldEntries, purgeEntries                 *statement
	entriesWith, rewriteEntry                *statement
	outcomesWith, rewriteOutcome             *statement
}

// documentColumns are read into a record.Document, see scanDocument.
const documentColumns = "d.id, d.version, d.parent, d.created_at, d.names, d.body"

func (d *Dialect) statements(table func(string) string) *statements {
	compile := func(template string, params ...string) *statement { return d.compile(table, template, params...) }
	ordered := d.SQL.InsertOrdered
	s := &statements{
		get: compile(`SELECT `+documentColumns+` FROM @documents d
			WHERE d.project = :project AND d.kind = :kind AND d.id = :id AND `+visible("d"), "project", "kind", "id"),
		find: compile(`SELECT `+documentColumns+` FROM @names n
			JOIN @documents d ON d.project = n.project AND d.kind = n.kind AND d.id = n.id
			WHERE n.project = :project AND n.kind = :kind AND n.name = :name AND `+visible("d"), "project", "kind", "name"),
		counters: compile(`SELECT k.metric, k.subject, k.customer, k.detail, k.value FROM #counted `+
			d.SQL.counter(counterMatch("counted")+` AND k.maximum >= 0`), "project", "counted"), // others are marks of Lower
		revision: compile(`SELECT h.value FROM @heads h WHERE h.project = :project AND h.name = 'revision'`, "project"),
		namesOf: compile(`SELECT d.kind, d.id, d.version, d.names FROM #records `+
			d.SQL.Lookup("JOIN", "@documents", "d", "d.kind, d.id, d.version, d.names",
				"d.project = :project AND d.kind = records.kind AND d.id = records.id"), "project", "records"),
		versionOf: compile(`SELECT d.version, d.names FROM @documents d
			WHERE d.project = :project AND d.kind = :kind AND d.id = :id`, "project", "kind", "id"),
		insertDocuments: compile(`INSERT INTO @documents (project, kind, id, version, parent, created_at, binned, names, body)
			SELECT :project, docs.kind, docs.id, 1, docs.parent, docs.created_at, docs.binned, docs.names, docs.body
			FROM #docs `+ordered("docs"), "project", "docs"),
		updateDocuments: compile(d.SQL.UpdateDocuments, "project", "docs"),
		insertNames: compile(`INSERT INTO @names (project, kind, name, id)
			SELECT :project, named.kind, named.name, named.id FROM #named `+ordered("named"), "project", "named"),
		deleteNames: compile(d.SQL.DeleteNames, "project", "named"),
		deleteDocument: compile(`DELETE FROM @documents
			WHERE project = :project AND kind = :kind AND id = :id AND version = :version`, "project", "kind", "id", "version"),
		raise: compile(d.SQL.Raise, "project", "changes"),
		lower: compile(d.SQL.Lower, "project", "changes"),
		outcome: compile(`INSERT INTO @outcomes (project, verb, call_key, request_hash, answer, created_at)
			VALUES (:project, :verb, :key, :hash, :answer, :at) `+d.SQL.Ignore, "project", "verb", "key", "hash", "answer", "at"),
		bump:   compile(d.SQL.Bump, "project", "name", "by"),
		schema: compile(`SELECT COALESCE(MAX(m.version), 0) FROM @migrations m`),
	}
	s.insertDocuments.into, s.insertNames.into = "documents", "names"
	d.maintenance(s, compile)
	return s
}

// maintenance compiles what numbers and purges.
func (d *Dialect) maintenance(s *statements, compile func(string, ...string) *statement) {
	s.insertEntry = compile(d.SQL.InsertEntry, "project", "size", "at", "events")
	s.entries = compile(`SELECT o.position, o.events FROM @outbox o WHERE o.project = :project AND o.position >= COALESCE(
			(SELECT MAX(p.position) FROM @outbox p WHERE p.project = :project AND p.position <= :after), 0)
		ORDER BY o.position LIMIT :most`, "project", "after", "most")
	if d.SQL.NumberEntries != "" {
		s.head = compile(d.SQL.Head, "project", "name")
		s.lockHead = compile(d.SQL.LockHead, "project", "name")
		s.setHead = compile(`UPDATE @heads SET value = :value WHERE project = :project AND name = :name`, "project", "name", "value")
		s.appendEntry = compile(d.SQL.AppendEntry, "project", "size", "events", "seq")
		s.unnumbered = compile(`SELECT o.seq, o.size FROM @outbox o WHERE o.project = :project AND o.position IS NULL
			ORDER BY o.seq LIMIT :most`, "project", "most")
		s.number = compile(d.SQL.NumberEntries, "project", "numbered")
		s.positions = compile(`SELECT o.seq, o.position FROM @outbox o WHERE o.project = :project AND o.position >= COALESCE(
				(SELECT MAX(p.position) FROM @outbox p WHERE p.project = :project AND p.position <= :after), 0)
			ORDER BY o.position LIMIT :most`, "project", "after", "most")
		s.entriesOf = compile(`SELECT numbered.position, o.events FROM #numbered `+
			d.SQL.Lookup("JOIN", "@outbox", "o", "o.events", "o.project = :project AND o.seq = numbered.seq")+` ORDER BY numbered.place`, "project", "numbered")
	}
	s.oldOutcomes = compile(`SELECT o.created_at FROM @outcomes o WHERE o.project = :project AND o.created_at < :before
		ORDER BY o.created_at LIMIT :most`, "project", "before", "most")
	s.purgeOutcomes = compile(`DELETE FROM @outcomes WHERE project = :project AND created_at <= :last`, "project", "last")
	s.oldEntries = compile(`SELECT o.position FROM @outbox o
		WHERE o.project = :project AND o.position <= :delivered AND o.position + o.size - 1 <= :delivered AND o.created_at < :before
		ORDER BY o.position LIMIT :most`, "project", "delivered", "before", "most")
	s.purgeEntries = compile(`DELETE FROM @outbox WHERE project = :project AND position <= :last AND created_at < :before`,
		"project", "last", "before")
	s.entriesWith = compile(`SELECT o.position, o.events FROM @outbox o WHERE o.project = :project AND o.position > :after
			AND (`+d.SQL.Holds("o.events", ":text")+` OR `+d.SQL.Holds("o.events", ":quoted")+`)
		ORDER BY o.position LIMIT :most`, "project", "after", "text", "quoted", "most")
	s.rewriteEntry = compile(`UPDATE @outbox SET events = :clean WHERE project = :project AND position = :position AND events = :old`,
		"project", "position", "old", "clean")
	s.outcomesWith = compile(`SELECT o.verb, o.call_key, o.answer FROM @outcomes o
		WHERE o.project = :project AND (o.verb, o.call_key) > (:verb, :key) AND `+d.SQL.Holds("o.answer", ":text")+`
		ORDER BY o.verb, o.call_key LIMIT :most`, "project", "verb", "key", "text", "most")
	s.rewriteOutcome = compile(`UPDATE @outcomes SET answer = :clean
		WHERE project = :project AND verb = :verb AND call_key = :key AND answer = :old`, "project", "verb", "key", "old", "clean")
}

// visible is the condition that a record is not in the bin. It is not "binned = 0": that is the condition of the indexes for
// lists, which must not be taken for the look-up of a single record.
func visible(alias string) string { return alias + `.binned < 1` }

// counter joins the counter k that a condition names.
func (s *SQL) counter(condition string) string {
	return s.Lookup("JOIN", "@counters", "k", "k.metric, k.subject, k.customer, k.detail, k.value", condition)
}

// counterMatch joins the counter k with the rows of a relation that has the columns of a counter's key.
func counterMatch(relation string) string {
	return `k.project = :project AND k.metric = ` + relation + `.metric AND k.subject = ` + relation + `.subject
		AND k.customer = ` + relation + `.customer AND k.detail = ` + relation + `.detail`
}
