use crate::error::StoreError;
use crate::row::State;
use crate::store::Accepted;

/// What [`Inbox::accept`](crate::Inbox::accept) answers to a delivery, and to its sender.
///
/// | outcome | status | |
/// |---|---|---|
/// | [`New`](AnswerOutcome::New): stored as durably as the store promises | 200 | handled from here on, whatever happens |
/// | [`Repeated`](AnswerOutcome::Repeated): known, whatever its state | 200 | nothing was written |
/// | [`Conflict`](AnswerOutcome::Conflict): another event with this id is known | 409 | not handled; it cannot come from Twilio by accident |
/// | [`Unavailable`](AnswerOutcome::Unavailable): not known to be stored | 503 | not handled; a repetition settles it |
///
/// With the features `http`, `axum` and `actix-web` it is a response of theirs.
#[derive(Debug, Clone)]
#[must_use = "an answer is for the sender: with no status the delivery is not acknowledged"]
pub struct Answer(pub(crate) Result<Accepted, StoreError>);

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnswerOutcome {
    /// It was not known and is stored now.
    New,
    /// It was known, in this state.
    Repeated(State),
    /// Another event with the same id is known, in this state.
    Conflict(State),
    /// The store failed, was full, or did not answer in time: see [`Answer::error`].
    Unavailable,
}

impl Answer {
    /// Returns what became of the delivery.
    #[must_use]
    pub const fn outcome(&self) -> AnswerOutcome {
        match &self.0 {
            Ok(Accepted::New) => AnswerOutcome::New,
            Ok(Accepted::Known(state)) => AnswerOutcome::Repeated(*state),
            Ok(Accepted::Conflict(state)) => AnswerOutcome::Conflict(*state),
            Err(_) => AnswerOutcome::Unavailable,
        }
    }

    /// Returns why the store did not take the delivery.
    #[must_use]
    pub const fn error(&self) -> Option<&StoreError> {
        match &self.0 {
            Ok(_) => None,
            Err(error) => Some(error),
        }
    }

    /// Returns the HTTP status: 200, 409 or 503.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match &self.0 {
            Ok(Accepted::New | Accepted::Known(_)) => 200,
            Ok(Accepted::Conflict(_)) => 409,
            Err(_) => 503,
        }
    }

    /// Returns the body of the response, which says nothing about the delivery: empty with 200.
    #[must_use]
    pub const fn body(&self) -> &'static str {
        match &self.0 {
            Ok(Accepted::New | Accepted::Known(_)) => "",
            Ok(Accepted::Conflict(_)) => "another event has this id",
            Err(_) => "not stored",
        }
    }
}

impl From<Result<Accepted, StoreError>> for Answer {
    fn from(accepted: Result<Accepted, StoreError>) -> Self {
        Self(accepted)
    }
}
