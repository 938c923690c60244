//! Words that Twilio adds to without notice.

use std::fmt;

macro_rules! open_set {
    ($(#[$doc:meta])* $set:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal $(or $other:literal)*;)+ }) => {
        $(#[$doc])*
        ///
        /// It is recognised in any case. [`Other`](Self::Other) keeps what came.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $set {
            $($(#[$word_doc])* $word,)+
            /// Another one, as Twilio wrote it.
            Other(Box<str>),
        }

        impl $set {
            /// Returns it as Twilio writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$word => $text,)+
                    Self::Other(other) => other,
                }
            }
        }

        impl From<&str> for $set {
            fn from(text: &str) -> Self {
                match text {
                    $(_ if [$text $(, $other)*].iter().any(|word| text.eq_ignore_ascii_case(word)) => Self::$word,)+
                    other => Self::Other(other.into()),
                }
            }
        }

        impl fmt::Display for $set {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

open_set! {
    /// Where a verification is on its way.
    VerificationStatus {
        /// `PENDING`: a code was sent, and is waited for.
        Pending = "PENDING";
        /// `APPROVED`: the right code came.
        Approved = "APPROVED";
        /// `CANCELED`: the application cancelled it.
        Canceled = "CANCELED" or "CANCELLED";
        /// `EXPIRED`: no right code came in time, ten minutes by default.
        Expired = "EXPIRED";
        /// `MAX_ATTEMPTS_REACHED`: five sends or five checks.
        MaxAttemptsReached = "MAX_ATTEMPTS_REACHED" or "MAX-ATTEMPTS-REACHED";
    }
}

impl VerificationStatus {
    /// Tells whether it is an end: approved, cancelled, expired, too many attempts.
    ///
    /// Events come in any order. Once a verification has ended, an event that says otherwise came late.
    #[must_use]
    pub const fn is_end(&self) -> bool {
        match self {
            Self::Approved | Self::Canceled | Self::Expired | Self::MaxAttemptsReached => true,
            Self::Pending | Self::Other(_) => false,
        }
    }
}

open_set! {
    /// What became of a message.
    MessageStatus {
        /// `ACCEPTED`: Twilio took it on.
        Accepted = "ACCEPTED";
        /// `QUEUED`: it waits to be sent.
        Queued = "QUEUED";
        /// `SENT`: a carrier took it.
        Sent = "SENT";
        /// `DELIVERED`: it arrived.
        Delivered = "DELIVERED";
        /// `UNDELIVERED`: the carrier could not deliver it.
        Undelivered = "UNDELIVERED";
        /// `READ`: it was opened. Never for SMS.
        Read = "READ";
        /// `FAILED`: it could not be sent.
        Failed = "FAILED";
    }
}

open_set! {
    /// How a check of a code ended.
    CheckStatus {
        /// `SUCCESS`: it was the right code.
        Success = "SUCCESS";
        /// `FAILURE`: it was not.
        Failure = "FAILURE";
    }
}

open_set! {
    /// How a code is sent.
    Channel {
        /// `SMS`.
        Sms = "SMS";
        /// A call, `VOICE` or `CALL`: Twilio's pages use both words.
        Voice = "VOICE" or "CALL";
        /// `WHATSAPP`.
        WhatsApp = "WHATSAPP";
        /// `RCS` or `RBM`: Twilio's pages use the one word, its API the other.
        Rcs = "RCS" or "RBM";
    }
}
