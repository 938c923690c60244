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
-- Not by IF NOT EXISTS, which waits for all transactions that have written, with whoever comes after them behind it, even
-- for an index that is there.
DO $indexes$
DECLARE
    there CONSTANT text[] := ARRAY(
        SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE indrelid = 'twilio_verify_inbox'::regclass
    );
BEGIN
    IF 'twilio_verify_inbox_open' <> ALL (there) THEN
        CREATE INDEX twilio_verify_inbox_open ON twilio_verify_inbox (inbox, kind, due) WHERE state IN (0, 1);
    END IF;
    -- Dead rows, and those of a state that nobody knows.
    IF 'twilio_verify_inbox_dead' <> ALL (there) THEN
        CREATE INDEX twilio_verify_inbox_dead ON twilio_verify_inbox (inbox, account_sid, uuid) WHERE state NOT IN (0, 1, 2);
    END IF;
    -- For the purge alone.
    IF 'twilio_verify_inbox_done' <> ALL (there) THEN
        CREATE INDEX twilio_verify_inbox_done ON twilio_verify_inbox (inbox, due) WHERE state = 2;
    END IF;
END
$indexes$;

-- What is asked for all the time are functions, because the server keeps their plans, whoever asks and however: the same
-- as statements takes several times as long to plan as to run. A plan is made once and for any size of the table, so that
-- one that was made while it was empty does not read the whole of it later.
-- The version of the schema is in their names, so that applications of two versions can run beside each other: a function
-- that changes gets another.
-- No column begins with of_, as parameters do: a later version that adds columns changes nothing of what these do.
-- Their lock_timeout is one of their own, so that what they set ends with them, in a transaction of the caller's as well.

-- Stores a delivery that is not known.
CREATE OR REPLACE FUNCTION twilio_verify_inbox_accept_1(
    of_inbox text, of_account_sid text, of_uuid text, of_digest bytea, of_event text,
    of_lease bigint, of_lock_timeout text, of_schema_version integer, of_accept_volatile boolean, of_kind smallint,
    OUT new boolean, OUT state smallint, OUT same boolean, OUT compatible_from integer, OUT durable boolean
) LANGUAGE plpgsql
SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan SET lock_timeout = 0
AS $accept$
DECLARE
    taken CONSTANT integer := (of_lease IS NOT NULL)::integer;
BEGIN
    of_lock_timeout := set_config('lock_timeout', of_lock_timeout, true);
    new := false;
    FOR turn IN 1..2 LOOP
        -- What is known is not tried: it would wait for a transaction that has the row.
        SELECT known.state, CASE WHEN length(known.digest) = 16 THEN known.digest = of_digest END INTO state, same
        FROM twilio_verify_inbox AS known
        WHERE known.inbox = of_inbox AND known.account_sid = of_account_sid AND known.uuid = of_uuid;
        IF FOUND THEN
            RETURN;
        END IF;
        SELECT needed.compatible_from, current_setting('synchronous_commit') <> 'off' INTO compatible_from, durable
        FROM twilio_verify_inbox_schema AS needed WHERE needed.one_row;
        IF ((durable OR of_accept_volatile) AND compatible_from <= of_schema_version) IS NOT TRUE THEN
            RETURN;
        END IF;
        INSERT INTO twilio_verify_inbox
            (inbox, account_sid, uuid, digest, kind, state, attempt, tries, due, event, received)
        VALUES (of_inbox, of_account_sid, of_uuid, of_digest, of_kind, taken, taken, taken,
            clock_timestamp() + coalesce(of_lease, 0) * interval '1 millisecond', of_event, clock_timestamp())
        ON CONFLICT (inbox, account_sid, uuid) DO NOTHING;
        IF FOUND THEN
            new := true;
            RETURN;
        END IF;
        -- Another transaction stored it meanwhile: it is known now.
    END LOOP;
END
$accept$;

-- Takes rows that are due.
CREATE OR REPLACE FUNCTION twilio_verify_inbox_take_1(
    of_inbox text, of_most bigint, of_lease bigint, of_max_tries bigint, of_lease_ran_out text, of_schema_version integer,
    of_kinds smallint[], of_lock_timeout text
) RETURNS TABLE (
    account_sid text, uuid text, digest bytea, kind smallint, spent boolean, late boolean, attempt bigint, tries bigint,
    age bigint, event text
) LANGUAGE plpgsql
SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan SET lock_timeout = 0
AS $take$
#variable_conflict use_column
DECLARE
    of_moment timestamptz;
    chosen record;
