WITH moved AS (
    UPDATE twilio_verify_inbox
    SET state = 2, due = clock_timestamp(), event = NULL, error = NULL
    WHERE inbox = $1 AND account_sid = $2 AND uuid = $3 AND state NOT IN (0, 1, 2)
    RETURNING 1
)
SELECT EXISTS (SELECT FROM moved) AS discarded
