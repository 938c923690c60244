WITH clock AS MATERIALIZED (
    SELECT clock_timestamp() AS now
), open AS (
    SELECT
        count(*) FILTER (WHERE state = 0) AS pending,
        count(*) FILTER (WHERE state = 1) AS working,
        min(due) FILTER (WHERE isfinite(due)) AS due
    FROM twilio_verify_inbox
    WHERE inbox = $1 AND state IN (0, 1)
)
SELECT pending, working,
    (SELECT count(*) FROM twilio_verify_inbox WHERE inbox = $1 AND state NOT IN (0, 1, 2)) AS dead,
    CASE WHEN due <= now THEN floor(extract(epoch FROM now - due) * 1000)::bigint END AS oldest_due
FROM open, clock
