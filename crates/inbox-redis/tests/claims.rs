//! Claims on a real Redis, whose port `INBOX_REDIS_PORT` holds: `checks/servers/run redis cargo test ...`. Without it
//! each test says that it is left out.

use std::env;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks::{Event, Received};
use twilio_verify_webhooks_inbox::testing::Deliveries;
use twilio_verify_webhooks_inbox_redis::{
    Claim, ClaimAnswer, ClaimTicket, ClaimsError, RedisClaims, Settled,
};

type TestResult = Result<(), Box<dyn Error + Send + Sync>>;
type Claims = RedisClaims<MultiplexedConnection>;

async fn connection() -> Result<Option<MultiplexedConnection>, Box<dyn Error + Send + Sync>> {
    let Ok(port) = env::var("INBOX_REDIS_PORT") else {
        eprintln!("left out: INBOX_REDIS_PORT is not set");
        return Ok(None);
    };
    let client = redis::Client::open(format!("redis://127.0.0.1:{port}"))?;
    Ok(Some(client.get_multiplexed_async_connection().await?))
}

/// Claims of an inbox of the test's own.
async fn claims(lease: Duration) -> Result<Option<Claims>, Box<dyn Error + Send + Sync>> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    let Some(connection) = connection().await? else {
        return Ok(None);
    };
    let name = format!("test-{}-{next}", std::process::id());
    let claims = RedisClaims::builder(connection, name).lease(lease);
    Ok(Some(claims.build().await?))
}

fn received(event: &EventBuilder) -> Result<Received<'static>, Box<dyn Error + Send + Sync>> {
    Deliveries::new()?.receive(event)
}

