package mysql

import (
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
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

// dialect is how MySQL and MariaDB want it, in what they have in common.
func dialect() *sqlstore.Dialect {
	return &sqlstore.Dialect{
		Name:          "mysql",
		Placeholder:   func(int) string { return "?" },
		From:          from,
		Encode:        sqlstore.EncodeJSON,
		Quote:         func(identifier string) string { return "`" + identifier + "`" },
		Prepare:       true,
		EntryBytes:    6 << 20, // max_allowed_packet limits statements and results of CONCAT, to 16 MB by default
		ViewOptions:   &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
		UpdateOptions: &sql.TxOptions{Isolation: sql.LevelReadCommitted},
		Migrations:    files(),
		Classify:      classify,
		SQL: sqlstore.SQL{
			CodeKey:    `CONCAT('code:', codes.name)`,
			CampaignOf: `CAST(JSON_UNQUOTE(JSON_EXTRACT(d.body, '$.campaign_id')) AS BINARY)`,
			BodyText:   `d.body`,
			ParentOf:   `CAST(JSON_UNQUOTE(JSON_EXTRACT(d.body, '$.redemption')) AS BINARY)`,
			ChildrenOf: `JOIN JSON_TABLE(COALESCE(JSON_EXTRACT(d.body, '$.children'), '[]'),
				'$[*]' COLUMNS (id VARBINARY(255) PATH '$')) AS children`,
			ChildID:       `children.id`,
			Lookup:        lookup,
			Holds:         func(text, part string) string { return `INSTR(` + text + `, ` + part + `) > 0` },
			InsertOrdered: func(relation string) string { return `ORDER BY ` + relation + `.place` },
			UpdateDocuments: `UPDATE #docs STRAIGHT_JOIN @documents d
				ON d.project = :project AND d.kind = docs.kind AND d.id = docs.id AND d.version = docs.version
				SET d.version = d.version + 1, d.parent = docs.parent, d.created_at = docs.created_at, d.binned = docs.binned,
					d.names = docs.names, d.body = docs.body`,
			DeleteNames: `DELETE n FROM #named STRAIGHT_JOIN @names n
				ON n.project = :project AND n.kind = named.kind AND n.name = named.name AND n.id = named.id`,
			Raise: raise,
			Lower: lower,
			Bump: `INSERT INTO @heads (project, name, value) VALUES (:project, :name, :by)
				ON DUPLICATE KEY UPDATE value = value + VALUES(value)`,
			Head: `INSERT INTO @heads (project, name, value) VALUES (:project, :name, 0)
				ON DUPLICATE KEY UPDATE value = value`,
			LockHead: `SELECT h.value FROM @heads h WHERE h.project = :project AND h.name = :name FOR UPDATE`,
			InsertEntry: `INSERT INTO @outbox (project, size, created_at, events)
				VALUES (:project, :size, :at, :events)`,
			AppendEntry: `UPDATE @outbox SET size = size + :size, events = CONCAT(events, :events)
				WHERE project = :project AND seq = :seq AND position IS NULL`,
			NumberEntries: `UPDATE #numbered STRAIGHT_JOIN @outbox o ON o.seq = numbered.seq
				SET o.position = numbered.position WHERE o.project = :project AND o.position IS NULL`,
			HasTable: `SELECT COUNT(*) FROM information_schema.tables
				WHERE table_schema = DATABASE() AND table_name = :name AND :schema = ''`,
			Lock:   `SELECT GET_LOCK(CONCAT('voucherify_', MD5(DATABASE())), 600)`,
			Unlock: `DO RELEASE_LOCK(CONCAT('voucherify_', MD5(DATABASE())))`,
		},
	}
}

// There is no UPDATE … RETURNING that both servers have, and an INSERT … ON DUPLICATE KEY UPDATE does not tell which rows
// it has left alone. So a counter that refuses makes the arithmetic overflow, which fails in every sql_mode and undoes the
// statement. STRAIGHT_JOIN keeps to the order of the plan, in which the rows are locked.
const (
	raise = `INSERT INTO @counters (project, metric, subject, customer, detail, value, maximum)
		SELECT :project, changes.metric, changes.subject, changes.customer, changes.detail, changes.delta, changes.ceiling
		FROM #changes ORDER BY changes.place
		ON DUPLICATE KEY UPDATE
			value = IF(value <= VALUES(maximum) - VALUES(value), value + VALUES(value), value + 9223372036854775807 + 1),
			maximum = VALUES(maximum)`

	lower = `UPDATE #changes STRAIGHT_JOIN @counters k ON k.project = :project AND k.metric = changes.metric
			AND k.subject = changes.subject AND k.customer = changes.customer AND k.detail = changes.detail
		SET k.value = IF(k.value >= -changes.delta AND k.value + changes.delta <= changes.ceiling,
			k.value + changes.delta, k.value + 9223372036854775807 + 1)`
)

// lookup joins a table behind the one that names its rows, whatever the server believes about their number: what it knows of a
// table that has grown at once is old.
func lookup(join, table, alias, _, condition string) string {
	if join == "JOIN" {
		join = "STRAIGHT_JOIN"
	}
	return ` ` + join + ` ` + table + ` ` + alias + ` ON ` + condition + ` `
}

// from shows the rows of a JSON array as a table.
func from(r *sqlstore.Relation) string {
	var columns strings.Builder
	for i, column := range r.Columns {
		fmt.Fprintf(&columns, ", %s %s PATH '$[%d]' ERROR ON ERROR", column.Name, types[column.Type], i)
	}
	return fmt.Sprintf("JSON_TABLE(:%s, '$[*]' COLUMNS (place FOR ORDINALITY%s)) AS %s", r.Name, columns.String(), r.Name)
}

var types = map[sqlstore.Type]string{
	sqlstore.Name: "VARBINARY(767)", sqlstore.Text: "LONGBLOB", sqlstore.JSON: "LONGBLOB", sqlstore.Integer: "BIGINT",
}

// classify reads the number of an error; without one it did not come from the server.
func classify(err error) sqlstore.Failure {
	number, ok := sqlstore.FieldOf(err, "Number")
	switch {
	case !ok && sqlstore.LostConnection(err):
		return sqlstore.Unavailable
	case !ok:
		return sqlstore.Other
	}
	switch number {
	case 1062: // duplicate key
		return sqlstore.Duplicate
	case 1690: // out of range
		return sqlstore.GuardFailed
	case 1020, 1205, 1213, 3572: // row changed since it was read, lock wait timeout, deadlock, a lock that was not waited for
		return sqlstore.Collision
	case 1054, 1146: // no such column, table
		return sqlstore.NoSchema
	case 1040, 1053, 1077, 1079, 1203, 1226, 1927: // too many connections, shutting down, killed
		return sqlstore.Unavailable
	}
	return sqlstore.Other
}
