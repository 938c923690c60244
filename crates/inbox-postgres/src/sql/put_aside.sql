UPDATE twilio_verify_inbox
SET state = 3, due = clock_timestamp(), error = $4
WHERE inbox = $1 AND account_sid = $2 AND uuid = $3 AND state IN (0, 1, 3)
RETURNING 1
