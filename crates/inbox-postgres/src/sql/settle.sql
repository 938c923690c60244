WITH settings AS MATERIALIZED (
    SELECT set_config('lock_timeout', $8, true)
), clock AS MATERIALIZED (
    SELECT clock_timestamp() AS now
), known AS MATERIALIZED (
    SELECT state FROM twilio_verify_inbox
    WHERE inbox = $1 AND account_sid = $2 AND uuid = $3 AND attempt = $4
), moved AS (
    UPDATE twilio_verify_inbox AS row
    SET state = CASE $5::int WHEN 0 THEN 2 WHEN 1 THEN 0 WHEN 2 THEN 0 WHEN 3 THEN 1 ELSE 3 END,
        tries = row.tries - ($5 = 2 AND row.tries > 0)::int,
        due = clock.now + coalesce($6::bigint, 0) * interval '1 millisecond',
        event = CASE WHEN $5 <> 0 THEN row.event END,
        error = CASE $5 WHEN 0 THEN NULL WHEN 1 THEN $7 WHEN 4 THEN $7 ELSE row.error END
    FROM settings, clock
    WHERE row.inbox = $1 AND row.account_sid = $2 AND row.uuid = $3 AND row.attempt = $4 AND $4 > 0
        AND (row.state = 1 OR $5 = 0 AND row.state IN (0, 3))
    RETURNING 1
)
SELECT EXISTS (SELECT FROM moved) AS moved, (SELECT state FROM known) AS state
