//! A webhook on AWS Lambda, behind API Gateway (REST or HTTP), a function URL or an application load balancer.
//!
//! ```sh
//! cd examples/servers
//! cargo test -p webhook-lambda    # feeds it events of each of them
//! cargo lambda build --release -p webhook-lambda && cargo lambda deploy webhook-lambda
//! ```
//!
//! The function's environment has `WEBHOOK_URL`, the URL as configured at Twilio, and `TWILIO_AUTH_TOKEN`. The URL is
//! not taken from the events: what lambda_http rebuilds from them need not be what Twilio called.

use std::convert::Infallible;

use lambda_http::http::{HeaderMap, Response, StatusCode};
use lambda_http::lambda_runtime::LambdaEvent;
use lambda_http::request::LambdaRequest;
use lambda_http::tower::{Service, ServiceBuilder};
use lambda_http::{Adapter, Body, Request, RequestExt as _};
use serde::Serialize;
use twilio_verify_webhooks::{ChallengeEventType, Delivery, Event, Receiver, Refusal};

/// Makes the service that answers invocations.
pub fn service(
    receiver: Receiver,
) -> impl Service<LambdaEvent<LambdaRequest>, Response = impl Serialize, Error = Infallible, Future: Send>
{
    ServiceBuilder::new()
        .map_request(with_every_line)
        .layer_fn(Adapter::from)
        .service_fn(move |request| {
            let response = webhook(&receiver, &request);
            async { Ok::<_, Infallible>(response) }
        })
}

/// Takes the single lines out of an event where it has all of them.
///
/// `headers` has the last line of each header, `multiValueHeaders` every one. lambda_http lets the former replace the
/// latter, and two signature lines would look like one.
fn with_every_line(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    let remove = |single: &mut HeaderMap, every: &HeaderMap| {
        for name in every.keys() {
            single.remove(name);
        }
    };
    match &mut event.payload {
        LambdaRequest::ApiGatewayV1(event) => {
            remove(&mut event.headers, &event.multi_value_headers);
        }
        LambdaRequest::Alb(event) => {
            remove(&mut event.headers, &event.multi_value_headers);
        }
        // These have one line for each header, with the values joined by commas.
        _ => {}
    }
    event
}

fn webhook(receiver: &Receiver, request: &Request) -> Response<Body> {
    // The name of a stage may stand before it.
    if !request.raw_http_path().ends_with("/webhook") {
        let mut response = Response::new(Body::from("not found"));
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    }
    match receive(receiver, request) {
        Ok(event) => {
            act(&event);
            Response::new(Body::Empty)
        }
        Err(refusal) => {
            eprintln!("refused: {refusal}");
            refusal.to_response()
        }
    }
}

/// lambda_http has decoded the body where the event has it in base64.
fn receive(receiver: &Receiver, request: &Request) -> Result<Event<'static>, Refusal> {
    Ok(receiver.receive(&Delivery::from_request(request))?.event)
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
