use std::fmt;

/// How a signature is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-SHA1 (RFC 2104): every AuthToken, and SharedKeys made for it.
    HmacSha1,
    /// HMAC-SHA256: SharedKeys made for it.
    HmacSha256,
}

impl Algorithm {
    /// Returns the name used in the [settings header](crate::SIGNATURE_SETTINGS_HEADER).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC_SHA1",
            Self::HmacSha256 => "HMAC_SHA256",
        }
    }

    /// Returns how many bytes a tag has.
    pub(crate) const fn tag_len(self) -> usize {
        match self {
            Self::HmacSha1 => 20,
            Self::HmacSha256 => 32,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
