//! A connection keeps plans that were made while the table was empty, and uses them when it is large.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, Pool};
use tokio_postgres::{Client, NoTls};
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks_inbox::{Accepted, Entry, Kind, Settlement, State, Store, Terms};
use twilio_verify_webhooks_inbox_postgres::PostgresStore;

use crate::support::{TestResult, database, name, received, server};

const TERMS: Terms = Terms {
    lease: Duration::from_secs(60),
    max_tries: 3,
    kinds: Kind::ALL,
};

/// Rows of an inbox, in a state, that are due so many days from now.
const FILL: &str = "INSERT INTO twilio_verify_inbox
    (inbox, account_sid, uuid, digest, kind, state, attempt, tries, due, event, received)
    SELECT $1, 'AC00000000000000000000000000000000', gen_random_uuid(), decode(md5(n::text), 'hex'), 0, $2::int4, 0, 0,
        now() + $3::int4 * interval '1 day', '{}', now()
    FROM generate_series(1, 5000) AS n";

/// How many rows were read, whether by an index or not.
async fn rows_read(
    pool: &Pool,
    admin: &Client,
) -> Result<i64, Box<dyn std::error::Error + Send + Sync>> {
    let connection = pool.get().await?;
    connection
        .execute("SELECT pg_stat_force_next_flush()", &[])
        .await?;
    connection.execute("SELECT 1", &[]).await?;
    let read = "SELECT (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'twilio_verify_inbox')
        + (SELECT sum(idx_tup_read)::int8 FROM pg_stat_user_indexes WHERE relname = 'twilio_verify_inbox')";
    Ok(admin.query_one(read, &[]).await?.try_get(0)?)
}

/// Accepts, takes, finishes and repeats.
async fn use_it<S: Store>(store: &S) -> TestResult {
    for _ in 0..10 {
        let entry = Entry::new(&received(&EventBuilder::challenge_approved())?)?;
        assert_eq!(store.accept(entry.clone(), None).await?, Accepted::New);
        let taken = store.take(&TERMS, 1).await?;
        let row = taken.rows.first().ok_or("expected a row")?;
        let _ = store.settle(&row.ticket, Settlement::Done).await?;
        let known = Accepted::Known(State::Done);
        assert_eq!(store.accept(entry, None).await?, known);
    }
    Ok(())
}

#[tokio::test]
async fn plans_that_were_made_for_an_empty_table_read_no_more_rows_of_a_full_one() -> TestResult {
    let Some(address) = server("INBOX_POSTGRES") else {
        return Ok(());
    };
    let (address, admin) = database(&address, "plans").await?;
    let name = name()?;
    PostgresStore::new(Arc::clone(&admin), name.clone())
        .install()
        .await?;
    for statement in [
        "ALTER TABLE twilio_verify_inbox SET (autovacuum_enabled = false)",
        // The server knows then that there is nothing, which a table that was never used leaves open.
        "VACUUM (ANALYZE) twilio_verify_inbox",
    ] {
        admin.batch_execute(statement).await?;
    }
    let pool = Pool::builder(Manager::new(address.parse()?, NoTls))
        .max_size(1)
        .build()?;
    let store = PostgresStore::new(pool.clone(), name.clone());
    use_it(&store).await?;
    for (what, state, days) in [("done", 2, -1), ("dead", 3, -1), ("not due yet", 0, 1)] {
        admin
            .execute(FILL, &[&name.as_str(), &state, &days])
            .await?;
        let before = rows_read(&pool, &admin).await?;
        use_it(&store).await?;
        let read = rows_read(&pool, &admin).await? - before;
        assert!(
            read < 1000,
            "{read} rows were read beside rows that are {what}"
        );
    }
    admin.execute(FILL, &[&name.as_str(), &0, &-1]).await?;
    let before = rows_read(&pool, &admin).await?;
    for _ in 0..10 {
        assert_eq!(store.take(&TERMS, 4).await?.rows.len(), 4);
    }
    let read = rows_read(&pool, &admin).await? - before;
    assert!(
        read < 1000,
        "{read} rows were read to take 40 of those that are due"
    );
    Ok(())
}
