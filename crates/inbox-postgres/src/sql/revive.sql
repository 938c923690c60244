WITH clock AS MATERIALIZED (
    SELECT clock_timestamp() AS now
), chosen AS MATERIALIZED (
    SELECT account_sid, uuid FROM twilio_verify_inbox
    WHERE inbox = $1 AND state NOT IN (0, 1, 2)
        AND ($2::text IS NULL OR account_sid = $2)
        AND ($3::text IS NULL OR uuid = $3)
        AND ($4::text IS NULL OR strpos(error, $4) > 0)
    ORDER BY account_sid, uuid
    LIMIT $5
    FOR NO KEY UPDATE
), moved AS (
    UPDATE twilio_verify_inbox AS row
    SET state = 0, tries = 0, due = clock.now, received = clock.now
    FROM chosen, clock
    WHERE row.inbox = $1 AND row.account_sid = chosen.account_sid AND row.uuid = chosen.uuid
    RETURNING 1
)
SELECT count(*) AS revived FROM moved