fn new(claim: Claim) -> Result<ClaimTicket, String> {
    match claim {
        Claim::New(ticket) => Ok(ticket),
        other => Err(format!("expected a new claim, found {other:?}")),
    }
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn one_of_many_claims_is_new() -> TestResult {
    let Some(claims) = claims(MINUTE).await? else {
        return Ok(());
    };
    let delivery = Arc::new(received(&EventBuilder::challenge_approved())?);
    let mut tasks = JoinSet::new();
    for _ in 0..64 {
        let (claims, delivery) = (claims.clone(), Arc::clone(&delivery));
        tasks.spawn(async move { claims.claim(&delivery).await });
    }
    let mut found = Vec::new();
    while let Some(claim) = tasks.join_next().await {
        found.push(claim??);
    }
    let is_new = |claim: &&Claim| matches!(claim, Claim::New(_));
    assert_eq!(found.iter().filter(is_new).count(), 1);
    assert!(
        found
            .iter()
            .all(|claim| matches!(claim, Claim::New(_) | Claim::InProgress))
    );
    Ok(())
}

#[tokio::test]
async fn each_step_may_come_twice_and_only_from_who_holds_the_claim() -> TestResult {
    let Some(claims) = claims(MINUTE).await? else {
        return Ok(());
    };
    let delivery = received(&EventBuilder::challenge_approved())?;
    let ticket = ClaimTicket::new(&delivery);
    let stranger = ClaimTicket::new(&delivery);
    // The first reply may have been lost.
    for _ in 0..2 {
        assert_eq!(
            claims.claim_with(ticket.clone()).await?,
            Claim::New(ticket.clone())
        );
    }
    assert_eq!(claims.claim(&delivery).await?, Claim::InProgress);
    for lost in [
        claims.done(&stranger).await?,
        claims.release(&stranger).await?,
        claims.extend(&stranger).await?,
    ] {
        assert_eq!(lost, Settled::Lost);
    }
    assert_eq!(claims.extend(&ticket).await?, Settled::Held);
    for _ in 0..2 {
        assert_eq!(claims.release(&ticket).await?, Settled::Held);
    }
    let ticket = new(claims.claim(&delivery).await?)?;
    for _ in 0..2 {
        assert_eq!(claims.done(&ticket).await?, Settled::Held);
    }
    // What is done stays done.
    assert_eq!(claims.release(&ticket).await?, Settled::Lost);
    assert_eq!(claims.extend(&ticket).await?, Settled::Lost);
    assert_eq!(claims.done(&stranger).await?, Settled::Lost);
    assert_eq!(claims.claim(&delivery).await?, Claim::Done);
    Ok(())
}

#[tokio::test]
async fn another_delivery_with_the_same_id_is_a_conflict() -> TestResult {
    let Some(claims) = claims(MINUTE).await? else {
        return Ok(());
    };
    let denied = EventBuilder::challenge_denied();
    let approved = EventBuilder::from(&denied.build()?).parameter("type", "challenge.approved");
    let (denied, approved) = (received(&denied)?, received(&approved)?);
    let ticket = new(claims.claim(&denied).await?)?;
    assert_eq!(claims.claim(&approved).await?, Claim::Conflict);
    assert_eq!(claims.done(&ticket).await?, Settled::Held);
    assert_eq!(claims.claim(&approved).await?, Claim::Conflict);
    Ok(())
}

/// It says nothing about what was delivered, so it is not a conflict, which a sender would not repeat.
#[tokio::test]
async fn a_key_that_cannot_be_read_is_an_error_and_not_a_conflict() -> TestResult {
    let Some(mut connection) = connection().await? else {
        return Ok(());
    };
    let name = format!("unread-{}", std::process::id());
    let claims = RedisClaims::builder(connection.clone(), name.as_str())
        .build()
        .await?;
    let received = received(&EventBuilder::challenge_approved())?;
    let key = format!(
        "twilio_verify_inbox:{name}:{}",
        received.event.delivery_id()
    );
    let ticket = new(claims.claim(&received).await?)?;
    let read = redis::cmd("GET").arg(&key).to_owned();
    let written: String = read.query_async(&mut connection).await?;
    let unknown = written.replacen('w', "x", 1);
    for value in ["", "w", "d", "garbage", &written[1..], &unknown] {
        let set = redis::cmd("SET").arg(&key).arg(value).to_owned();
        set.exec_async(&mut connection).await?;
        let claimed = claims.claim(&received).await;
        assert!(
            matches!(claimed, Err(ClaimsError::Answer)),
            "{value}: {claimed:?}"
        );
        assert_eq!(claims.done(&ticket).await?, Settled::Lost);
        let kept: String = read.query_async(&mut connection).await?;
        assert_eq!(kept, value);
    }
    Ok(())
}

#[tokio::test]
async fn a_lease_that_ran_out_and_was_not_taken_is_still_held() -> TestResult {
    let Some(claims) = claims(MINUTE).await? else {
        return Ok(());
    };
    let Some(mut connection) = connection().await? else {
        return Ok(());
    };
    let delivery = received(&EventBuilder::factor_verified())?;
    let key = |claims: &Claims| {
        let text = format!("{claims:?}");
        let name = text.split('"').nth(1).unwrap_or_default().to_owned();
        format!(
            "twilio_verify_inbox:{name}:{}",
            delivery.event.delivery_id()
        )
    };
    // Its time is up: the server removes the key.
    let ticket = new(claims.claim(&delivery).await?)?;
    let removed: i64 = redis::cmd("DEL")
        .arg(key(&claims))
        .query_async(&mut connection)
        .await?;
    assert_eq!(removed, 1);
    assert_eq!(claims.done(&ticket).await?, Settled::Held);
    assert_eq!(claims.claim(&delivery).await?, Claim::Done);
    // Taken by another meanwhile, it is lost.
    let other = received(&EventBuilder::factor_deleted())?;
    let first = new(claims.claim(&other).await?)?;
    let key = key(&claims).replace(
        &delivery.event.delivery_id().to_string(),
        &other.event.delivery_id().to_string(),
    );
    let removed: i64 = redis::cmd("DEL")
        .arg(key)
        .query_async(&mut connection)
        .await?;
    assert_eq!(removed, 1);
    let second = new(claims.claim(&other).await?)?;
    assert_eq!(claims.done(&first).await?, Settled::Lost);
    assert_eq!(claims.done(&second).await?, Settled::Held);
    Ok(())
}

#[tokio::test]
#[allow(clippy::panic, reason = "a handler that panics")]
async fn handles_once_and_answers() -> TestResult {
    let Some(claims) = claims(MINUTE).await? else {
        return Ok(());
    };
    let delivery = received(&EventBuilder::challenge_approved())?;
    let handled = Arc::new(AtomicUsize::new(0));
    let count = |handled: &Arc<AtomicUsize>, fails: bool| {
        let handled = Arc::clone(handled);
        move |_: Event<'static>| async move {
            handled.fetch_add(1, Ordering::SeqCst);
            if fails { Err("a failure") } else { Ok(()) }
        }
    };
    let failed = claims.handle(delivery.clone(), count(&handled, true)).await;
    assert!(matches!(failed, ClaimAnswer::Failed) && failed.status() == 503);
    let panicked = claims.handle(delivery.clone(), async |_| -> Result<(), ()> {
        panic!("in a handler")
    });
    assert_eq!(panicked.await.status(), 503);
    let answer = claims
        .handle(delivery.clone(), count(&handled, false))
        .await;
    assert!(matches!(answer, ClaimAnswer::Handled) && answer.status() == 200);
    let repeated = claims.handle(delivery, count(&handled, false)).await;
    assert!(matches!(repeated, ClaimAnswer::Done) && repeated.status() == 200);
    assert_eq!(handled.load(Ordering::SeqCst), 2);
    Ok(())
}

