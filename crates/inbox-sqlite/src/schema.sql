CREATE TABLE verify_inbox (
    -- The inbox, so that several applications may share a file.
    inbox TEXT NOT NULL,
    account_sid TEXT NOT NULL,
    uuid TEXT NOT NULL,
    digest BLOB NOT NULL,
    -- 0 pending, 1 working, 2 done, 3 dead.
    state INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    -- Milliseconds since 1970 UTC, as is `received`.
    due INTEGER NOT NULL,
    received INTEGER NOT NULL,
    -- JSON; NULL once done.
    event TEXT,
    error TEXT,
    PRIMARY KEY (inbox, account_sid, uuid)
) WITHOUT ROWID, STRICT;

CREATE INDEX verify_inbox_due ON verify_inbox (inbox, state, due) WHERE state IN (0, 1);

CREATE INDEX verify_inbox_dead ON verify_inbox (inbox, account_sid, uuid) WHERE state = 3;

-- One row: the version of the schema, and the oldest version that can work with it.
CREATE TABLE verify_inbox_schema (
    version INTEGER NOT NULL,
    compatible_from INTEGER NOT NULL
) STRICT;

INSERT INTO verify_inbox_schema VALUES (1, 1);
