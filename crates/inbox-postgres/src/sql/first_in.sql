WITH settings AS MATERIALIZED (
    SELECT current_setting('lock_timeout') AS before, set_config('lock_timeout', $5, true)
), known AS MATERIALIZED (
    SELECT digest FROM twilio_verify_inbox
    WHERE inbox = $1 AND account_sid = $2 AND uuid = $3
), put AS (
    INSERT INTO twilio_verify_inbox (inbox, account_sid, uuid, digest, kind, state, attempt, tries, due, received)
    SELECT $1, $2, $3, $4, 0, 2, 0, 0, clock.now, clock.now
    FROM settings, (SELECT clock_timestamp() AS now) AS clock
    WHERE NOT EXISTS (SELECT FROM known)
    ON CONFLICT (inbox, account_sid, uuid) DO NOTHING
    RETURNING 1
)
SELECT new, same, set_config('lock_timeout', settings.before, true)
FROM settings, (SELECT (SELECT count(*) > 0 FROM put) AS new, (SELECT digest = $4 FROM known) AS same) AS found
