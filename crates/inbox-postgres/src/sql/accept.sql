WITH settings AS MATERIALIZED (
    SELECT set_config('lock_timeout', $7, true)
), clock AS MATERIALIZED (
    SELECT clock_timestamp() AS now
), known AS MATERIALIZED (
    SELECT digest, state FROM twilio_verify_inbox
    WHERE inbox = $1 AND account_sid = $2 AND uuid = $3
), put AS (
    INSERT INTO twilio_verify_inbox (inbox, account_sid, uuid, digest, state, attempt, tries, due, event, received)
    SELECT $1, $2, $3, $4, taken.n, taken.n, taken.n,
        clock.now + coalesce($6::bigint, 0) * interval '1 millisecond', $5, clock.now
    FROM settings, clock, (SELECT ($6 IS NOT NULL)::int AS n) AS taken
    WHERE NOT EXISTS (SELECT FROM known)
        AND (SELECT compatible_from FROM twilio_verify_inbox_schema) <= $8
        AND (current_setting('synchronous_commit') <> 'off' OR $9)
    ON CONFLICT (inbox, account_sid, uuid) DO NOTHING
    RETURNING 1
)
SELECT
    EXISTS (SELECT FROM put) AS new,
    (SELECT state FROM known) AS state,
    (SELECT digest = $4 FROM known) AS same,
    (SELECT compatible_from FROM twilio_verify_inbox_schema) AS compatible_from,
    current_setting('synchronous_commit') <> 'off' AS durable
