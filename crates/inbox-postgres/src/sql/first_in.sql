WITH settings AS MATERIALIZED (
    SELECT current_setting('lock_timeout') AS before, set_config('lock_timeout', $5, true)
), needed AS MATERIALIZED (
    SELECT compatible_from FROM twilio_verify_inbox_schema WHERE one_row
), known AS MATERIALIZED (
    SELECT CASE WHEN length(digest) = 16 THEN digest = $4 END AS same FROM twilio_verify_inbox
    WHERE inbox = $1 AND account_sid = $2 AND uuid = $3
), put AS (
    INSERT INTO twilio_verify_inbox (inbox, account_sid, uuid, digest, kind, state, attempt, tries, due, received)
    SELECT $1, $2, $3, $4, 0, 2, 0, 0, clock.now, clock.now
    FROM settings, needed, (SELECT clock_timestamp() AS now) AS clock
    WHERE NOT EXISTS (SELECT FROM known) AND compatible_from <= $6
    ON CONFLICT (inbox, account_sid, uuid) DO NOTHING
    RETURNING 1
)
SELECT new, known, same, compatible_from, set_config('lock_timeout', settings.before, true)
FROM settings, (
    SELECT (SELECT count(*) > 0 FROM put) AS new, EXISTS (SELECT FROM known) AS known, (SELECT same FROM known) AS same,
        (SELECT compatible_from FROM needed) AS compatible_from
) AS found
