//! Deliveries that must be refused.

mod event;
mod form;
mod request;
mod signature;
mod splits;

use std::fmt;
use std::str::FromStr;

use super::{Device, EventBuilder, OwnedDelivery, Signer};
use crate::error::RefusalClass;

/// Makes a delivery from the event `challenge.approved`.
type Make = fn(&Signer, EventBuilder) -> OwnedDelivery;

macro_rules! cases {
    (
        every: $($(#[doc = $doc:literal])+ $case:ident = $name:literal, $status:literal, $make:path;)+
        some: $($(#[doc = $some_doc:literal])+ $some_case:ident = $some_name:literal, $some_status:literal, $some_make:path;)+
    ) => {
        /// A kind of delivery that an endpoint has to refuse.
        ///
        /// Those in [`ALL`](Self::ALL) are refused by every receiver for the URL and the key of the signer, whatever
        /// else is configured. Those in [`CONDITIONAL`](Self::CONDITIONAL) depend on that, as each one says.
        ///
        /// Except for what a case is about, a delivery is in order: a fresh `challenge.approved`, signed with the right
        /// key for the right URL. Where something was altered after signing, the signature is that of the original.
        ///
        /// # What to expect of a server
        ///
        /// A server that answers with [`Refusal::status`](crate::Refusal::status) answers with [`status`](Self::status).
        /// What is in front of the receiver may answer first and otherwise: a router without a route for `PUT` may say
        /// 404, a framework that decodes forms itself 400 or 422 where this crate says 415. Any status from 400 to 499
        /// is a refusal: [`is_refused_by`](Self::is_refused_by). A success is a hole, and a status from 500 on a fault of
        /// the server. Over a network a server may also close the connection before it has read
        /// [all of a body](Self::Oversized).
        ///
        /// An endpoint that refuses everything passes too, so also send it a delivery that it must accept.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum NegativeCase {
            $($(#[doc = $doc])+ #[doc = concat!("\n\nName `", $name, "`, status ", $status, ".")] $case,)+
            $($(#[doc = $some_doc])+ #[doc = concat!("\n\nName `", $some_name, "`, status ", $some_status, ".")] $some_case,)+
        }

        impl NegativeCase {
            /// The cases that every receiver refuses.
            pub const ALL: &'static [Self] = &[$(Self::$case),+];

            /// The cases that a receiver refuses only if it is configured so.
            pub const CONDITIONAL: &'static [Self] = &[$(Self::$some_case),+];

            /// Returns the name, in lower case with dashes.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$case => $name,)+
                    $(Self::$some_case => $some_name,)+
                }
            }

            /// Says what is wrong with such a delivery.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$case => concat!($($doc),+).trim_ascii(),)+
                    $(Self::$some_case => concat!($($some_doc),+).trim_ascii(),)+
                }
            }

            /// Returns the status that [`Refusal::status`](crate::Refusal::status) says to answer with.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$case => $status,)+
                    $(Self::$some_case => $some_status,)+
                }
            }

            const fn make(self) -> Make {
                match self {
                    $(Self::$case => $make,)+
                    $(Self::$some_case => $some_make,)+
                }
            }
        }
    };
}

cases! {
    every:
    /// The method is PUT.
    WrongMethod = "wrong-method", 405, request::wrong_method;
    /// The event comes as JSON, signed as Twilio signs JSON webhooks.
    JsonBody = "json-body", 415, request::json_body;
    /// The form is declared as `text/plain`.
    WrongMediaType = "wrong-media-type", 415, request::wrong_media_type;
    /// There is no `Content-Type`.
    NoMediaType = "no-media-type", 415, request::no_media_type;
    /// There are two `Content-Type` lines, the first of a form, the second of JSON.
    TwoMediaTypes = "two-media-types", 415, request::two_media_types;
    /// The form is declared as compressed.
    ContentEncoding = "content-encoding", 415, request::content_encoding;
    /// The form has more than 128 KiB, the limit of a receiver that has no other.
    Oversized = "oversized", 413, request::oversized;

    /// There is no signature.
    NoSignature = "no-signature", 403, signature::none;
    /// The signature header has no value.
    EmptySignature = "empty-signature", 403, signature::empty;
    /// A line with a wrong signature follows the line with the right one.
    TwoSignatures = "two-signatures", 403, signature::two;
    /// A wrong signature follows the right one, joined with a comma.
    JoinedSignatures = "joined-signatures", 403, signature::joined;
    /// The signature holds a character that is not base64.
    MalformedSignature = "malformed-signature", 403, signature::malformed;
    /// The signature lacks the `=` at its end, so that it is another text for the same tag.
    UnpaddedSignature = "unpadded-signature", 403, signature::unpadded;
    /// The signature is base64 of three bytes too few.
    ShortSignature = "short-signature", 403, signature::short;
    /// The signature was made with the key of somebody else.
    WrongKey = "wrong-key", 403, signature::wrong_key;
    /// The signature was made with an empty key, as a server takes it that never got its own.
    EmptyKey = "empty-key", 403, signature::empty_key;
    /// The delivery was signed for another path of the same host.
    WrongUrl = "wrong-url", 403, signature::wrong_url;
    /// The delivery was signed for `http` where the URL has `https`, or the reverse.
    WrongScheme = "wrong-scheme", 403, signature::wrong_scheme;
    /// The settings header names a SharedKey that is not configured.
    UnknownSharedKey = "unknown-shared-key", 403, signature::unknown_shared_key;
    /// The settings header names an algorithm that does not exist.
    UnknownAlgorithm = "unknown-algorithm", 403, signature::unknown_algorithm;
    /// The settings header is not a list like `key=…,algorithm=…`.
    MalformedSettings = "malformed-settings", 403, signature::malformed_settings;

    /// A denial was turned into an approval after it was signed.
    TamperedValue = "tampered-value", 403, signature::tampered_value;
    /// A parameter was added after signing.
    AddedParameter = "added-parameter", 403, signature::added_parameter;
    /// A parameter was taken away after signing.
    RemovedParameter = "removed-parameter", 403, signature::removed_parameter;

    /// An approval was appended to a signed denial as a second `type`.
    DuplicateParameter = "duplicate-parameter", 400, form::duplicate_parameter;
    /// A `%` is not followed by two hexadecimal digits. Signed as lenient decoders read it.
    BadEscape = "bad-escape", 400, form::bad_escape;
    /// A value is not UTF-8. Signed as lenient decoders read it.
    BadUtf8 = "bad-utf8", 400, form::bad_utf8;
    /// A value holds characters outside ASCII that are not escaped.
    UnescapedText = "unescaped-text", 400, form::unescaped_text;
    /// The form ends with an `&`, as if a parameter without a name followed.
    EmptyName = "empty-name", 400, form::empty_name;
    /// There are 65 parameters, all of them signed.
    TooManyParameters = "too-many-parameters", 400, form::too_many_parameters;
    /// The body is empty, and so is what is signed after the URL.
    EmptyBody = "empty-body", 400, form::empty_body;

    /// There is no `entity_identity`.
    MissingParameter = "missing-parameter", 400, event::missing_parameter;
    /// A factor event has a `challenge_sid`.
    ForeignParameter = "foreign-parameter", 400, event::foreign_parameter;
    /// `factor_sid` is the SID of something else.
    BadSid = "bad-sid", 400, event::bad_sid;
    /// `entity_identity` holds a character that no identity has.
    BadIdentity = "bad-identity", 400, event::bad_identity;
    /// `type` is written in capitals.
    BadType = "bad-type", 400, event::bad_type;
    /// `factor_friendly_name` has 65 characters.
    LongFriendlyName = "long-friendly-name", 400, event::long_friendly_name;
    /// The JSON in `challenge_details` ends too early.
    MalformedJson = "malformed-json", 400, event::malformed_json;
    /// `challenge_details` is a JSON array.
    JsonArray = "json-array", 400, event::json_array;
    /// The JSON in `challenge_hidden_details` is nested 65 deep.
    DeepJson = "deep-json", 400, event::deep_json;

    /// Boundary shift: `factor_friendly_name` absorbs the parameter that is signed after it.
    ShiftedFriendlyName = "shifted-friendly-name", 400, splits::friendly_name;
    /// Boundary shift: the name of `challenge_hidden_details` is split in two, so that they disappear.
    ShiftedHiddenDetails = "shifted-hidden-details", 400, splits::hidden_details;
    /// Boundary shift: `entity_identity` is shortened to that of another user, and its rest passed off as another
    /// parameter.
    ShiftedIdentity = "shifted-identity", 400, splits::identity;
    /// Boundary shift: an approval for another user, planted in the device's own `challenge_metadata`, is split off.
    PlantedApproval = "planted-approval", 400, splits::planted_approval;

    some:
    /// An event for another account. Refused by a receiver with an
    /// `account_sid` and by an `AccountReceiver`.
    OtherAccount = "other-account", 403, event::other_account;
    /// An event of another Verify Service. Refused by a receiver with a
    /// `service_sid`.
    OtherService = "other-service", 403, event::other_service;
    /// An event with a parameter that Twilio does not document. Refused by a
    /// `strict` receiver.
    UnknownParameter = "unknown-parameter", 400, event::unknown_parameter;
    /// A GET in order. Refused by a receiver that does not `accept_get`.
    Get = "get", 405, request::get;
    /// A GET whose query was altered after signing. Refused with this status by a receiver that does
    /// `accept_get`.
    TamperedGet = "tampered-get", 403, request::tampered_get;
    /// A GET with a body. Refused with this status by a receiver that does
    /// `accept_get`.
    GetWithBody = "get-with-body", 400, request::get_with_body;
}

impl NegativeCase {
    /// Returns what kind of refusal the delivery must meet.
    #[must_use]
    pub const fn class(self) -> RefusalClass {
        match self.status() {
            403 => RefusalClass::Signature,
            405 | 415 => RefusalClass::Unsupported,
            413 => RefusalClass::TooLarge,
            _ => RefusalClass::Malformed,
        }
    }

    /// Tells whether a server refuses the delivery with a status, which need not be the one that this crate says.
    #[must_use]
    pub const fn is_refused_by(self, status: u16) -> bool {
        matches!(status, 400..=499)
    }

    /// Makes such a delivery of an event that is made up.
    #[must_use]
    pub fn delivery(self, signer: &Signer) -> OwnedDelivery {
        self.delivery_from(signer, &mut Device::new())
    }

    /// Makes such a delivery of an event of a device: for a receiver that accepts only certain accounts, or to get the
    /// same one in every run.
    #[must_use]
    pub fn delivery_from(self, signer: &Signer, device: &mut Device) -> OwnedDelivery {
        self.make()(signer, device.challenge_approved())
    }
}

impl fmt::Display for NegativeCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text is not the name of a [`NegativeCase`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected the name of a negative case, such as {}",
    NegativeCase::WrongKey
)]
pub struct UnknownCase;

impl FromStr for NegativeCase {
    type Err = UnknownCase;

    fn from_str(name: &str) -> Result<Self, UnknownCase> {
        let mut cases = Self::ALL.iter().chain(Self::CONDITIONAL).copied();
        cases.find(|case| case.name() == name).ok_or(UnknownCase)
    }
}

/// Sends the signature of one event with another.
fn replayed(signer: &Signer, signed: &EventBuilder, sent: &EventBuilder) -> OwnedDelivery {
    signer.post(signed).with_body(sent.form())
}
