SELECT new, state, same, compatible_from, durable
FROM twilio_verify_inbox_accept_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
