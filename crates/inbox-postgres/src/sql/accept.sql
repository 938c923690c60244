WITH known AS MATERIALIZED (
    SELECT digest, state FROM twilio_verify_inbox
    WHERE inbox = $1 AND account_sid = $2 AND uuid = $3
), put AS (
    INSERT INTO twilio_verify_inbox (inbox, account_sid, uuid, digest, kind, state, attempt, tries, due, event, received)
    SELECT $1, $2, $3, $4, $10, ($6 IS NOT NULL)::int, ($6 IS NOT NULL)::int, ($6 IS NOT NULL)::int,
        clock_timestamp() + coalesce($6::bigint, 0) * interval '1 millisecond', $5, clock_timestamp()
    FROM twilio_verify_inbox_schema
    -- What is known is not tried: it would wait for a transaction that has the row.
    WHERE NOT EXISTS (SELECT FROM known)
        AND compatible_from <= $8
        AND (current_setting('synchronous_commit') <> 'off' OR $9)
        AND set_config('lock_timeout', $7, true) IS NOT NULL
    ON CONFLICT (inbox, account_sid, uuid) DO NOTHING
    RETURNING 1
)
SELECT
    EXISTS (SELECT FROM put) AS new,
    known.state,
    CASE WHEN length(known.digest) = 16 THEN known.digest = $4 END AS same,
    compatible.compatible_from,
    current_setting('synchronous_commit') <> 'off' AS durable
FROM (SELECT) AS one
LEFT JOIN known ON true
LEFT JOIN twilio_verify_inbox_schema AS compatible ON true
