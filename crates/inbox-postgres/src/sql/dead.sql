SELECT account_sid, uuid, digest, state, attempt, tries,
    floor(extract(epoch FROM due) * 1000)::bigint AS due, event,
    floor(extract(epoch FROM received) * 1000)::bigint AS received, error
FROM twilio_verify_inbox
WHERE inbox = $1 AND state = 3 AND (account_sid, uuid) > ($2, $3)
ORDER BY account_sid, uuid
LIMIT $4