#[tokio::test]
async fn a_repetition_meanwhile_is_503_and_a_disconnect_does_not_cancel() -> TestResult {
    let Some(claims) = claims(Duration::from_millis(300)).await? else {
        return Ok(());
    };
    let delivery = received(&EventBuilder::challenge_approved())?;
    let (started, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (started, go) = (Arc::clone(&started), Arc::clone(&go));
        async move |_: Event<'static>| {
            started.notify_one();
            go.notified().await;
            Ok::<(), ()>(())
        }
    };
    let client = tokio::spawn({
        let (claims, delivery) = (claims.clone(), delivery.clone());
        async move { claims.handle(delivery, handler).await.status() }
    });
    started.notified().await;
    client.abort();
    // For longer than the lease, which is renewed.
    let until = tokio::time::Instant::now() + Duration::from_millis(900);
    while tokio::time::Instant::now() < until {
        assert_eq!(claims.claim(&delivery).await?, Claim::InProgress);
    }
    go.notify_one();
    loop {
        match claims.claim(&delivery).await? {
            Claim::Done => return Ok(()),
            Claim::InProgress => tokio::task::yield_now().await,
            other => return Err(format!("{other:?}").into()),
        }
    }
}

#[tokio::test]
async fn a_server_that_evicts_is_refused_unless_accepted() -> TestResult {
    let (Some(_), Ok(server)) = (connection().await?, env::var("INBOX_REDIS_SERVER")) else {
        return Ok(());
    };
    let port = std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port();
    let mut process = std::process::Command::new(server)
        .args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
        ])
        .args(["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"])
        .stdout(std::process::Stdio::null())
        .spawn()?;
    let result = async {
        let client = redis::Client::open(format!("redis://127.0.0.1:{port}"))?;
        let until = tokio::time::Instant::now() + Duration::from_secs(20);
        let connection = loop {
            match client.get_multiplexed_async_connection().await {
                Ok(connection) => break connection,
                Err(error) if tokio::time::Instant::now() > until => return Err(error.into()),
                Err(_) => tokio::task::yield_now().await,
            }
        };
        let refused = RedisClaims::builder(connection.clone(), "evicts")
            .build()
            .await;
        assert!(
            matches!(refused, Err(ClaimsError::Evicts { ref found }) if found == "allkeys-lru")
        );
        let accepted = RedisClaims::builder(connection, "evicts").accept_eviction();
        accepted.build().await?;
        Ok::<(), Box<dyn Error + Send + Sync>>(())
    }
    .await;
    process.kill()?;
    process.wait()?;
    result
}

#[tokio::test]
async fn names_that_are_refused() -> TestResult {
    let Some(connection) = connection().await? else {
        return Ok(());
    };
    let long = "x".repeat(65);
    for name in ["", " ", "a b", "a\n", "ä", "{a}", long.as_str()] {
        let refused = RedisClaims::builder(connection.clone(), name).build().await;
        assert!(matches!(refused, Err(ClaimsError::Name)), "{name:?}");
    }
    Ok(())
}
