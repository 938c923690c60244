SELECT
    (SELECT version FROM twilio_verify_inbox_schema) AS version,
    (SELECT compatible_from FROM twilio_verify_inbox_schema) AS compatible_from,
    (SELECT relpersistence = 'p' FROM pg_class WHERE oid = 'twilio_verify_inbox'::regclass)
        AND current_setting('fsync')::bool
        AND current_setting('synchronous_commit') <> 'off' AS durable,
    pg_is_in_recovery() AS replica
-- An error where one is missing, as for the tables.
WHERE 'twilio_verify_inbox_accept_1'::regproc IS NOT NULL
    AND 'twilio_verify_inbox_take_1'::regproc IS NOT NULL
    AND 'twilio_verify_inbox_settle_1'::regproc IS NOT NULL
