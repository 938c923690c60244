SELECT account_sid, uuid, digest, kind, spent, late, attempt, tries, age, event
FROM twilio_verify_inbox_take_1($1, $2, $3, $4, $5, $6, $7, $8)
