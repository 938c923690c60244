//! A webhook server on Rocket: the event is the data of the handler.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef
//! cd examples/servers && cargo run -p webhook-rocket
//! ```
//!
//! `WEBHOOK_URL` is the URL as configured at Twilio, `LISTEN` the address to bind, 127.0.0.1:3000 if not given.

use std::env;
use std::error::Error;
use std::net::SocketAddr;

use rocket::config::{Config, LogLevel};
use rocket::data::{self, Data, FromData, ToByteUnit as _};
use rocket::fairing::AdHoc;
use rocket::http::{Header, Method, Status};
use rocket::outcome::Outcome;
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use rocket::{Route, State, post, routes};
use twilio_verify_webhooks::{AuthToken, ChallengeEventType, Delivery, Event, Receiver, Refusal};

/// An event, as the data of a handler. The receiver comes from the managed state.
struct Webhook(Event<'static>);

#[rocket::async_trait]
impl<'r> FromData<'r> for Webhook {
    type Error = Refused;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> data::Outcome<'r, Self> {
        match receive(request, data).await {
            Ok(event) => Outcome::Success(Self(event)),
            Err(refusal) => Outcome::Error((status(&refusal), Refused(refusal))),
        }
    }
}

async fn receive(request: &Request<'_>, data: Data<'_>) -> Result<Event<'static>, Refusal> {
    let receiver = request.guard::<&State<Receiver>>().await.succeeded();
    let receiver = receiver.ok_or(Refusal::NoReceiver)?;
    let limit = receiver.body_limit();
    let declared = request.headers().get_one("Content-Length");
    let declared = declared.and_then(|value| value.parse().ok()).unwrap_or(0);
    if declared > limit {
        let found = declared;
        return Err(Refusal::TooLarge { limit, found });
    }
    // Rocket's own guards for bytes and strings cut a body off at 8 KiB, unless configured otherwise, and say nothing.
    let body = data.open(limit.bytes()).into_bytes().await;
    let body = body.map_err(|_| Refusal::Incomplete)?;
    if !body.is_complete() {
        let found = limit.saturating_add(1);
        return Err(Refusal::TooLarge { limit, found });
    }
    // An error within the first bytes of a body is lost: Rocket has looked at them already.
    if body.len() < declared {
        return Err(Refusal::Incomplete);
    }
    let headers: Vec<_> = request.headers().iter().collect();
    let headers = headers
        .iter()
        .map(|line| (line.name.as_str(), line.value()));
    let target = request.uri().to_string();
    let delivery = Delivery::new(request.method().as_str(), &body).target(&target);
    Ok(receiver.receive(&delivery.headers(headers))?.event)
}

/// Answers with the status and the short text of the class.
#[derive(Debug)]
struct Refused(Refusal);

impl<'r> Responder<'r, 'static> for Refused {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let Self(refusal) = self;
        let response = refusal.class().as_str().respond_to(request)?;
        let mut response = Response::build_from(response);
        if let Refusal::Method { allow } = refusal {
            response.header(Header::new("Allow", allow));
        }
        response.status(status(&refusal)).ok()
    }
}

fn status(refusal: &Refusal) -> Status {
    Status::new(refusal.status())
}

#[post("/webhook", data = "<webhook>")]
fn webhook(webhook: Result<Webhook, Refused>) -> Result<(), Refused> {
    let Webhook(event) = webhook.inspect_err(|Refused(refusal)| eprintln!("refused: {refusal}"))?;
    act(&event);
    Ok(())
}

/// Rocket answers methods without a route with 404. With these the receiver answers them.
fn for_any_method(routes: Vec<Route>) -> impl Iterator<Item = Route> {
    use Method::{Connect, Delete, Get, Head, Options, Patch, Post, Put, Trace};
    let methods = [Connect, Delete, Get, Head, Options, Patch, Post, Put, Trace];
    routes.into_iter().flat_map(move |route| {
        methods.map(|method| {
            let mut route = route.clone();
            route.method = method;
            route
        })
    })
}

/// What the application is there for. A delivery may come twice: act once for each `delivery_id`, account
/// and uuid together. The uuid is the sender's text, so it is printed escaped.
fn act(event: &Event<'_>) {
    match event {
        Event::Challenge(challenge) => {
            let (identity, uuid) = (&challenge.entity_identity, challenge.uuid.escape_debug());
            match challenge.event_type {
                // An identity may be longer than what was signed: let nobody in but whom you asked with this challenge.
                ChallengeEventType::Approved => println!("let {identity} in: {uuid}"),
                ChallengeEventType::Denied => println!("keep {identity} out: {uuid}"),
            }
        }
        Event::Factor(factor) => {
            let (identity, uuid) = (&factor.entity_identity, factor.uuid.escape_debug());
            println!("{} for {identity}: {uuid}", factor.event_type);
        }
        other => {
            let uuid = other.uuid().escape_debug();
            println!("nothing to do for {}: {uuid}", other.event_type());
        }
    }
}

#[rocket::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("WEBHOOK_URL").map_err(|_| "WEBHOOK_URL is not set")?;
    let token = env::var("TWILIO_AUTH_TOKEN").map_err(|_| "TWILIO_AUTH_TOKEN is not set")?;
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
    let listen: SocketAddr = listen.parse()?;
    let token = AuthToken::new(&token)?;
    let receiver = Receiver::new(url, token)?;

    let config = Config {
        address: listen.ip(),
        port: listen.port(),
        // Rocket logs to the standard output, each request with its path before anything is verified.
        log_level: LogLevel::Off,
        ..Config::default()
    };
    let started = AdHoc::on_liftoff("address", |rocket| {
        Box::pin(async move {
            let config = rocket.config();
            let address = SocketAddr::new(config.address, config.port);
            println!("listening on http://{address}");
        })
    });
    let routes: Vec<Route> = for_any_method(routes![webhook]).collect();
    let server = rocket::custom(config).manage(receiver).attach(started);
    server.mount("/", routes).launch().await?;
    Ok(())
}
