//! Twilio's string identifiers, checked and inline.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::kernels::block;

const LEN: usize = 34;

/// Why a text is not a SID of the expected kind.
///
/// It does not contain the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SidError {
    /// The text does not have the 34 bytes of every SID.
    #[error("expected a SID of 34 characters starting with {prefix}, found {found} bytes")]
    Length {
        /// The two letters that such a SID starts with.
        prefix: &'static str,
        /// How many bytes the text has.
        found: usize,
    },
    /// The text starts with other letters, so it is another kind of SID or none.
    #[error("expected a SID starting with {prefix}")]
    Prefix {
        /// The two letters that such a SID starts with.
        prefix: &'static str,
    },
    /// A character after the prefix is neither an ASCII letter nor a digit.
    #[error(
        "expected letters and digits in a SID starting with {prefix}, found another character at byte {position}"
    )]
    Character {
        /// The two letters that such a SID starts with.
        prefix: &'static str,
        /// Offset of the character in bytes, counted from 0.
        position: usize,
    },
}

/// Checks all bytes at once; the position of a wrong one is looked for only if there is one.
///
/// It is inlined, as is what leads here from an event: a SID is then copied less often, which saves a receiver about 4 % of
/// its instructions beside the HMAC.
#[inline(always)]
pub(crate) fn check<'t>(prefix: &'static str, bytes: &'t [u8]) -> Result<&'t [u8; LEN], SidError> {
    match <&[u8; LEN]>::try_from(bytes) {
        Ok(sid) if sid.starts_with(prefix.as_bytes()) && block::all(sid, block::alphanumeric) => {
            Ok(sid)
        }
        _ => Err(fault(prefix, bytes)),
    }
}

impl AccountSid {
    /// Checks a text as [`new`](Self::new) does, byte by byte.
    pub(crate) fn from_bytes(text: impl Iterator<Item = u8>) -> Result<Self, SidError> {
        let (mut sid, mut found) = ([0; LEN], 0_usize);
        for byte in text {
            if let Some(slot) = sid.get_mut(found) {
                *slot = byte;
            }
            found = found.saturating_add(1);
        }
        let prefix = Self::PREFIX;
        match found {
            LEN => check(prefix, &sid).map(|sid| Self(*sid)),
            _ => Err(SidError::Length { prefix, found }),
        }
    }
}

#[cold]
fn fault(prefix: &'static str, bytes: &[u8]) -> SidError {
    let found = bytes.len();
    if found != LEN {
        return SidError::Length { prefix, found };
    }
    if !bytes.starts_with(prefix.as_bytes()) {
        return SidError::Prefix { prefix };
    }
    let position = bytes.iter().position(|byte| !byte.is_ascii_alphanumeric());
    let position = position.unwrap_or_default();
    SidError::Character { prefix, position }
}

macro_rules! sids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        ///
        #[doc = concat!("The letters `", $prefix, "` and 32 ASCII letters or digits. Twilio's own are hexadecimal; its documentation")]
        /// also writes them with `X`. The 34 bytes are kept inline, so a copy is as cheap as a reference.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; LEN]);

        impl $name {
            /// The two letters every such SID starts with.
            pub const PREFIX: &'static str = $prefix;

            /// Checks a text and keeps it.
            ///
            /// # Errors
            ///
            /// [`SidError`] names the first thing that is not as expected.
            ///
            /// ```
            #[doc = concat!("use twilio_verify_webhooks::{", stringify!($name), ", SidError};")]
            ///
            #[doc = concat!("let text = \"", $prefix, "0123456789abcdef0123456789abcdef\";")]
            #[doc = concat!("assert_eq!(", stringify!($name), "::new(text)?, text);")]
            #[doc = concat!("let error = ", stringify!($name), "::new(\"0123456789abcdef\").unwrap_err();")]
            #[doc = concat!("assert_eq!(error, SidError::Length { prefix: \"", $prefix, "\", found: 16 });")]
            /// # Ok::<(), SidError>(())
            /// ```
            #[inline(always)]
            pub fn new(text: &str) -> Result<Self, SidError> {
                check(Self::PREFIX, text.as_bytes()).map(|sid| Self(*sid))
            }

            /// Returns the SID as Twilio writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                // Only ASCII gets past `check`.
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.as_str()).finish()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl FromStr for $name {
            type Err = SidError;

            #[inline(always)]
            fn from_str(text: &str) -> Result<Self, SidError> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = SidError;

            fn try_from(text: &str) -> Result<Self, SidError> {
                Self::new(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;

                impl de::Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!("a SID starting with ", $prefix))
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        $name::new(text).map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Text)
            }
        }
    )+};
}

sids! {
    /// The SID of a Twilio account or sub-account.
    AccountSid = "AC";
    /// The SID of a Verify Service.
    ServiceSid = "VA";
    /// The SID of a Verify Factor: one device or method of a user.
    FactorSid = "YF";
    /// The SID of a Verify Challenge: one question put to a user.
    ChallengeSid = "YC";
    /// The SID of a Webhook resource of a Verify Service.
    WebhookSid = "YW";
}
