WITH chosen AS MATERIALIZED (
    SELECT account_sid, uuid FROM twilio_verify_inbox
    WHERE inbox = $1 AND state = 2 AND due <= (SELECT clock_timestamp()) - $2::bigint * interval '1 millisecond'
    ORDER BY due
    LIMIT $3
    FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM twilio_verify_inbox AS row
    USING chosen
    WHERE row.inbox = $1 AND row.account_sid = chosen.account_sid AND row.uuid = chosen.uuid
    RETURNING 1
)
SELECT count(*) AS purged FROM gone
