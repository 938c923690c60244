SELECT account_sid, uuid, digest, kind, state, attempt, tries,
    CASE WHEN isfinite(due) THEN floor(extract(epoch FROM due) * 1000)::bigint END AS due, event,
    CASE WHEN isfinite(received) THEN floor(extract(epoch FROM received) * 1000)::bigint END AS received, error
FROM twilio_verify_inbox
WHERE inbox = $1 AND account_sid = $2 AND uuid = $3
