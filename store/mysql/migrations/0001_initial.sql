-- +goose Up
CREATE TABLE IF NOT EXISTS voucherify_migrations (
	version  BIGINT      NOT NULL PRIMARY KEY,
	checksum VARCHAR(64) NOT NULL DEFAULT ''
) ENGINE = InnoDB;

-- Names are VARBINARY, because text collations take "summer" and "summer " for equal, some of them "SUMMER" as well.

-- Records. created_at is microseconds since 1970 UTC; names are the unique keys as a JSON array, in their order.
CREATE TABLE IF NOT EXISTS voucherify_documents (
	project    VARBINARY(255) NOT NULL,
	kind       VARBINARY(64)  NOT NULL,
	id         VARBINARY(255) NOT NULL,
	version    BIGINT         NOT NULL,
	parent     VARBINARY(255) NOT NULL,
	created_at BIGINT         NOT NULL,
	binned     SMALLINT       NOT NULL,
	names      LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	body       LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	PRIMARY KEY (project, kind, id),
	KEY voucherify_documents_created (project, kind, binned, created_at, id),
	KEY voucherify_documents_parent (project, kind, parent, binned, created_at, id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- The unique keys of records, also of those in the bin.
CREATE TABLE IF NOT EXISTS voucherify_names (
	project VARBINARY(255) NOT NULL,
	kind    VARBINARY(64)  NOT NULL,
	name    VARBINARY(767) NOT NULL,
	id      VARBINARY(255) NOT NULL,
	PRIMARY KEY (project, kind, name)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Counters. maximum is the limit that the last raise kept to; it is for people, no decision reads it.
CREATE TABLE IF NOT EXISTS voucherify_counters (
	project  VARBINARY(255) NOT NULL,
	metric   VARBINARY(64)  NOT NULL,
	subject  VARBINARY(255) NOT NULL,
	customer VARBINARY(255) NOT NULL,
	detail   VARBINARY(767) NOT NULL,
	value    BIGINT         NOT NULL CHECK (value >= 0),
	maximum  BIGINT         NOT NULL,
	PRIMARY KEY (project, metric, subject, customer, detail)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Stored answers of idempotent calls.
CREATE TABLE IF NOT EXISTS voucherify_outcomes (
	project      VARBINARY(255) NOT NULL,
	verb         VARBINARY(64)  NOT NULL,
	call_key     VARBINARY(255) NOT NULL,
	request_hash VARBINARY(255) NOT NULL,
	answer       LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	created_at   BIGINT         NOT NULL,
	PRIMARY KEY (project, verb, call_key),
	KEY voucherify_outcomes_created (created_at)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Events, those of a transaction as one row: lines of JSON. seq is the order of writing; position is the order of commits,
-- counts single events and is set when the outbox is read.
CREATE TABLE IF NOT EXISTS voucherify_outbox (
	seq        BIGINT         NOT NULL AUTO_INCREMENT PRIMARY KEY,
	project    VARBINARY(255) NOT NULL,
	position   BIGINT,
	size       BIGINT         NOT NULL,
	created_at BIGINT         NOT NULL,
	events     LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	UNIQUE KEY voucherify_outbox_position (project, position)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- One number for each purpose: the revision of the configuration, and the last position of the outbox.
CREATE TABLE IF NOT EXISTS voucherify_heads (
	project VARBINARY(255) NOT NULL,
	name    VARBINARY(64)  NOT NULL,
	value   BIGINT         NOT NULL,
	PRIMARY KEY (project, name)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

INSERT INTO voucherify_migrations (version) VALUES (1);
