//! Whether an answer is right.

use twilio_verify_webhooks::testing::{BatchCase, NegativeCase};

use super::plan::{Expected, Planned};
use crate::outgoing::{Answer, NoAnswer};

impl Planned {
    /// Tells whether the answer is right, and in words why.
    pub(super) fn verdict(&self, answer: &Result<Answer, NoAnswer>) -> Result<String, String> {
        let case = match self.expected {
            Expected::Refused { case } => case,
            _ => None,
        };
        let status = match answer {
            Ok(answer) => answer.response.status().as_u16(),
            // A server may stop reading a body that is too large.
            Err(error)
                if error.is_closed
                    && (case == Some(NegativeCase::Oversized)
                        || matches!(
                            self.expected,
                            Expected::BatchRefused {
                                case: BatchCase::Oversized
                            }
                        )) =>
            {
                return Ok("refused by closing the connection".to_owned());
            }
            Err(error) => return Err(format!("no answer from {}: {error}", self.server())),
        };
        match (&self.expected, status) {
            (Expected::BatchAccepted, 200..=299) => Ok("accepted".to_owned()),
            (Expected::BatchAccepted, 429 | 500..=599) => Err(format!(
                "expected 200; Twilio would try again for four hours; signed for {}",
                self.signed_for
            )),
            (Expected::BatchAccepted, 400..=499) => Err(format!(
                "expected 200; with this answer Twilio drops the events for good; signed for {}",
                self.signed_for
            )),
            (Expected::BatchAccepted, _) => Err("expected 200".to_owned()),
            (Expected::BatchRefused { case }, 400..=599) if case.status() != status => {
                Ok(format!("refused, {} in this crate", case.status()))
            }
            (Expected::BatchRefused { .. }, 400..=599) => Ok("refused".to_owned()),
            (Expected::BatchRefused { .. }, 200..=299) => {
                Err("ACCEPTED, and must be refused".to_owned())
            }
            (Expected::BatchRefused { .. }, _) => {
                Err("expected a refusal, a status from 400 to 599".to_owned())
            }
            (Expected::Accepted, 200) => Ok("accepted".to_owned()),
            (Expected::Accepted, 201..=299) => {
                Err("Twilio takes only 200 for success (error 60330)".to_owned())
            }
            (Expected::Accepted, 403) => Err(format!(
                "expected 200; signed for {}: does the server verify with the same? See --signed-url",
                self.signed_for
            )),
            (Expected::Accepted, 404) => {
                Err("expected 200: is the path of --url right?".to_owned())
            }
            (Expected::Accepted, _) => Err("expected 200".to_owned()),
            (Expected::Refused { case: Some(case) }, 400..=499) if case.status() != status => {
                Ok(format!("refused, {} in this crate", case.status()))
            }
            (Expected::Refused { .. }, 400..=499) => Ok("refused".to_owned()),
            (Expected::Refused { .. }, 200..=299) => {
                Err("ACCEPTED, and must be refused".to_owned())
            }
            (Expected::Refused { .. }, _) => {
                Err("expected a refusal, a status from 400 to 499".to_owned())
            }
        }
    }

    /// The URL without its query, in which a GET has the parameters.
    pub(super) fn server(&self) -> &str {
        let (server, _) = self.url.split_once('?').unwrap_or((&self.url, ""));
        server
    }
}
