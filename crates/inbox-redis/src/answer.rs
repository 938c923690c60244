use crate::error::ClaimsError;

/// What became of a delivery that was to be handled under a claim, and what to answer to its sender.
///
/// | | status | |
/// |---|---|---|
/// | `Handled` | 200 | the handler succeeded, and the claim says so from now on |
/// | `Done` | 200 | it was handled before: a repetition or a replay |
/// | `Conflict` | 409 | another event with this id was claimed; it cannot come from Twilio by accident |
/// | `InProgress` | 503 | another request handles it now, or did so and died: the lease tells when it is free |
/// | `Failed` | 503 | the handler failed or panicked, and the claim was released |
/// | `Lost` | 503 | the handler ended, but the claim had gone to another meanwhile, or its success could not be kept |
/// | `Unavailable` | 503 | the claim could not be made; the handler did not run |
#[derive(Debug, Clone)]
#[must_use = "an answer is for the sender: with no status the delivery is not acknowledged"]
#[non_exhaustive]
pub enum ClaimAnswer {
    /// The handler succeeded.
    Handled,
    /// It was handled before.
    Done,
    /// Another event with this id was claimed.
    Conflict,
    /// Another request handles it.
    InProgress,
    /// The handler failed or panicked.
    Failed,
    /// The handler ended, and its end could not be kept.
    Lost,
    /// The claim could not be made.
    Unavailable(ClaimsError),
}

impl ClaimAnswer {
    /// Returns the HTTP status: 200, 409 or 503.
    ///
    /// 503, since a sender that retries at all retries that; Twilio does so only if the webhook's URL asks for it.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Handled | Self::Done => 200,
            Self::Conflict => 409,
            Self::InProgress | Self::Failed | Self::Lost | Self::Unavailable(_) => 503,
        }
    }

    /// Returns why the claim could not be made.
    #[must_use]
    pub const fn error(&self) -> Option<&ClaimsError> {
        match self {
            Self::Unavailable(error) => Some(error),
            _ => None,
        }
    }
}
