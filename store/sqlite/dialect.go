package sqlite

import (
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/voucherify-go/voucherify/store/internal/sqlstore"
)

//go:embed migrations/*.sql
var embedded embed.FS

// files are the migrations without their folder.
func files() fs.FS {
	folder, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return folder
}

// dialect is how SQLite wants it. Transactions that write come one after the other, so events have their positions from
// the start.
func dialect() *sqlstore.Dialect {
	return &sqlstore.Dialect{
		Name:        "sqlite",
		Placeholder: func(n int) string { return "?" + strconv.Itoa(n) },
		Numbered:    true,
		From:        from,
		Encode:      sqlstore.EncodeJSON,
		Cell:        func(_ sqlstore.Type, parameter string) string { return parameter },
		Quote:       func(identifier string) string { return `"` + identifier + `"` },
		Prepare:     true,
		Returning:   true,
		EntryBytes:  64 << 20,
		ViewOptions: &sql.TxOptions{ReadOnly: true},
		Migrations:  files(),
		Classify:    classify,
		SQL: sqlstore.SQL{
			CodeKey:    `'code:' || codes.name`,
			CampaignOf: `json_extract(d.body, '$.campaign_id')`,
			BodyText:   `d.body`,
			ParentOf:   `json_extract(d.body, '$.redemption')`,
			ChildrenOf: `JOIN json_each(COALESCE(json_extract(d.body, '$.children'), '[]')) AS children`,
			ChildID:    `children.value`,
			Lookup:     lookup,
			Ignore:     `ON CONFLICT DO NOTHING`,
			Holds:      func(text, part string) string { return `instr(` + text + `, ` + part + `) > 0` },
			InsertOrdered: func(relation string) string {
				return `WHERE 1 = 1 ORDER BY ` + relation + `.place ON CONFLICT DO NOTHING`
			},
			UpdateDocuments: `WITH given AS MATERIALIZED (SELECT :project AS project, docs.* FROM #docs)
				UPDATE @documents AS d SET version = d.version + 1, parent = given.parent, created_at = given.created_at,
					binned = given.binned, names = given.names, body = given.body
				FROM given WHERE d.project = given.project AND d.kind = given.kind AND d.id = given.id AND d.version = given.version`,
			DeleteNames: `DELETE FROM @names WHERE project = :project
				AND (kind, name, id) IN (SELECT named.kind, named.name, named.id FROM #named)`,
			Raise: `INSERT INTO @counters AS k (project, metric, subject, customer, detail, value, maximum)
				SELECT :project, changes.metric, changes.subject, changes.customer, changes.detail, changes.delta, changes.ceiling
				FROM #changes WHERE 1 = 1 ORDER BY changes.place
				ON CONFLICT (project, metric, subject, customer, detail) DO UPDATE
				SET value = k.value + excluded.value, maximum = excluded.maximum
				WHERE k.value <= excluded.maximum - excluded.value
				RETURNING metric, subject, customer, detail`,
			Lower: `WITH given AS MATERIALIZED (SELECT :project AS project, changes.* FROM #changes)
				UPDATE @counters AS k SET value = k.value + given.delta
				FROM given WHERE k.project = given.project AND k.metric = given.metric AND k.subject = given.subject
					AND k.customer = given.customer AND k.detail = given.detail
					AND k.value >= -given.delta AND k.value + given.delta <= given.ceiling
				RETURNING metric, subject, customer, detail`,
			Bump: `INSERT INTO @heads AS h (project, name, value) VALUES (:project, :name, :by)
				ON CONFLICT (project, name) DO UPDATE SET value = h.value + excluded.value`,
			InsertEntry: `INSERT INTO @outbox (project, position, size, created_at, events)
				SELECT :project, h.value - :size + 1, :size, :at, :events FROM @heads h
				WHERE h.project = :project AND h.name = 'outbox'`,
			HasTable: `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = :name AND :schema = ''`,
		},
	}
}

// The planner knows nothing about the sizes of tables, and would rather read everything of a project and look each row up
// in the parameter. So lookup keeps the order of the tables, and an UPDATE takes the project from a relation that is
// MATERIALIZED, where the planner does not see that it is always the same.

// lookup joins a table behind the one that names its rows.
func lookup(join, table, alias, _, condition string) string {
	if join == "JOIN" {
		join = "CROSS JOIN"
	}
	return ` ` + join + ` ` + table + ` ` + alias + ` ON ` + condition + ` `
}

// from shows the rows of a JSON array as a table.
func from(r *sqlstore.Relation) string {
	var columns strings.Builder
	for i, column := range r.Columns {
		fmt.Fprintf(&columns, ", json_extract(e.value, '$[%d]') AS %s", i, column.Name)
	}
	return fmt.Sprintf("(SELECT e.key + 1 AS place%s FROM json_each(:%s) AS e) AS %s", columns.String(), r.Name, r.Name)
}

// The primary result codes of SQLite that mean something to the contract.
const (
	codeBusy     = 5
	codeLocked   = 6
	codeCantOpen = 14
)

// classify reads the result code of an error. Missing tables have none of their own.
func classify(err error) sqlstore.Failure {
	code, ok := sqlstore.CodeOf(err)
	switch {
	case !ok && sqlstore.LostConnection(err):
		return sqlstore.Unavailable
	case !ok:
		return sqlstore.Other
	case strings.Contains(err.Error(), "no such table"), strings.Contains(err.Error(), "no such column"),
		strings.Contains(err.Error(), "has no column named"):
		return sqlstore.NoSchema
	}
	switch code & 0xff {
	case codeBusy, codeLocked:
		return sqlstore.Collision
	case codeCantOpen:
		return sqlstore.Unavailable
	}
	return sqlstore.Other
}
