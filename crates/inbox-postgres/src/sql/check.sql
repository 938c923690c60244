SELECT
    (SELECT version FROM twilio_verify_inbox_schema) AS version,
    (SELECT compatible_from FROM twilio_verify_inbox_schema) AS compatible_from,
    NOT EXISTS (
        SELECT FROM pg_class
        WHERE relpersistence <> 'p' AND (oid = 'twilio_verify_inbox'::regclass
            OR oid IN (SELECT relid FROM pg_partition_tree('twilio_verify_inbox')))
    ) AND current_setting('fsync')::bool AND current_setting('synchronous_commit') <> 'off' AS durable,
    pg_is_in_recovery() AS replica,
    to_regprocedure('twilio_verify_inbox_accept_1(text, text, text, bytea, text, bigint, text, integer, boolean, smallint)')
        IS NOT NULL
    AND to_regprocedure('twilio_verify_inbox_take_1(text, bigint, bigint, bigint, text, integer, smallint[], text)') IS NOT NULL
    AND to_regprocedure('twilio_verify_inbox_settle_1(text, text, text, bigint, integer, bigint, text, text)') IS NOT NULL
        AS functions,
    (SELECT count(*) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE indrelid = 'twilio_verify_inbox'::regclass
            AND relname IN ('twilio_verify_inbox_open', 'twilio_verify_inbox_dead', 'twilio_verify_inbox_done')) = 3
        AS indexes
