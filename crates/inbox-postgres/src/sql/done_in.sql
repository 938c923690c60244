UPDATE twilio_verify_inbox
SET state = 2, due = clock_timestamp(), event = NULL, error = NULL
WHERE inbox = $1 AND account_sid = $2 AND uuid = $3 AND attempt = $4 AND attempt > 0 AND state IN (0, 1, 3)
RETURNING 1
