//! Values of the resource that are words, known or not.

use crate::event::WebhookVersion;

/// Enums of known words that take any other text too.
///
/// They compare by the text, so that a known word is the same however it was made.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A value unknown to this version of the crate. Use `from` to make it.
            Other(String),
        }

        impl $name {
            /// Returns the value as Twilio writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(other) => other,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Other(other.into()),
                }
            }
        }

        $crate::api::values::text_impls!($name);
    )+};
}

/// What every value with `as_str` and `From<&str>` can do.
macro_rules! text_impls {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl Eq for $name {}

        impl std::hash::Hash for $name {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(|text| Self::from(text.as_str()))
            }
        }
    };
}

pub(super) use text_impls;

words! {
    /// Whether a webhook is called.
    Status {
        /// `enabled`: it is. Twilio's default.
        Enabled = "enabled",
        /// `disabled`: it is not.
        Disabled = "disabled",
    }

    /// Which parameters a webhook is called with.
    Version {
        /// `v1`: identifiers only. Legacy; Twilio may remove it.
        V1 = "v1",
        /// `v2`: all of them. Twilio's default.
        V2 = "v2",
    }

    /// The HTTP method a webhook is called with. It cannot be set through the API.
    Method {
        /// `GET`
        Get = "GET",
        /// `POST`
        Post = "POST",
    }
}

impl From<WebhookVersion> for Version {
    fn from(version: WebhookVersion) -> Self {
        match version {
            WebhookVersion::V1 => Self::V1,
            WebhookVersion::V2 => Self::V2,
        }
    }
}
