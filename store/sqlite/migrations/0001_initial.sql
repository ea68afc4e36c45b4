-- +goose Up
CREATE TABLE IF NOT EXISTS voucherify_migrations (
	version  INTEGER NOT NULL PRIMARY KEY,
	checksum TEXT    NOT NULL DEFAULT ''
) STRICT;

-- Records. created_at is microseconds since 1970 UTC; names are the unique keys as a JSON array, in their order.
CREATE TABLE IF NOT EXISTS voucherify_documents (
	project    TEXT    NOT NULL,
	kind       TEXT    NOT NULL,
	id         TEXT    NOT NULL,
	version    INTEGER NOT NULL CHECK (version > 0),
	parent     TEXT    NOT NULL,
	created_at INTEGER NOT NULL,
	binned     INTEGER NOT NULL,
	names      TEXT    NOT NULL,
	body       TEXT    NOT NULL,
	PRIMARY KEY (project, kind, id)
) STRICT;

CREATE INDEX IF NOT EXISTS voucherify_documents_created ON voucherify_documents (project, kind, created_at, id)
	WHERE binned = 0;

CREATE INDEX IF NOT EXISTS voucherify_documents_parent ON voucherify_documents (project, kind, parent, created_at, id)
	WHERE binned = 0 AND parent <> '';

-- The unique keys of records, also of those in the bin.
CREATE TABLE IF NOT EXISTS voucherify_names (
	project TEXT NOT NULL,
	kind    TEXT NOT NULL,
	name    TEXT NOT NULL,
	id      TEXT NOT NULL,
	PRIMARY KEY (project, kind, name)
) STRICT, WITHOUT ROWID;

-- Counters. maximum is the limit that the last raise kept to; it is for people, no decision reads it.
CREATE TABLE IF NOT EXISTS voucherify_counters (
	project  TEXT    NOT NULL,
	metric   TEXT    NOT NULL,
	subject  TEXT    NOT NULL,
	customer TEXT    NOT NULL,
	detail   TEXT    NOT NULL,
	value    INTEGER NOT NULL CHECK (value >= 0),
	maximum  INTEGER NOT NULL,
	PRIMARY KEY (project, metric, subject, customer, detail)
) STRICT, WITHOUT ROWID;

-- Stored answers of idempotent calls.
CREATE TABLE IF NOT EXISTS voucherify_outcomes (
	project      TEXT    NOT NULL,
	verb         TEXT    NOT NULL,
	call_key     TEXT    NOT NULL,
	request_hash TEXT    NOT NULL,
	answer       TEXT    NOT NULL,
	created_at   INTEGER NOT NULL,
	PRIMARY KEY (project, verb, call_key)
) STRICT;

CREATE INDEX IF NOT EXISTS voucherify_outcomes_created ON voucherify_outcomes (project, created_at);

-- Events, those of a transaction as one row: lines of JSON, the first of which has the position.
CREATE TABLE IF NOT EXISTS voucherify_outbox (
	project    TEXT    NOT NULL,
	position   INTEGER NOT NULL,
	size       INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	events     TEXT    NOT NULL,
	PRIMARY KEY (project, position)
) STRICT;

-- One number for each purpose: the revision of the configuration, and the last position of the outbox.
CREATE TABLE IF NOT EXISTS voucherify_heads (
	project TEXT    NOT NULL,
	name    TEXT    NOT NULL,
	value   INTEGER NOT NULL,
	PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;

INSERT INTO voucherify_migrations (version) VALUES (1);
