//! Verified events in a RabbitMQ queue: acknowledged to Twilio once the broker has flushed them.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::any;
use futures_util::StreamExt as _;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicPublishOptions, BasicQosOptions,
    BasicRejectOptions, ConfirmSelectOptions, QueueDeclareOptions,
};

use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties};
use twilio_verify_webhooks::{Event, Receiver, Refusal};

/// How often an event is delivered before it is moved to the queue of dead ones.
pub const MAX_DELIVERIES: i64 = 5;
/// How many events may wait. Beyond, the broker refuses, and so does the server: 503.
pub const MAX_WAITING: i64 = 1_000_000;
/// How long the server waits for the broker, well below what Twilio waits for the server.
pub const DEADLINE: Duration = Duration::from_secs(3);

/// Opens a channel on which the broker confirms what it has stored, and declares the queue `name` and, for events that
/// were delivered too often, `name.dead`.
///
/// Both are quorum queues: a message is confirmed when a majority of the nodes have written and flushed it.
pub async fn open(url: &str, name: &str) -> lapin::Result<(Connection, Channel)> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel
        .confirm_select(ConfirmSelectOptions::default())
        .await?;
    let dead = format!("{name}.dead");
    let text = |text: &str| AMQPValue::LongString(text.into());
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), text("quorum"));
    let durable = QueueDeclareOptions::durable();
    channel
        .queue_declare(dead.as_str().into(), durable, arguments.clone())
        .await?;
    arguments.insert(
        "x-delivery-limit".into(),
        AMQPValue::LongLongInt(MAX_DELIVERIES - 1),
    );
    arguments.insert("x-max-length".into(), AMQPValue::LongLongInt(MAX_WAITING));
    // Refuse what is new when full, rather than drop what is old.
    arguments.insert("x-overflow".into(), text("reject-publish"));
    arguments.insert("x-dead-letter-exchange".into(), text(""));
    arguments.insert("x-dead-letter-routing-key".into(), text(&dead));
    arguments.insert("x-dead-letter-strategy".into(), text("at-least-once"));
    channel
        .queue_declare(name.into(), durable, arguments)
        .await?;
    Ok((connection, channel))
}

/// Returns once the connection is lost, which does not come back by itself.
pub async fn lost(connection: &Connection) {
    let mut events = connection.events_listener();
    while connection.status().connected() {
        if let None | Some(lapin::Event::Error(_)) = events.next().await {
            return;
        }
    }
}

/// Hands an event to the broker, and returns once it is stored.
pub async fn publish(channel: &Channel, queue: &str, event: &Event<'_>) -> Result<(), NotStored> {
    let json = serde_json::to_vec(event).map_err(|_| NotStored)?;
    let properties = BasicProperties::default()
        .with_content_type("application/json".into())
        .with_delivery_mode(2)
        .with_message_id(event.delivery_id().to_string().into());
    // Without a queue the broker would confirm it and drop it.
    let options = BasicPublishOptions {
        mandatory: true,
        ..BasicPublishOptions::default()
    };
    let confirmed = async {
        let published = channel.basic_publish("".into(), queue.into(), options, &json, properties);
        published.await?.await
    };
    match tokio::time::timeout(DEADLINE, confirmed).await {
        Ok(Ok(Confirmation::Ack(None))) => Ok(()),
        _ => Err(NotStored),
    }
}

/// The broker has not said that an event is stored. It may be, so the consumer may see it twice.
#[derive(Debug, Clone, Copy)]
pub struct NotStored;

impl fmt::Display for NotStored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the broker has not confirmed the event")
    }
}

impl Error for NotStored {}

/// What the endpoint needs.
#[derive(Clone)]
pub struct App {
    pub receiver: Receiver,
    pub channel: Channel,
    pub queue: String,
}

impl FromRef<App> for Receiver {
    fn from_ref(app: &App) -> Self {
        app.receiver.clone()
    }
}

/// Routes the webhook.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/webhook", any(webhook))
        .with_state(app)
}

/// Answers 200 once the event is stored, 503 if that is not known.
async fn webhook(State(app): State<App>, event: Event<'static>) -> Result<StatusCode, Refusal> {
    match publish(&app.channel, &app.queue, &event).await {
        Ok(()) => Ok(StatusCode::OK),
        Err(error) => {
            eprintln!("{}: {error}", event.delivery_id());
            Ok(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

/// Handles events one after another until the channel closes.
///
/// An event is acknowledged after the handler succeeded. One that fails is delivered again at once, and moved to the
/// queue of dead ones after [`MAX_DELIVERIES`]; what is no event goes there directly.
pub async fn consume<E: fmt::Display>(
    channel: &Channel,
    queue: &str,
    mut handle: impl AsyncFnMut(Event<'static>) -> Result<(), E>,
) -> lapin::Result<()> {
    channel.basic_qos(8, BasicQosOptions::default()).await?;
    let mut deliveries = channel
        .basic_consume(
            queue.into(),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await?;
    while let Some(delivery) = deliveries.next().await {
        let delivery = delivery?;
        let Ok(event) = event(&delivery) else {
            eprintln!("a message is no event");
            delivery
                .reject(BasicRejectOptions { requeue: false })
                .await?;
            continue;
        };
        let id = event.delivery_id();
        match handle(event).await {
            Ok(()) => delivery.ack(BasicAckOptions::default()).await?,
            Err(error) => {
                eprintln!("{id}: {error}");
                let again = BasicNackOptions {
                    requeue: true,
                    ..BasicNackOptions::default()
                };
                delivery.nack(again).await?
            }
        };
    }
    Ok(())
}

/// Reads an event back. It was verified before it was published: let nobody else publish to the queue.
fn event(delivery: &Delivery) -> serde_json::Result<Event<'static>> {
    serde_json::from_slice(&delivery.data)
}
