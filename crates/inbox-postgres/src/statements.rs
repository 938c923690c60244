//! The statements of the store, for those who run them through another client: sqlx, diesel, sea-orm, `psql`.
//!
//! Each is one statement with numbered parameters and is safe to send unnamed, so that a pooler in transaction mode
//! may stand in between. Types in the lists are PostgreSQL's; durations are milliseconds. States are the codes of
//! [`State::code`]: 0 pending, 1 working, 2 done, 3 dead; a state that is none of these counts as dead. All of them work at READ COMMITTED and at REPEATABLE READ;
//! at the latter, and at SERIALIZABLE, one that fails with the code `40001` may be sent again. None changes a setting of a
//! transaction that it is sent in.
//!
//! [`State::code`]: twilio_verify_webhooks_inbox::State::code

/// Makes the tables and the indexes that are not there yet, and the functions. Several statements, in one transaction
/// at READ COMMITTED, such as `psql --single-transaction`; they may run again, and at the same time elsewhere.
///
/// [`ACCEPT`], [`TAKE`] and [`SETTLE`] call a function each. The server keeps a function's plans for each connection, so
/// that these statements need not be prepared to be cheap. The functions are in PL/pgSQL, act with the rights of who
/// calls them, and may be called by every role unless that is revoked.
pub const SCHEMA: &str = include_str!("sql/schema.sql");

/// The version of the schema that [`SCHEMA`] makes and the statements are written for.
pub const SCHEMA_VERSION: i32 = 1;

/// Tells whether the tables fit: version, `compatible_from`, whether what is acknowledged is kept, and whether the
/// server is a replica that can only be read.
///
/// No parameter. Columns: `version int`, `compatible_from int`, `durable bool`, `replica bool`; `functions bool` and
/// `indexes bool`, whether all of them are there.
pub const CHECK: &str = include_str!("sql/check.sql");

/// Stores a delivery that is not known.
///
/// | parameter | type | |
/// |---|---|---|
/// | `$1` | text | the name of the inbox |
/// | `$2`, `$3` | text | account SID, uuid |
/// | `$4` | bytea | the digest |
/// | `$5` | text | the event as JSON |
/// | `$6` | bigint or null | the lease of a row that is taken in the same step |
/// | `$7` | text | how long to wait for another transaction with this key or a lock on the table, such as `2s` |
/// | `$8` | int | [`SCHEMA_VERSION`] |
/// | `$9` | bool | whether an acknowledgement may be lost in a crash (`synchronous_commit = off`) |
/// | `$10` | smallint | the code of the [`Kind`](twilio_verify_webhooks_inbox::Kind) |
///
/// Columns: `new bool`, and of the row that was known `state smallint` and `same bool`, whether its digest is `$4`, which is
/// null if it has none that can be read: such a delivery is to be answered with 503;
/// `compatible_from int` and `durable bool` say why a row that was not known was not stored.
///
/// If `new` is false, `state` is null and neither of these is the reason, other transactions stored the row and removed
/// it while this statement ran: send it again.
///
/// A known delivery is not written, and no WAL is.
pub const ACCEPT: &str = include_str!("sql/accept.sql");

/// Takes rows that are due.
///
/// | parameter | type | |
/// |---|---|---|
/// | `$1` | text | the name of the inbox |
/// | `$2` | bigint | the most rows |
/// | `$3` | bigint | the lease |
/// | `$4` | bigint | how many tries a row has |
/// | `$5` | text | the error of a row whose last lease ran out |
/// | `$6` | int | [`SCHEMA_VERSION`] |
/// | `$7` | smallint[] | the codes of each [`Kind`](twilio_verify_webhooks_inbox::Kind) that the worker has a handler for |
/// | `$8` | text | how long to wait for a lock on the table, such as `2s` |
///
/// Fails with the code `TV001` if the tables are for a later version that this one cannot use.
///
/// Columns: `account_sid text`, `uuid text`, `digest bytea`, `kind smallint`, `spent bool` (its tries were spent: it is dead now), `late bool` (an
/// earlier lease ran out), `attempt bigint`, `tries bigint`, `age bigint`, `event text`.
/// A row that cannot be read is for [`PUT_ASIDE`]; its `age` is null if its time cannot be.
pub const TAKE: &str = include_str!("sql/take.sql");

