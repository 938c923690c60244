WITH clock AS MATERIALIZED (
    SELECT clock_timestamp() AS now
), candidates AS MATERIALIZED (
    SELECT first.*
    -- Each kind by its own part of the index. Written out, so that the plan is the same for all that may be asked for, and is
    -- made once for a prepared statement.
    FROM (VALUES (0::smallint), (1::smallint)) AS wanted (kind), LATERAL (
        SELECT account_sid, uuid, due, state = 1 AS late, tries >= $4 AS spent
        FROM twilio_verify_inbox AS row
        WHERE inbox = $1 AND row.kind = wanted.kind AND wanted.kind = ANY ($7::smallint[])
            AND state IN (0, 1) AND due <= (SELECT now FROM clock)
            AND (SELECT compatible_from FROM twilio_verify_inbox_schema) <= $6
        ORDER BY due
        LIMIT 2 * $2
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS first
    ORDER BY due
    LIMIT 2 * $2
), numbered AS (
    SELECT *, row_number() OVER (ORDER BY due, late, account_sid, uuid) AS place FROM candidates
), counted AS (
    SELECT *,
        count(*) FILTER (WHERE NOT spent) OVER before AS taken_before,
        count(*) FILTER (WHERE spent) OVER before AS spent_before,
        min(place) FILTER (WHERE late AND NOT spent) OVER () AS first_late,
        min(place) FILTER (WHERE NOT late AND NOT spent) OVER () AS first_fresh
    FROM numbered
    WINDOW before AS (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), chosen AS (
    SELECT * FROM counted
    WHERE taken_before < $2 AND spent_before < $2
        AND (first_late IS NULL OR place < first_late OR place = first_late AND (first_fresh > first_late) IS NOT FALSE)
), moved AS (
    UPDATE twilio_verify_inbox AS row
    SET state = CASE WHEN spent THEN 3 ELSE 1 END,
        -- A number that nobody wrote must not stop the others.
        attempt = row.attempt + (NOT spent AND row.attempt < 9223372036854775807)::int,
        tries = row.tries + (NOT spent)::int,
        due = clock.now + CASE WHEN spent THEN 0 ELSE $3::bigint END * interval '1 millisecond',
        error = CASE WHEN spent AND late THEN $5 ELSE row.error END
    FROM chosen, clock
    WHERE row.inbox = $1 AND row.account_sid = chosen.account_sid AND row.uuid = chosen.uuid
    RETURNING row.account_sid, row.uuid, row.digest, row.kind, spent, late, place, row.attempt, row.tries, row.event,
        CASE WHEN isfinite(row.received)
            THEN floor(extract(epoch FROM clock.now - row.received) * 1000)::bigint END AS age
)
SELECT account_sid, uuid, digest, kind, spent, late, attempt, tries, age, event FROM moved ORDER BY place
