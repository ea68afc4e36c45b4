package postgres

import (
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

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

// dialect is how PostgreSQL wants it.
func dialect() *sqlstore.Dialect {
	return &sqlstore.Dialect{
		Name:          "postgres",
		Placeholder:   func(n int) string { return "$" + strconv.Itoa(n) },
		Numbered:      true,
		From:          from,
		Encode:        sqlstore.EncodeArrays,
		Arrays:        true,
		Returning:     true,
		Quote:         func(identifier string) string { return `"` + identifier + `"` },
		EntryBytes:    64 << 20,
		ViewOptions:   &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
		UpdateOptions: &sql.TxOptions{Isolation: sql.LevelReadCommitted},
		Migrations:    files(),
		Classify:      classify,
		SQL: sqlstore.SQL{
			CodeKey:    `'code:' || codes.name`,
			CampaignOf: `d.body ->> 'campaign_id'`,
			BodyText:   `d.body::text`,
			ParentOf:   `d.body ->> 'redemption'`,
			ChildrenOf: `CROSS JOIN LATERAL json_array_elements_text(
				CASE WHEN json_typeof(d.body -> 'children') = 'array' THEN d.body -> 'children' ELSE '[]' END) AS children (id)`,
			ChildID:         `children.id`,
			Lookup:          lookup,
			Ignore:          `ON CONFLICT DO NOTHING`,
			Holds:           func(text, part string) string { return `strpos(` + text + `, ` + part + `) > 0` },
			InsertOrdered:   func(relation string) string { return `ORDER BY ` + relation + `.place ON CONFLICT DO NOTHING` },
			UpdateDocuments: updateDocuments,
			DeleteNames: `DELETE FROM @names n USING #named
				WHERE n.project = :project AND n.kind = named.kind AND n.name = named.name AND n.id = named.id`,
			Raise: raise,
			Lower: lower,
			Bump: `INSERT INTO @heads AS h (project, name, value) VALUES (:project, :name, :by)
				ON CONFLICT (project, name) DO UPDATE SET value = h.value + excluded.value`,
			Head:     `INSERT INTO @heads (project, name, value) VALUES (:project, :name, 0) ON CONFLICT DO NOTHING`,
			LockHead: `SELECT h.value FROM @heads h WHERE h.project = :project AND h.name = :name FOR UPDATE`,
			InsertEntry: `INSERT INTO @outbox (project, size, created_at, events)
				VALUES (:project, :size, :at, :events) RETURNING seq`,
			AppendEntry: `UPDATE @outbox SET size = size + :size, events = events || :events
				WHERE project = :project AND seq = :seq AND position IS NULL`,
			NumberEntries: `UPDATE @outbox o SET position = numbered.position FROM #numbered
				WHERE o.project = :project AND o.seq = numbered.seq AND o.position IS NULL`,
			HasTable: `SELECT COUNT(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
				WHERE c.relname = :name::text AND n.nspname = COALESCE(NULLIF(:schema::text, ''), current_schema())`,
			Lock: `SELECT COUNT(pg_advisory_xact_lock(7672331902346553450))`,
			// Nobody needs the right to create schemas for one that is there.
			Before: []string{
				`DO $$ BEGIN
					IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = '{schema}') THEN CREATE SCHEMA "{schema}"; END IF;
				END $$`,
				`SET LOCAL search_path TO "{schema}"`,
			},
		},
	}
}

// An UPDATE takes its rows in any order, and reads a whole table that it believes to be small. An INSERT takes its rows one
// by one, in the order of the plan, and finds those that exist by the primary key; that is how plans wait for each other
// and never in a circle. The conditions are on the row itself: PostgreSQL looks at them in the version that it updates.
//
// What must exist is proposed with a mark that an existing row never gets, a negative version or maximum. A row that comes
// back with its mark did not exist; it is not counted, so the plan is refused and the row goes.
const (
	raise = `INSERT INTO @counters AS k (project, metric, subject, customer, detail, value, maximum)
		SELECT :project, changes.metric, changes.subject, changes.customer, changes.detail, changes.delta, changes.ceiling
		FROM #changes ORDER BY changes.place
		ON CONFLICT (project, metric, subject, customer, detail) DO UPDATE
		SET value = k.value + excluded.value, maximum = excluded.maximum
		WHERE k.value <= excluded.maximum - excluded.value
		RETURNING k.metric, k.subject, k.customer, k.detail`

	lower = `WITH lowered AS (
			INSERT INTO @counters AS k (project, metric, subject, customer, detail, value, maximum)
			SELECT :project, changes.metric, changes.subject, changes.customer, changes.detail, -changes.delta, -1 - changes.ceiling
			FROM #changes ORDER BY changes.place
			ON CONFLICT (project, metric, subject, customer, detail) DO UPDATE
			SET value = k.value - excluded.value
			WHERE k.value >= excluded.value AND k.value - excluded.value <= -1 - excluded.maximum
			RETURNING k.metric, k.subject, k.customer, k.detail, k.maximum)
		SELECT metric, subject, customer, detail FROM lowered WHERE maximum >= 0`

	updateDocuments = `WITH updated AS (
			INSERT INTO @documents AS d (project, kind, id, version, parent, created_at, binned, names, body)
			SELECT :project, docs.kind, docs.id, -docs.version, docs.parent, docs.created_at, docs.binned, docs.names, docs.body
			FROM #docs ORDER BY docs.place
			ON CONFLICT (project, kind, id) DO UPDATE
			SET version = d.version + 1, parent = excluded.parent, created_at = excluded.created_at, binned = excluded.binned,
				names = excluded.names, body = excluded.body
			WHERE d.version = -excluded.version
			RETURNING d.version)
		SELECT 1 FROM updated WHERE version > 0`
)

// lookup keeps the planner from joining in another way than row by row and by the index: a plan that was made while the
// tables were small is kept for a while.
func lookup(join, table, alias, columns, condition string) string {
	return ` ` + join + ` LATERAL (SELECT ` + columns + ` FROM ` + table + ` ` + alias + ` WHERE ` + condition + ` OFFSET 0) AS ` + alias + ` ON true `
}

// from shows arrays, one for each column, as a table. The planner must not see how long an array is: a plan for exactly
// this length would look cheaper than one for any length, and the statement would be planned again at each call.
func from(r *sqlstore.Relation) string {
	arrays, names := make([]string, len(r.Columns)), make([]string, len(r.Columns)+1)
	for i, column := range r.Columns {
		arrays[i] = "(SELECT :" + r.Name + "." + column.Name + "::" + arrayTypes[column.Type] + ")"
		names[i] = column.Name
	}
	names[len(r.Columns)] = "place"
	return "unnest(" + strings.Join(arrays, ", ") + ") WITH ORDINALITY AS " + r.Name + " (" + strings.Join(names, ", ") + ")"
}

var arrayTypes = map[sqlstore.Type]string{
	sqlstore.Name: "text[]", sqlstore.Text: "text[]", sqlstore.JSON: "json[]", sqlstore.Integer: "bigint[]",
}

// classify reads the SQLSTATE of an error; without one it did not come from the server.
func classify(err error) sqlstore.Failure {
	state := sqlstore.SQLState(err)
	switch state {
	case "":
		var connecting *pgconn.ConnectError
		if errors.As(err, &connecting) || pgconn.SafeToRetry(err) || sqlstore.LostConnection(err) {
			return sqlstore.Unavailable
		}
		return sqlstore.Other
	case "23505":
		return sqlstore.Duplicate
	case "40001", "40P01", "55P03": // serialization failure, deadlock, a lock that was not waited for
		return sqlstore.Collision
	case "42P01", "42703", "3F000": // no such table, column, schema
		return sqlstore.NoSchema
	case "25P03", "40003", "53300", "57P01", "57P02", "57P03":
		// idle for too long, unknown completion, too many connections, shutting down, crashed, starting
		return sqlstore.Unavailable
	}
	if strings.HasPrefix(state, "08") { // connection exceptions
		return sqlstore.Unavailable
	}
	return sqlstore.Other
}
