SELECT moved, state
FROM twilio_verify_inbox_settle_1($1, $2, $3, $4, $5, $6, $7, $8)
