//! Against a real RabbitMQ, whose address `BROKER_URL` holds: `checks/servers/run rabbitmq cargo test ...`.

use std::env;
use std::error::Error;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use lapin::options::{BasicGetOptions, BasicPublishOptions, QueueDeleteOptions};
use lapin::{BasicProperties, Channel, Connection};
use tower::ServiceExt as _;
use twilio_verify_webhooks::testing::{EventBuilder, Signer};
use twilio_verify_webhooks::{AuthToken, Event, Receiver};
use webhook_broker::{App, MAX_DELIVERIES, consume, lost, open, router};

type TestResult = Result<(), Box<dyn Error>>;

const URL: &str = "https://example.com/webhook";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A server with a queue of its own.
struct Server {
    connection: Connection,
    channel: Channel,
    queue: &'static str,
}

impl Server {
    /// Starts it, or says that there is no broker.
    async fn start(queue: &'static str) -> Result<Option<Self>, Box<dyn Error>> {
        let Ok(url) = env::var("BROKER_URL") else {
            eprintln!("left out: BROKER_URL is not set");
            return Ok(None);
        };
        let (connection, channel) = open(&url, queue).await?;
        Ok(Some(Self {
            connection,
            channel,
            queue,
        }))
    }

    /// Sends a signed delivery, and returns the status of the answer.
    async fn deliver(
        &self,
        event: &EventBuilder,
        token: &str,
    ) -> Result<StatusCode, Box<dyn Error>> {
        let app = App {
            receiver: Receiver::builder(URL)
                .auth_token(AuthToken::new(TOKEN)?)
                .build()?,
            channel: self.channel.clone(),
            queue: self.queue.into(),
        };
        let signer = Signer::new(URL, AuthToken::new(token)?)?;
        let request = signer.post(event).into_request()?.map(Body::from);
        Ok(router(app).oneshot(request).await?.status())
    }

    /// Takes the id of the next message from a queue, if there is one.
    async fn next_id(&self, queue: &str) -> Result<Option<String>, Box<dyn Error>> {
        let options = BasicGetOptions { no_ack: true };
        let message = self.channel.basic_get(queue.into(), options).await?;
        Ok(message.and_then(|message| {
            let id = message.properties.message_id().as_ref();
            id.map(|id| id.as_str().to_owned())
        }))
    }

    /// Runs a consumer until `queue` has a message, and returns how often its handler ran.
    async fn consume_until_dead(&self, fails: bool) -> Result<(i64, String), Box<dyn Error>> {
        let mut handled = 0;
        let dead = format!("{}.dead", self.queue);
        let handler = async |_: Event<'static>| {
            handled += 1;
            if fails { Err("a failure") } else { Ok(()) }
        };
        let id = tokio::select! {
            ended = consume(&self.channel, self.queue, handler) => return Err(format!("{ended:?}").into()),
            id = async {
                loop {
                    if let Ok(Some(id)) = self.next_id(&dead).await {
                        break id;
                    }
                    tokio::task::yield_now().await;
                }
            } => id,
        };
        Ok((handled, id))
    }
}

#[tokio::test]
async fn a_delivery_is_stored_before_it_is_acknowledged_and_carries_its_id() -> TestResult {
    let Some(server) = Server::start("stored").await? else {
        return Ok(());
    };
    let event = EventBuilder::challenge_approved();
    assert_eq!(server.deliver(&event, TOKEN).await?, 200);
    let id = event.build()?.delivery_id().to_string();
    assert_eq!(server.next_id("stored").await?, Some(id));
    Ok(())
}

#[tokio::test]
async fn a_repetition_is_a_message_of_its_own() -> TestResult {
    let Some(server) = Server::start("repeated").await? else {
        return Ok(());
    };
    let event = EventBuilder::challenge_denied();
    for _ in 0..2 {
        assert_eq!(server.deliver(&event, TOKEN).await?, 200);
    }
    let first = server.next_id("repeated").await?;
    assert!(first.is_some());
    assert_eq!(server.next_id("repeated").await?, first);
    Ok(())
}

