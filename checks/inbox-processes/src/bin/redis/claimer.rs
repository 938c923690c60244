//! A process that handles deliveries under claims.

use std::fs::File;
use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fastrand::Rng;
use inbox_processes::{Result, now};
use redis::aio::MultiplexedConnection;
use twilio_verify_webhooks::Received;
use twilio_verify_webhooks::testing::Device;
use twilio_verify_webhooks_inbox::testing::Deliveries;
use twilio_verify_webhooks_inbox_redis::{ClaimAnswer, RedisClaims};

use crate::checker::{Line, What};
use crate::{Fault, NAME};

const LEASE: Duration = Duration::from_secs(1);
const TASKS: usize = 8;

/// The delivery of a number, or another one with its id.
pub(crate) fn delivery(number: usize, real: bool) -> Result<Received<'static>> {
    // Of one device in all processes.
    let event = Device::from_seed(1).factor_verified();
    let event = event.uuid(format!("claimed-{number:05}"));
    let event = match real {
        true => event,
        false => event.entity_identity("somebody-else"),
    };
    Deliveries::new()?.receive(&event)
}

/// The key of the claim on the deliveries of a number.
pub(crate) fn key(number: usize) -> Result<String> {
    let id = delivery(number, true)?.event.delivery_id();
    Ok(format!("twilio_verify_inbox:{NAME}:{id}"))
}

/// Delivers from several tasks until standard input ends.
pub(crate) async fn work(port: u16, file: &str, seed: u64, fault: Fault) -> Result<()> {
    let history = Arc::new(History(Mutex::new(File::create(file)?)));
    let mut rng = Rng::with_seed(seed);
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (history, rng) = (Arc::clone(&history), rng.fork());
            tokio::spawn(async move { deliver(port, &history, rng, fault).await })
        })
        .collect();
    tokio::task::spawn_blocking(|| {
        std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink())
    })
    .await??;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(())
}

async fn deliver(port: u16, history: &Arc<History>, mut rng: Rng, fault: Fault) -> Result<()> {
    let client = redis::Client::open(format!("redis://127.0.0.1:{port}"))?;
    let start = Instant::now();
    loop {
        // Until the server is there.
        let Ok(mut connection) = client.get_multiplexed_async_connection().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let claims = RedisClaims::builder(connection.clone(), NAME).lease(LEASE);
        let Ok(claims) = claims.build().await else {
            continue;
        };
        loop {
            // New ones all the time, and old ones again.
            let newest = 100 + usize::try_from(start.elapsed().as_millis())?;
            let oldest = if rng.bool() { newest - 100 } else { 0 };
            let number = rng.usize(oldest..newest);
            let real = rng.u8(..10) > 0;
            let received = delivery(number, real)?;
            let answer = once(&claims, history, (number, real), received, rng.fork()).await;
            let key = key(number)?;
            match (fault, &answer) {
                (Fault::ForgetsDone, ClaimAnswer::Done)
                | (Fault::ReleasesAnothers, ClaimAnswer::InProgress) => {
                    let _: redis::RedisResult<i64> = redis::cmd("DEL")
                        .arg(key)
                        .query_async(&mut connection)
                        .await;
                }
                (_, ClaimAnswer::Unavailable(_) | ClaimAnswer::Lost) => break,
                _ => {}
            }
        }
    }
}

async fn once(
    claims: &RedisClaims<MultiplexedConnection>,
    history: &Arc<History>,
    (number, real): (usize, bool),
    received: Received<'static>,
    mut rng: Rng,
) -> ClaimAnswer {
    let told = Arc::clone(history);
    let answer = claims.handle(received, async move |_| {
        told.tell(number, real, What::Starts);
        tokio::time::sleep(Duration::from_millis(rng.u64(1..20))).await;
        told.tell(number, real, What::Ends);
        if rng.u8(..10) == 0 {
            Err("on purpose")
        } else {
            Ok(())
        }
    });
    let answer = answer.await;
    history.tell(number, real, What::Answered(answer.status()));
    answer
}

struct History(Mutex<File>);

impl History {
    fn tell(&self, number: usize, real: bool, what: What) {
        let line = Line {
            at: now(),
            number,
            real,
            what,
        }
        .to_string();
        let mut file = self.0.lock().expect("nothing panics while it is held");
        file.write_all(line.as_bytes())
            .expect("the history is written");
    }
}
