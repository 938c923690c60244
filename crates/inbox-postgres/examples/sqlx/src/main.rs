//! Accepts a delivery, takes it, and marks it as done in a transaction of one's own, through sqlx.
//!
//! ```sh
//! checks/servers/run postgres cargo run --manifest-path crates/inbox-postgres/examples/sqlx/Cargo.toml
//! ```
#![forbid(unsafe_code)]

use std::env;
use std::error::Error;

use sqlx::postgres::{PgConnectOptions, PgPool, PgRow};
use sqlx::{AssertSqlSafe, Row as _};
use twilio_verify_webhooks::testing::{EventBuilder, Signer};
use twilio_verify_webhooks::{AuthToken, Event, Receiver};
use twilio_verify_webhooks_inbox::{Entry, Kind, State};
use twilio_verify_webhooks_inbox_postgres::statements::{ACCEPT, DONE_IN, TAKE};
use twilio_verify_webhooks_inbox_postgres::{SCHEMA, SCHEMA_VERSION};

/// Whose events these are.
const INBOX: &str = "sqlx example";

/// Stores a delivery that is not known, and returns the status to answer with.
async fn accept(pool: &PgPool, entry: &Entry) -> Result<u16, sqlx::Error> {
    // Where it was not known and not stored, another connection stored it while the statement ran.
    for _ in 0..3 {
        let row: PgRow = sqlx::query(ACCEPT)
            .bind(INBOX)
            .bind(entry.id().account_sid().as_str())
            .bind(entry.id().uuid())
            .bind(entry.digest().as_bytes().as_slice())
            .bind(entry.event())
            .bind(None::<i64>)
            .bind("2s")
            .bind(SCHEMA_VERSION)
            .bind(false)
            .bind(i16::from(entry.kind().code()))
            .persistent(false)
            .fetch_one(pool)
            .await?;
        if row.try_get("new")? {
            return Ok(200);
        }
        match row.try_get::<Option<bool>, _>("same")? {
            Some(true) => return Ok(200),
            Some(false) => return Ok(409),
            None => {}
        }
    }
    Ok(503)
}

/// Takes one row, and acts on it in the transaction that marks it as done. Returns the type of its event.
async fn work(pool: &PgPool) -> Result<Option<String>, Box<dyn Error>> {
    let row = sqlx::query(TAKE)
        .bind(INBOX)
        .bind(1_i64)
        .bind(30_000_i64)
        .bind(20_i64)
        .bind("the lease of the last try ran out")
        .bind(SCHEMA_VERSION)
        .bind(vec![i16::from(Kind::Push.code())])
        .bind("2s")
        .persistent(false)
        .fetch_optional(pool)
        .await?;
    let Some(row) = row else { return Ok(None) };
    if row.try_get("spent")? {
        return Ok(None);
    }
    let event = read_event(&row)?;
    let mut transaction = pool.begin().await?;
    sqlx::query("INSERT INTO sign_in (challenge_sid) VALUES ($1)")
        .bind(event.challenge_sid().map(|sid| sid.to_string()))
        .execute(&mut *transaction)
        .await?;
    let done = sqlx::query(DONE_IN)
        .bind(INBOX)
        .bind(row.try_get::<&str, _>("account_sid")?)
        .bind(row.try_get::<&str, _>("uuid")?)
        .bind(row.try_get::<i64, _>("attempt")?)
        .persistent(false)
        .fetch_optional(&mut *transaction)
        .await?;
    if done.is_none() {
        transaction.rollback().await?;
        return Ok(None);
    }
    transaction.commit().await?;
    Ok(Some(event.event_type().to_owned()))
}

fn read_event(row: &PgRow) -> Result<Event<'static>, Box<dyn Error>> {
    Ok(serde_json::from_str(row.try_get("event")?)?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::var("INBOX_POSTGRES").map_err(|_| "INBOX_POSTGRES is not set")?;
    let mut options = PgConnectOptions::new();
    for (name, value) in address.split(' ').filter_map(|pair| pair.split_once('=')) {
        options = match name {
            "host" => options.host(value),
            "port" => options.port(value.parse()?),
            "user" => options.username(value),
            "dbname" => options.database(value),
            _ => options,
        };
    }
    let pool = PgPool::connect_with(options).await?;
    sqlx::raw_sql(AssertSqlSafe(format!("BEGIN; {SCHEMA} COMMIT;")))
        .execute(&pool)
        .await?;
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS sign_in (challenge_sid text)")
        .execute(&pool)
        .await?;

    let url = "https://example.com/webhook";
    let token = AuthToken::new("0123456789abcdef0123456789abcdef")?;
    let receiver = Receiver::new(url, token.clone())?;
    let approved = EventBuilder::challenge_approved();
    let denied = EventBuilder::from(&approved.build()?).parameter("type", "challenge.denied");
    let entry = |event: &EventBuilder| -> Result<Entry, Box<dyn Error>> {
        let delivery = Signer::new(url, token.clone())?.post(event);
        Ok(Entry::new(&receiver.receive(&delivery.as_delivery())?)?)
    };
    let (approved, denied) = (entry(&approved)?, entry(&denied)?);
    let answers = [
        accept(&pool, &approved).await?,
        accept(&pool, &approved).await?,
        accept(&pool, &denied).await?,
    ];
    assert_eq!(answers, [200, 200, 409], "new, repeated, conflict");
    assert_eq!(work(&pool).await?.as_deref(), Some("challenge.approved"));
    assert_eq!(work(&pool).await?, None, "nothing is left");
    let state: i16 =
        sqlx::query_scalar("SELECT state FROM twilio_verify_inbox WHERE inbox = $1 AND uuid = $2")
            .bind(INBOX)
            .bind(approved.id().uuid())
            .fetch_one(&pool)
            .await?;
    assert_eq!(state, i16::from(State::Done.code()));
    println!("accepted once, recognised twice, acted on once");
    Ok(())
}