BEGIN
    of_lock_timeout := set_config('lock_timeout', of_lock_timeout, true);
    IF (SELECT compatible_from <= of_schema_version FROM twilio_verify_inbox_schema WHERE one_row) IS NOT TRUE THEN
        RAISE EXCEPTION 'the tables are not for version % of the schema', of_schema_version USING ERRCODE = 'TV001';
    END IF;
    of_moment := clock_timestamp();
    FOR chosen IN
        WITH candidates AS MATERIALIZED (
            SELECT first.*
            -- Each kind by its own part of the index.
            FROM (VALUES (0::smallint), (1::smallint)) AS wanted (kind), LATERAL (
                SELECT account_sid, uuid, due, state = 1 AS late, tries >= of_max_tries AS spent
                FROM twilio_verify_inbox AS row
                WHERE inbox = of_inbox AND row.kind = wanted.kind AND wanted.kind = ANY (of_kinds)
                    AND state IN (0, 1) AND due <= of_moment
                ORDER BY due
                LIMIT 2 * of_most
                FOR NO KEY UPDATE SKIP LOCKED
            ) AS first
            ORDER BY due
            LIMIT 2 * of_most
        ), numbered AS (
            SELECT *, row_number() OVER (ORDER BY due, late, account_sid, uuid) AS place FROM candidates
        ), counted AS (
            SELECT *,
                count(*) FILTER (WHERE NOT spent) OVER before AS taken_before,
                count(*) FILTER (WHERE spent) OVER before AS spent_before,
                min(place) FILTER (WHERE late AND NOT spent) OVER () AS first_late,
                min(place) FILTER (WHERE NOT late AND NOT spent) OVER () AS first_fresh
            FROM numbered
            WINDOW before AS (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        )
        SELECT * FROM counted
        WHERE taken_before < of_most AND spent_before < of_most
            AND (first_late IS NULL OR place < first_late OR place = first_late AND (first_fresh > first_late) IS NOT FALSE)
        ORDER BY place
    LOOP
        -- One by one: a join would be planned for the few rows that there were when the plan was made.
        RETURN QUERY
        UPDATE twilio_verify_inbox AS row
        SET state = CASE WHEN chosen.spent THEN 3 ELSE 1 END,
            -- A number that nobody wrote must not stop the others.
            attempt = row.attempt + (NOT chosen.spent AND row.attempt < 9223372036854775807)::int,
            tries = row.tries + (NOT chosen.spent)::int,
            due = of_moment + CASE WHEN chosen.spent THEN 0 ELSE of_lease END * interval '1 millisecond',
            error = CASE WHEN chosen.spent AND chosen.late THEN of_lease_ran_out ELSE row.error END
        WHERE row.inbox = of_inbox AND row.account_sid = chosen.account_sid AND row.uuid = chosen.uuid
        RETURNING row.account_sid, row.uuid, row.digest, row.kind, chosen.spent, chosen.late, row.attempt, row.tries,
            CASE WHEN isfinite(row.received)
                THEN floor(extract(epoch FROM of_moment - row.received) * 1000)::bigint END,
            row.event;
    END LOOP;
END
$take$;

-- Reports what became of a taken row.
CREATE OR REPLACE FUNCTION twilio_verify_inbox_settle_1(
    of_inbox text, of_account_sid text, of_uuid text, of_attempt bigint, of_step integer, of_after bigint, of_error text,
    of_lock_timeout text
) RETURNS TABLE (moved boolean, state smallint) LANGUAGE plpgsql
SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan SET lock_timeout = 0
AS $settle$
#variable_conflict use_column
BEGIN
    of_lock_timeout := set_config('lock_timeout', of_lock_timeout, true);
    RETURN QUERY
    WITH clock AS MATERIALIZED (
        SELECT clock_timestamp() AS now
    ), known AS MATERIALIZED (
        SELECT state FROM twilio_verify_inbox
        WHERE inbox = of_inbox AND account_sid = of_account_sid AND uuid = of_uuid AND attempt = of_attempt
    ), moved AS (
        UPDATE twilio_verify_inbox AS row
        SET state = CASE of_step WHEN 0 THEN 2 WHEN 1 THEN 0 WHEN 2 THEN 0 WHEN 3 THEN 1 ELSE 3 END,
            tries = row.tries - (of_step = 2 AND row.tries > 0)::int,
            due = clock.now + coalesce(of_after, 0) * interval '1 millisecond',
            event = CASE WHEN of_step <> 0 THEN row.event END,
            error = CASE of_step WHEN 0 THEN NULL WHEN 1 THEN of_error WHEN 4 THEN of_error ELSE row.error END
        FROM clock
        WHERE row.inbox = of_inbox AND row.account_sid = of_account_sid AND row.uuid = of_uuid
            AND row.attempt = of_attempt AND of_attempt > 0
            AND (row.state = 1 OR of_step = 0 AND row.state IN (0, 3))
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM moved) AS moved, (SELECT state FROM known) AS state;
END
$settle$;
