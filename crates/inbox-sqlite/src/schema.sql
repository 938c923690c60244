CREATE TABLE verify_inbox (
    -- The inbox, so that several applications may share a file.
    inbox TEXT NOT NULL,
    account_sid TEXT NOT NULL,
    uuid TEXT NOT NULL,
    digest BLOB NOT NULL,
    -- 0 an event of Verify Push, 1 one of Verify Events.
    kind INTEGER NOT NULL,
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

CREATE INDEX verify_inbox_due ON verify_inbox (inbox, state, kind, due) WHERE state IN (0, 1);

-- Dead rows, and those of a state that nobody knows.
CREATE INDEX verify_inbox_dead ON verify_inbox (inbox, account_sid, uuid) WHERE state NOT IN (0, 1, 2);

-- For the purge alone.
CREATE INDEX verify_inbox_done ON verify_inbox (inbox, due) WHERE state = 2;

-- One row: the version of the schema, and the oldest version that can work with it.
CREATE TABLE verify_inbox_schema (
    version INTEGER NOT NULL,
    compatible_from INTEGER NOT NULL
) STRICT;

INSERT INTO verify_inbox_schema VALUES (1, 1);
