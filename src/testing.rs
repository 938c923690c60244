//! For the tests of your handler: events, deliveries as Twilio signs them, and deliveries that must be refused.
//!
//! | to test | use |
//! |---|---|
//! | the function that acts on an event | [`EventBuilder::build`] makes events, without any request |
//! | an endpoint with deliveries it must accept | [`Signer::post`] and [`Signer::get`] sign an [`EventBuilder`], an [`Event`](crate::Event)'s parameters, or any form |
//! | an endpoint with deliveries it must refuse | [`NegativeCase::ALL`], each with the status it must meet |
//! | several events of one user | [`Device`] |
//!
//! With the feature `verify-events` there are `CloudEventBuilder`, `Signer::post_events`, `StartedVerification` and
//! `BatchCase` for what Event Streams delivers.
//!
//! What is made up is new each time, so that a handler that acts once for each `uuid` is not confused, and the same in
//! every run if [seeded](Device::from_seed). Nothing here does I/O. An [`OwnedDelivery`] is borrowed as a
//! [`Delivery`](crate::Delivery), or, with the feature `http`, becomes an `http::Request`.
//!
//! # A router, without a socket
//!
//! ```
//! # #[cfg(feature = "http")] {
//! use axum::body::{Body, Bytes};
//! use axum::extract::State;
//! use axum::http::{HeaderMap, Method, StatusCode};
//! use axum::{Router, routing::any};
//! use tower::ServiceExt as _;
//! use twilio_verify_webhooks::testing::{EventBuilder, NegativeCase, Signer};
//! use twilio_verify_webhooks::{AuthToken, Delivery, Receiver};
//!
//! async fn webhook(
//!     State(receiver): State<Receiver>,
//!     method: Method,
//!     headers: HeaderMap,
//!     body: Bytes,
//! ) -> Result<StatusCode, StatusCode> {
//!     let delivery = Delivery::new(method.as_str(), &body).headers(&headers);
//!     match receiver.receive(&delivery) {
//!         Ok(_) => Ok(StatusCode::OK),
//!         Err(refusal) => Err(StatusCode::from_u16(refusal.status()).unwrap_or_default()),
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (url, token) = ("https://mywebsite.com/webhook", AuthToken::new("a-token-for-tests")?);
//! let receiver = Receiver::builder(url).auth_token(token.clone()).build()?;
//! let app = Router::new().route("/webhook", any(webhook)).with_state(receiver);
//! let signer = Signer::new(url, token)?;
//!
//! let request = signer.post(&EventBuilder::challenge_approved()).into_request()?;
//! assert_eq!(app.clone().oneshot(request.map(Body::from)).await?.status(), StatusCode::OK);
//!
//! for case in NegativeCase::ALL {
//!     let request = case.delivery(&signer).into_request()?.map(Body::from);
//!     let status = app.clone().oneshot(request).await?.status();
//!     assert_eq!(status.as_u16(), case.status(), "{case}: {}", case.description());
//! }
//! # Ok(())
//! # }
//! # main().unwrap();
//! # }
//! ```
//!
//! # A server, over TCP
//!
//! Any HTTP client that sends an `http::Request` will do, and any server: one that does not answer with the statuses of
//! this crate is asked for [a refusal](NegativeCase::is_refused_by).
//!
//! ```
//! # #[cfg(feature = "http")] {
//! use std::net::SocketAddr;
//! use twilio_verify_webhooks::testing::{Device, NegativeCase, OwnedDelivery, Signer};
//! use twilio_verify_webhooks::AuthToken;
//!
//! fn send(server: SocketAddr, delivery: OwnedDelivery) -> Result<u16, Box<dyn std::error::Error>> {
//!     let client: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
//!     let mut request = delivery.into_request()?;
//!     *request.uri_mut() = format!("http://{server}{}", request.uri()).parse()?;
//!     Ok(client.run(request)?.status().as_u16())
//! }
//!
//! # use axum::{Router, body::Bytes, http::{HeaderMap, Method, StatusCode}, routing::any};
//! # use twilio_verify_webhooks::{Delivery, Receiver};
//! # fn start(receiver: Receiver) -> Result<SocketAddr, Box<dyn std::error::Error>> {
//! #     let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
//! #     let address = listener.local_addr()?;
//! #     listener.set_nonblocking(true)?;
//! #     let app = Router::new().route("/webhook", any(async move |method: Method, headers: HeaderMap, body: Bytes| {
//! #         let delivery = Delivery::new(method.as_str(), &body).headers(&headers);
//! #         let refusal = receiver.receive(&delivery).err();
//! #         refusal.map_or(StatusCode::OK, |refusal| StatusCode::from_u16(refusal.status()).unwrap())
//! #     }));
//! #     std::thread::spawn(move || {
//! #         let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
//! #         runtime.block_on(async move {
//! #             axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), app).await
//! #         })
//! #     });
//! #     Ok(address)
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (url, token) = ("https://mywebsite.com/webhook", AuthToken::new("a-token-for-tests")?);
//! # let server = start(Receiver::builder(url).auth_token(token.clone()).build()?)?;
//! // The server verifies with this URL and key; where it listens is another matter.
//! let signer = Signer::new(url, token)?;
//! let mut device = Device::new().with_entity_identity("user-00042");
//! for event in [device.factor_created(), device.factor_verified(), device.challenge_approved()] {
//!     assert_eq!(send(server, signer.post(&event))?, 200);
//! }
//! for case in NegativeCase::ALL {
//!     let status = send(server, case.delivery_from(&signer, &mut device))?;
//!     assert!(case.is_refused_by(status), "{case} met {status}");
//! }
//! # Ok(())
//! # }
//! # main().unwrap();
//! # }
//! ```

mod delivery;
mod device;
mod event;
#[cfg(feature = "http")]
mod http;
mod negative;
mod signer;
#[cfg(feature = "verify-events")]
mod verify_events;

#[cfg(feature = "actix-web")]
// Not `actix_web`: `use testing::*` would then hide the crate of that name.
#[doc = include_str!("testing/actix_web.md")]
pub mod actix_web_apps {}

pub use self::delivery::OwnedDelivery;
pub use self::device::Device;
pub use self::event::EventBuilder;
pub use self::negative::{NegativeCase, UnknownCase};
pub use self::signer::Signer;
#[cfg(feature = "verify-events")]
pub use self::verify_events::{BatchCase, CloudEventBuilder, StartedVerification};
