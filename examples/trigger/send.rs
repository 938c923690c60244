//! One HTTP request after the other.

use std::time::Duration;

use http::Request;
use ureq::Agent;

use crate::deliveries::Planned;

/// The longest that Twilio waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(15);

/// How much of a response is read.
const MOST_READ: u64 = 64 * 1024;

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) reason: &'static str,
    pub(crate) body: String,
}

/// Why there is no answer.
pub(crate) struct NoAnswer {
    pub(crate) reason: String,
    /// The server closed the connection instead.
    pub(crate) is_closed: bool,
}

impl NoAnswer {
    fn new(error: &ureq::Error, url: &str) -> Self {
        use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};

        let closed = [
            BrokenPipe,
            ConnectionAborted,
            ConnectionReset,
            UnexpectedEof,
        ];
        Self {
            reason: format!("no answer from {url}: {error}"),
            is_closed: matches!(error, ureq::Error::Io(error) if closed.contains(&error.kind())),
        }
    }

    fn unsent(error: impl std::fmt::Display) -> Self {
        Self {
            reason: format!("cannot be sent: {error}"),
            is_closed: false,
        }
    }
}

pub(crate) struct Client(Agent);

impl Client {
    /// A client that goes straight to the server and reports what it answers, whatever it is.
    pub(crate) fn new() -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(TIMEOUT))
            .user_agent("twilio-verify-webhooks trigger")
            .build();
        Self(config.into())
    }

    pub(crate) fn send(&self, planned: &Planned) -> Result<Answer, NoAnswer> {
        let request = request(planned)?;
        let is_bodiless = request.method() == "GET" && request.body().is_empty();
        let response = match is_bodiless {
            true => self.0.run(request.map(|_| ())),
            false => self.0.run(request),
        };
        let mut response = response.map_err(|error| NoAnswer::new(&error, &planned.url))?;
        let status = response.status();
        let body = response.body_mut().with_config().limit(MOST_READ);
        Ok(Answer {
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or_default(),
            body: String::from_utf8_lossy(&body.read_to_vec().unwrap_or_default()).into_owned(),
        })
    }
}

fn request(planned: &Planned) -> Result<Request<Vec<u8>>, NoAnswer> {
    let uri: http::Uri = planned.url.parse().map_err(NoAnswer::unsent)?;
    let request = planned.delivery.clone().into_request();
    let mut request = request.map_err(NoAnswer::unsent)?;
    *request.uri_mut() = uri;
    Ok(request)
}
