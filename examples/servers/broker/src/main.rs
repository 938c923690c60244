//! A webhook server that hands events to RabbitMQ, and a consumer of them.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef
//! export BROKER_URL=amqp://guest:guest@127.0.0.1:5672/%2f
//! cargo run -p webhook-broker -- serve
//! cargo run -p webhook-broker -- consume
//! ```
//!
//! `LISTEN` is the address to bind, 127.0.0.1:3000 if not given; `QUEUE` the queue, `verify-events` if not given.

use std::convert::Infallible;
use std::env;
use std::error::Error;

use twilio_verify_webhooks::{AuthToken, Event, Receiver};
use webhook_broker::{App, consume, lost, open, router};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let broker = env::var("BROKER_URL").map_err(|_| "BROKER_URL is not set")?;
    let queue = env::var("QUEUE").unwrap_or_else(|_| "verify-events".into());
    let (connection, channel) = open(&broker, &queue).await?;
    match env::args().nth(1).as_deref() {
        Some("serve") => {
            let url = env::var("WEBHOOK_URL").map_err(|_| "WEBHOOK_URL is not set")?;
            let token =
                env::var("TWILIO_AUTH_TOKEN").map_err(|_| "TWILIO_AUTH_TOKEN is not set")?;
            let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
            let token = AuthToken::new(&token)?;
            let receiver = Receiver::new(url, token)?;
            let app = router(App {
                receiver,
                channel,
                queue,
            });
            let listener = tokio::net::TcpListener::bind(listen).await?;
            println!("listening on http://{}", listener.local_addr()?);
            tokio::select! {
                served = axum::serve(listener, app) => served?,
                // Until it is started again it would answer each delivery with 503.
                () = lost(&connection) => return Err("the connection to the broker is lost".into()),
            }
        }
        Some("consume") => {
            println!("waiting for events");
            consume(&channel, &queue, async |event: Event<'static>| {
                println!("{} {}", event.delivery_id(), event.event_type());
                Ok::<_, Infallible>(())
            })
            .await?;
        }
        _ => return Err("expected serve or consume".into()),
    }
    Ok(())
}
