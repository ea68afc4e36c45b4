-- +goose Up
CREATE TABLE IF NOT EXISTS voucherify_migrations (
	version  BIGINT NOT NULL PRIMARY KEY,
	checksum TEXT   NOT NULL DEFAULT ''
);

-- Records. created_at is microseconds since 1970 UTC; names are the unique keys as a JSON array, in their order.
CREATE TABLE IF NOT EXISTS voucherify_documents (
	project    TEXT COLLATE "C" NOT NULL,
	kind       TEXT COLLATE "C" NOT NULL,
	id         TEXT COLLATE "C" NOT NULL,
	version    BIGINT           NOT NULL,
	parent     TEXT COLLATE "C" NOT NULL,
	created_at BIGINT           NOT NULL,
	binned     SMALLINT         NOT NULL,
	names      TEXT COLLATE "C" NOT NULL,
	body       JSON             NOT NULL,
	PRIMARY KEY (project, kind, id)
);

CREATE INDEX IF NOT EXISTS voucherify_documents_created ON voucherify_documents (project, kind, created_at, id)
	WHERE binned = 0;

CREATE INDEX IF NOT EXISTS voucherify_documents_parent ON voucherify_documents (project, kind, parent, created_at, id)
	WHERE binned = 0 AND parent <> '';

-- The unique keys of records, also of those in the bin.
CREATE TABLE IF NOT EXISTS voucherify_names (
	project TEXT COLLATE "C" NOT NULL,
	kind    TEXT COLLATE "C" NOT NULL,
	name    TEXT COLLATE "C" NOT NULL,
	id      TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (project, kind, name)
);

-- Counters. maximum is the limit that the last raise kept to; it is for people, no decision reads it. Pages keep room for
-- the next version of a row, so that a counter that is changed all the time stays in its page.
CREATE TABLE IF NOT EXISTS voucherify_counters (
	project  TEXT COLLATE "C" NOT NULL,
	metric   TEXT COLLATE "C" NOT NULL,
	subject  TEXT COLLATE "C" NOT NULL,
	customer TEXT COLLATE "C" NOT NULL,
	detail   TEXT COLLATE "C" NOT NULL,
	value    BIGINT           NOT NULL CHECK (value >= 0),
	maximum  BIGINT           NOT NULL,
	PRIMARY KEY (project, metric, subject, customer, detail)
) WITH (fillfactor = 80);

-- Stored answers of idempotent calls. The answer is text, so that it comes back byte for byte.
CREATE TABLE IF NOT EXISTS voucherify_outcomes (
	project      TEXT COLLATE "C" NOT NULL,
	verb         TEXT COLLATE "C" NOT NULL,
	call_key     TEXT COLLATE "C" NOT NULL,
	request_hash TEXT             NOT NULL,
	answer       TEXT             NOT NULL,
	created_at   BIGINT           NOT NULL,
	PRIMARY KEY (project, verb, call_key)
);

CREATE INDEX IF NOT EXISTS voucherify_outcomes_created ON voucherify_outcomes (created_at);

-- Events, those of a transaction as one row: lines of JSON. seq is the order of writing; position is the order of commits,
-- counts single events and is set when the outbox is read.
CREATE TABLE IF NOT EXISTS voucherify_outbox (
	seq        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	project    TEXT COLLATE "C" NOT NULL,
	position   BIGINT,
	size       BIGINT           NOT NULL,
	created_at BIGINT           NOT NULL,
	events     TEXT             NOT NULL
);

-- Events are read once and purged: compressing them is not worth the time of a redeem.
ALTER TABLE voucherify_outbox ALTER COLUMN events SET STORAGE EXTERNAL;

CREATE UNIQUE INDEX IF NOT EXISTS voucherify_outbox_position ON voucherify_outbox (project, position)
	WHERE position IS NOT NULL;

CREATE INDEX IF NOT EXISTS voucherify_outbox_fresh ON voucherify_outbox (project, seq) WHERE position IS NULL;

-- One number for each purpose: the revision of the configuration, and the last position of the outbox.
CREATE TABLE IF NOT EXISTS voucherify_heads (
	project TEXT COLLATE "C" NOT NULL,
	name    TEXT COLLATE "C" NOT NULL,
	value   BIGINT           NOT NULL,
	PRIMARY KEY (project, name)
);

INSERT INTO voucherify_migrations (version) VALUES (1);
