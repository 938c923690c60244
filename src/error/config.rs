/// Why a receiver, key or URL was not built: a mistake in the configuration.
///
/// It holds no secret and no URL, so it can be logged as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The webhook URL cannot be used.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// An AuthToken, or the secret or id of a SharedKey, cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No key was given, so every delivery would be refused.
    #[error("expected at least one key")]
    NoKey,
    /// Two SharedKeys have the same id and algorithm.
    #[error("shared key at position {position} has the id and algorithm of an earlier key")]
    RepeatedSharedKey {
        /// Which of the keys it is, in the order given, counted from 0.
        position: usize,
    },
    /// The limit of elements in a batch is zero or more than can be set.
    #[error("expected a limit of 1 to {largest} elements, found {found}")]
    ElementLimit {
        /// The largest limit that can be set.
        largest: usize,
        /// The limit given.
        found: usize,
    },
    /// The status for deliveries that are not verified is none of an error.
    #[error("expected a status from 400 to 599 for unverified deliveries, found {found}")]
    Status {
        /// The status given.
        found: u16,
    },
    /// The body limit is zero or more than can be set.
    #[error("expected a body limit of 1 to {largest} bytes, found {found}")]
    BodyLimit {
        /// The largest limit that can be set, in bytes.
        largest: usize,
        /// The limit given, in bytes.
        found: usize,
    },
}

/// Why a text is not the URL of a webhook.
///
/// Positions are byte offsets into the URL, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// The URL does not start with `https://` or `http://` and a host.
    #[error("expected a webhook URL that starts with https:// or http:// and a host")]
    NotAbsolute,
    /// The host is not a domain name or an address.
    #[error("expected a domain name or an address as host of the webhook URL")]
    Host,
    /// The port is not a number from 0 to 65535.
    #[error("expected a port from 0 to 65535 in the webhook URL")]
    Port,
    /// White space at the start or end or before the fragment, or a control character anywhere.
    #[error(
        "expected no control character and no white space around the webhook URL, found one at byte {position}"
    )]
    WhiteSpace {
        /// Its offset.
        position: usize,
    },
    /// A character that is not displayed, such as a byte order mark, a zero-width space or a no-break space.
    #[error(
        "expected a webhook URL of visible characters, found U+{:04X} at byte {position}",
        u32::from(*character)
    )]
    Invisible {
        /// The character.
        character: char,
        /// Where it is.
        position: usize,
    },
    /// A receiver for an origin was given more than scheme, host and port.
    #[error("expected an origin such as https://example.com, found more at byte {position}")]
    MoreThanOrigin {
        /// Where the rest starts.
        position: usize,
    },
    /// The destination of a sink has a `bodySHA256` parameter. Twilio appends it to the destination: configure the
    /// destination without it.
    #[error("expected a destination without bodySHA256, which Twilio appends to it")]
    BodyHash,
    /// A URL parser refuses the URL for another reason.
    #[error("expected a valid webhook URL")]
    Invalid,
}

/// Why a text cannot be a secret, or the id of a SharedKey.
///
/// Positions are byte offsets into the secret, counted from 0. Nothing of the secret is carried along, but for a
/// character that is none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The secret is empty: anyone could sign with it.
    #[error("expected a secret, found an empty text")]
    Empty,
    /// The secret consists of white space.
    #[error("expected a secret, found only white space")]
    Blank,
    /// White space is in or around the secret, such as the line end of the file it was read from.
    #[error("expected a secret without white space, found some at byte {position}")]
    WhiteSpace {
        /// Where the first of it is.
        position: usize,
    },
    /// The secret holds a control character. HMAC pads keys with zeros, so one of NUL alone is the empty key.
    #[error("expected a secret without control characters, found one at byte {position}")]
    Control {
        /// Where the first of them is.
        position: usize,
    },
    /// The secret holds a character that is not displayed, such as a byte order mark or a zero-width space.
    #[error(
        "expected a secret of visible characters, found U+{:04X} at byte {position}",
        u32::from(*character)
    )]
    Invisible {
        /// The character.
        character: char,
        /// Where it is.
        position: usize,
    },
    /// Quotes are around the secret, which belong to the file or command it was taken from.
    #[error("expected a secret without quotes around it")]
    Quoted,
    /// The secret has the form of a SID, such as that of an account (`AC…`) or an API key (`SK…`).
    #[error("expected a secret, found a SID")]
    Sid,
    /// The id of a SharedKey is empty or holds a character that cannot be in the settings header.
    #[error("expected a shared key id of visible ASCII without commas")]
    Id,
}