/// Makes a row dead that cannot be read, so that it hinders no other: `$1` text, the inbox; `$2`, `$3` text, account SID
/// and uuid as they are in the row; `$4` text, the error, which names the column.
///
/// Returns a row if it was there.
pub const PUT_ASIDE: &str = include_str!("sql/put_aside.sql");

/// Reports what became of a taken row.
///
/// | parameter | type | |
/// |---|---|---|
/// | `$1` | text | the name of the inbox |
/// | `$2`, `$3` | text | account SID, uuid |
/// | `$4` | bigint | the attempt |
/// | `$5` | int | 0 done, 1 again, 2 handed back, 3 lease extended, 4 dead |
/// | `$6` | bigint or null | with 1, after what time; with 3, the lease |
/// | `$7` | text or null | with 1 and 4, the error |
/// | `$8` | text | how long to wait for another transaction with this row or a lock on the table, such as `2s` |
///
/// Columns: `moved bool`; `state smallint`, of the row if this attempt was the last to take it. If `moved` is false
/// and `state` is one that the step applies to, another transaction changed the row meanwhile: send it again.
pub const SETTLE: &str = include_str!("sql/settle.sql");

/// Marks a row as done in a transaction: `$1` text, the inbox; `$2`, `$3` text, account SID and uuid; `$4` bigint, the
/// attempt.
///
/// Returns a row if the ticket is good. If it returns none, roll back.
pub const DONE_IN: &str = include_str!("sql/done_in.sql");

/// Stores a delivery as done in a transaction, if it is not known.
///
/// | parameter | type | |
/// |---|---|---|
/// | `$1` | text | the name of the inbox |
/// | `$2`, `$3` | text | account SID, uuid |
/// | `$4` | bytea | the digest |
/// | `$5` | text | how long to wait for another transaction with this key, such as `2s` |
/// | `$6` | int | [`SCHEMA_VERSION`] |
///
/// Columns: `new bool`; `known bool`, whether there was a row; `same bool`, whether its digest is `$4`, null if it has none
/// that can be read: such a delivery is to be answered with 503; `compatible_from int`, which says why nothing was stored if
/// it is null or above `$6`. If `new` and `known` are false and it does not say so, another transaction stored the row
/// meanwhile: send it again.
///
/// The transaction's own `lock_timeout` is as before afterwards.
pub const FIRST_IN: &str = include_str!("sql/first_in.sql");

/// Looks a row up: `$1` text, the inbox; `$2`, `$3` text, account SID and uuid.
///
/// Columns: `account_sid`, `uuid`, `digest`, `kind`, `state`, `attempt`, `tries`, `due` and `received` in milliseconds since
/// 1970 UTC (null if infinite), `event`, `error`.
pub const FIND: &str = include_str!("sql/find.sql");

/// Lists dead rows with the columns of [`FIND`]: `$1` text, the inbox; `$2`, `$3` text, the key after which to start
/// (two empty texts for the beginning); `$4` bigint, at most so many.
pub const DEAD: &str = include_str!("sql/dead.sql");

/// Counts the rows that are not done: `$1` text, the inbox.
///
/// Columns, all bigint: `pending`, `working`, `dead`, `oldest_due` (null if none is due).
pub const COUNTS: &str = include_str!("sql/counts.sql");

/// Revives dead rows: `$1` text, the inbox; `$2`, `$3`, `$4` text or null, only those of an account SID, with a uuid,
/// with an error that contains a text; `$5` bigint, at most so many.
///
/// Column: `revived bigint`.
pub const REVIVE: &str = include_str!("sql/revive.sql");

/// Regards a dead row as done: `$1` text, the inbox; `$2`, `$3` text, account SID and uuid.
///
/// Column: `discarded bool`.
pub const DISCARD: &str = include_str!("sql/discard.sql");

/// Removes rows that were done some time ago: `$1` text, the inbox; `$2` bigint, how long ago at least; `$3` bigint,
/// at most so many.
///
/// Column: `purged bigint`. Ask for some hundred rows at a time, until there are fewer: each is a transaction of its own.
pub const PURGE: &str = include_str!("sql/purge.sql");
