-- The table of the inbox, one row for each event of an inbox. May be run again and again, and beside itself.
SELECT pg_advisory_xact_lock(hashtextextended('twilio_verify_inbox schema', 0));

CREATE TABLE IF NOT EXISTS twilio_verify_inbox_schema (
    one_row         boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    version         integer NOT NULL,
    compatible_from integer NOT NULL
);
INSERT INTO twilio_verify_inbox_schema (version, compatible_from) VALUES (1, 1) ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS twilio_verify_inbox (
    inbox       text COLLATE "C" NOT NULL,
    account_sid text COLLATE "C" NOT NULL,
    uuid        text COLLATE "C" NOT NULL,
    digest      bytea NOT NULL,
    -- 0 an event of Verify Push, 1 one of Verify Events
    kind        smallint NOT NULL,
    -- 0 pending, 1 working, 2 done, 3 dead
    state       smallint NOT NULL,
    -- Up at every take: a step of an older take changes nothing.
    attempt     bigint NOT NULL,
    -- What of the budget is spent.
    tries       bigint NOT NULL,
    -- When it may be taken; while working, when the lease ends; of a done row, when it was done.
    due         timestamptz NOT NULL,
    -- The event as JSON; null once it is done or was written as done.
    event       text,
    received    timestamptz NOT NULL,
    -- The last failure.
    error       text,
    PRIMARY KEY (inbox, account_sid, uuid)
);
CREATE INDEX IF NOT EXISTS twilio_verify_inbox_open ON twilio_verify_inbox (inbox, kind, due) WHERE state IN (0, 1);
-- Dead rows, and those of a state that nobody knows.
CREATE INDEX IF NOT EXISTS twilio_verify_inbox_dead ON twilio_verify_inbox (inbox, account_sid, uuid) WHERE state NOT IN (0, 1, 2);
-- For the purge alone.
CREATE INDEX IF NOT EXISTS twilio_verify_inbox_done ON twilio_verify_inbox (inbox, due) WHERE state = 2;
