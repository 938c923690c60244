//! Claims in Redis: `checks/servers/run redis cargo run --release -p webhook-inbox-benches --bin inbox-redis`.

use std::env;
use std::time::{Duration, Instant};

use inbox_processes::Proxy;
use redis::aio::MultiplexedConnection;
use twilio_verify_webhooks::Received;
use twilio_verify_webhooks_inbox_redis::{Claim, RedisClaims, Settled};
use webhook_inbox_benches::{Result, Table, events, median};

type Claims = RedisClaims<MultiplexedConnection>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let port: u16 = env::var("INBOX_REDIS_PORT")
        .map_err(|_| "INBOX_REDIS_PORT is not set")?
        .parse()?;
    let mut table = Table::new("Redis");
    trips(port, &mut table).await?;
    one_task(port, &table).await?;
    many_tasks(port, &table).await?;
    table.end()
}

async fn connect(port: u16) -> Result<MultiplexedConnection> {
    let client = redis::Client::open(format!("redis://127.0.0.1:{port}"))?;
    Ok(client.get_multiplexed_async_connection().await?)
}

async fn claims(connection: MultiplexedConnection) -> Result<Claims> {
    let name = format!("benches-{}", std::process::id());
    Ok(RedisClaims::builder(connection, name).build().await?)
}

async fn ping(connection: &mut MultiplexedConnection) -> Result<()> {
    Ok(redis::cmd("PING").query_async(connection).await?)
}

async fn claim(claims: &Claims, received: &Received<'_>) -> Result<()> {
    match claims.claim(received).await? {
        Claim::New(_) | Claim::InProgress => Ok(()),
        other => Err(format!("unexpected: {other:?}").into()),
    }
}

/// Round trips of each step.
async fn trips(port: u16, table: &mut Table) -> Result<()> {
    let proxy = Proxy::start(([127, 0, 0, 1], port).into())?;
    let claims = claims(connect(proxy.port()).await?).await?;
    let events = events(2)?;
    // The server learns the scripts with their first use.
    let Claim::New(ticket) = claims.claim(&events[0]).await? else {
        return Err("claimed before".into());
    };
    assert_eq!(claims.release(&ticket).await?, Settled::Held);
    let mut last = proxy.trips();
    let mut since = |what: &str, table: &mut Table| {
        let now = proxy.trips();
        let trips = u32::try_from(now - last).map_or(f64::NAN, f64::from);
        last = now;
        table.counted(&format!("{what}, round trips"), trips, 1.0);
    };
    let Claim::New(ticket) = claims.claim(&events[1]).await? else {
        return Err("claimed before".into());
    };
    since("claim", table);
    assert_eq!(claims.done(&ticket).await?, Settled::Held);
    since("done", table);
    assert_eq!(claims.claim(&events[1]).await?, Claim::Done);
    since("a repetition", table);
    // A PING writes nothing, and nor does a repetition.
    let mut connection = connect(port).await?;
    let before = writes(&mut connection).await?;
    for _ in 0..100 {
        assert_eq!(claims.claim(&events[1]).await?, Claim::Done);
    }
    let written = writes(&mut connection).await? - before;
    table.counted("100 repetitions, keys changed", written, 0.0);
    Ok(())
}

/// How many changes the server counts as not saved: all, since it saves none.
async fn writes(connection: &mut MultiplexedConnection) -> Result<f64> {
    let info: String = redis::cmd("INFO")
        .arg("persistence")
        .query_async(connection)
        .await?;
    let changes = info
        .lines()
        .find_map(|line| line.strip_prefix("rdb_changes_since_last_save:"));
    Ok(changes.ok_or("no such line in INFO")?.trim().parse()?)
}

/// In turns, so that whatever else the machine does meets both.
async fn one_task(port: u16, table: &Table) -> Result<()> {
    let mut connection = connect(port).await?;
    let claims = claims(connection.clone()).await?;
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for received in events(6000)?.into_iter().skip(2) {
        let start = Instant::now();
        ping(&mut connection).await?;
        times[0].push(start.elapsed());
        for place in [1, 2] {
            let start = Instant::now();
            claim(&claims, &received).await?;
            times[place].push(start.elapsed());
        }
    }
    let [ping, new, known] = times.map(median);
    let ratio = |time: Duration| time.as_secs_f64() / ping.as_secs_f64();
    table.shown("PING, median", format!("{ping:?}"));
    table.timed("a claim, of a PING", ratio(new), 1.5);
    table.timed("a claim of what is claimed, of a PING", ratio(known), 1.5);
    Ok(())
}

/// 16 tasks, each with a connection of its own.
async fn many_tasks(port: u16, table: &Table) -> Result<()> {
    const EACH: usize = 2000;
    let events = events(6000 + 16 * EACH)?;
    let mut rates = [Vec::new(), Vec::new()];
    for round in 0..5 {
        for (place, rates) in rates.iter_mut().enumerate() {
            let mut tasks = Vec::new();
            for events in events[6000..].chunks(EACH) {
                let mut connection = connect(port).await?;
                let name = format!("benches-{}-{round}", std::process::id());
                let claims = RedisClaims::builder(connection.clone(), name)
                    .build()
                    .await?;
                let events = events.to_vec();
                tasks.push(async move {
                    for received in &events {
                        match place {
                            0 => ping(&mut connection).await?,
                            _ => claim(&claims, received).await?,
                        }
                    }
                    Result::Ok(())
                });
            }
            let start = Instant::now();
            let running: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
            for task in running {
                task.await??;
            }
            rates.push(start.elapsed() / u32::try_from(16 * EACH)?);
        }
    }
    let [ping, claim] = rates.map(median);
    table.shown(
        "16 tasks, PINGs per second",
        format!("{:.0}", 1.0 / ping.as_secs_f64()),
    );
    table.shown(
        "16 tasks, claims per second",
        format!("{:.0}", 1.0 / claim.as_secs_f64()),
    );
    table.rated(
        "16 tasks, claims, of the rate of PINGs",
        ping.as_secs_f64() / claim.as_secs_f64(),
        0.25,
    );
    Ok(())
}