#[tokio::test]
async fn a_forged_delivery_is_refused_and_not_published() -> TestResult {
    let Some(server) = Server::start("forged").await? else {
        return Ok(());
    };
    let event = EventBuilder::challenge_approved();
    let other = "fedcba9876543210fedcba9876543210";
    assert_eq!(server.deliver(&event, other).await?, 403);
    assert_eq!(server.next_id("forged").await?, None);
    Ok(())
}

#[tokio::test]
async fn an_event_that_keeps_failing_is_moved_after_its_last_delivery() -> TestResult {
    let Some(server) = Server::start("failing").await? else {
        return Ok(());
    };
    let event = EventBuilder::factor_verified();
    assert_eq!(server.deliver(&event, TOKEN).await?, 200);
    let (handled, id) = server.consume_until_dead(true).await?;
    assert_eq!(handled, MAX_DELIVERIES);
    assert_eq!(id, event.build()?.delivery_id().to_string());
    Ok(())
}

#[tokio::test]
async fn what_is_no_event_is_moved_at_once() -> TestResult {
    let Some(server) = Server::start("no-event").await? else {
        return Ok(());
    };
    let options = BasicPublishOptions::default();
    let properties = BasicProperties::default().with_message_id("not-an-event".into());
    let published =
        server
            .channel
            .basic_publish("".into(), "no-event".into(), options, b"{}", properties);
    published.await?.await?;
    let (handled, id) = server.consume_until_dead(false).await?;
    assert_eq!((handled, id.as_str()), (0, "not-an-event"));
    Ok(())
}

#[tokio::test]
async fn without_a_queue_or_a_broker_nothing_is_acknowledged() -> TestResult {
    let Some(server) = Server::start("gone").await? else {
        return Ok(());
    };
    let event = EventBuilder::factor_deleted();
    let options = QueueDeleteOptions::default();
    server.channel.queue_delete("gone".into(), options).await?;
    assert_eq!(server.deliver(&event, TOKEN).await?, 503);
    server.connection.close(200, "".into()).await?;
    let answered = tokio::time::timeout(Duration::from_secs(30), server.deliver(&event, TOKEN));
    assert_eq!(answered.await??, 503);
    Ok(())
}

/// As when the broker is restarted: whatever is in between goes away.
#[tokio::test]
async fn a_connection_that_is_lost_is_noticed_by_server_and_consumer() -> TestResult {
    let Ok(url) = env::var("BROKER_URL") else {
        eprintln!("left out: BROKER_URL is not set");
        return Ok(());
    };
    let (_, address) = url.rsplit_once('@').ok_or("expected a user")?;
    let (address, _) = address.split_once('/').ok_or("expected a host")?;
    let address = address.to_owned();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = url.replace(&address, &listener.local_addr()?.to_string());
    let proxy = tokio::spawn(async move {
        let (mut near, _) = listener.accept().await?;
        let mut far = tokio::net::TcpStream::connect(address).await?;
        tokio::io::copy_bidirectional(&mut near, &mut far).await
    });
    let (connection, channel) = open(&url, "lost").await?;
    let noticed = async {
        let consumed = consume(&channel, "lost", async |_| Ok::<_, &str>(()));
        let ((), consumed) = tokio::join!(lost(&connection), consumed);
        consumed
    };
    let cut = async {
        // The consumer is there once the broker answers what was asked after it.
        let _ = channel
            .basic_get("lost.dead".into(), BasicGetOptions::default())
            .await;
        proxy.abort();
    };
    let noticed = async { tokio::join!(noticed, cut).0 };
    let consumed = tokio::time::timeout(Duration::from_secs(30), noticed).await?;
    assert!(consumed.is_err());
    // What was lost before it is asked for is noticed as well.
    tokio::time::timeout(Duration::from_secs(30), lost(&connection)).await?;
    Ok(())
}
