//! Deliveries that an endpoint for Event Streams must refuse.

use std::fmt;

use super::CloudEventBuilder;
use crate::delivery::SIGNATURE_HEADER;
use crate::signature::{AuthToken, Key};
use crate::testing::{OwnedDelivery, Signer};
use crate::verify_events::EventStreamReceiver;

/// Makes a delivery from the text of a batch.
type Make = fn(&Signer, String) -> OwnedDelivery;

macro_rules! cases {
    ($($(#[doc = $doc:literal])+ $case:ident = $name:literal, $status:literal, $make:path;)+) => {
        /// A kind of delivery that an endpoint for Event Streams has to refuse, whatever else is configured.
        ///
        /// Except for what a case is about, a delivery is in order: a fresh approval, signed with the right key for the
        /// right destination. Where something was altered after signing, the signature is that of the original. Those with
        /// status 429 are answered so unless
        /// [`unverified_status`](crate::verify_events::EventStreamReceiverBuilder::unverified_status) says otherwise.
        ///
        /// An endpoint that refuses everything passes too, so also send it a delivery that it must accept.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum BatchCase {
            $($(#[doc = $doc])+ #[doc = concat!("\n\nName `", $name, "`, status ", $status, ".")] $case,)+
        }

        impl BatchCase {
            /// All cases.
            pub const ALL: &'static [Self] = &[$(Self::$case),+];

            /// Returns the name, in lower case with dashes.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$case => $name,)+
                }
            }

            /// Says what is wrong with such a delivery.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$case => concat!($($doc),+).trim_ascii(),)+
                }
            }

            /// Returns the status that it is answered with.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$case => $status,)+
                }
            }

            const fn make(self) -> Make {
                match self {
                    $(Self::$case => $make,)+
                }
            }
        }
    };
}

cases! {
    /// The method is GET, which a sink may be configured with.
    Get = "get", 405, get;
    /// The method is PUT.
    WrongMethod = "wrong-method", 405, wrong_method;
    /// The body has more than 1 MiB, the limit of a receiver that has no other.
    Oversized = "oversized", 413, oversized;
    /// There are 4097 elements, one more than a receiver takes that has no other limit.
    TooManyElements = "too-many-elements", 413, too_many_elements;
    /// There is no signature.
    NoSignature = "no-signature", 429, no_signature;
    /// The signature header has no value.
    EmptySignature = "empty-signature", 429, empty_signature;
    /// A line with a wrong signature follows the line with the right one.
    TwoSignatures = "two-signatures", 429, two_signatures;
    /// The signature lacks the `=` at its end, so that it is another text for the same tag.
    UnpaddedSignature = "unpadded-signature", 429, unpadded_signature;
    /// The signature was made with the key of somebody else.
    WrongKey = "wrong-key", 429, wrong_key;
    /// The delivery was signed for another path of the same host.
    WrongDestination = "wrong-destination", 429, wrong_destination;
    /// A parameter was put before the hash, and signed: another destination, to a receiver that takes the URL of the
    /// request for it.
    AddedParameter = "added-parameter", 429, added_parameter;
    /// Hash and signature are those of another body, which the URL of the request has too.
    SwappedBody = "swapped-body", 429, swapped_body;
    /// The body was written anew after signing: the same JSON with other white space.
    RewrittenBody = "rewritten-body", 429, rewritten_body;
    /// The destination was signed without the hash of the body, as for a GET.
    UnhashedBody = "unhashed-body", 429, unhashed_body;
    /// The body is no JSON.
    NotJson = "not-json", 400, not_json;
    /// The body is JSON, but neither an array nor an object.
    NotABatch = "not-a-batch", 400, not_a_batch;
}

impl BatchCase {
    /// Makes such a delivery.
    #[must_use]
    pub fn delivery(self, signer: &Signer) -> OwnedDelivery {
        self.make()(signer, batch())
    }

    /// Tells whether a server refuses the delivery with a status, which need not be the one that this crate says.
    #[must_use]
    pub const fn is_refused_by(self, status: u16) -> bool {
        matches!(status, 400..=599)
    }
}

impl fmt::Display for BatchCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

fn batch() -> String {
    format!("[{}]", CloudEventBuilder::verification_approved().json())
}

fn get(signer: &Signer, body: String) -> OwnedDelivery {
    signer.post_json(body).with_method("GET")
}

fn wrong_method(signer: &Signer, body: String) -> OwnedDelivery {
    signer.post_json(body).with_method("PUT")
}

fn oversized(signer: &Signer, body: String) -> OwnedDelivery {
    let padding = " ".repeat(EventStreamReceiver::DEFAULT_BODY_LIMIT);
    signer.post_json(body + &padding)
}

fn too_many_elements(signer: &Signer, _: String) -> OwnedDelivery {
    let more = "{},".repeat(EventStreamReceiver::DEFAULT_ELEMENT_LIMIT);
    signer.post_json(format!("[{more}{{}}]"))
}

fn no_signature(signer: &Signer, body: String) -> OwnedDelivery {
    signer.post_json(body).without_header(SIGNATURE_HEADER)
}

fn empty_signature(signer: &Signer, body: String) -> OwnedDelivery {
    signer
        .post_json(body)
        .with_header_replaced(SIGNATURE_HEADER, "")
}

fn two_signatures(signer: &Signer, body: String) -> OwnedDelivery {
    let wrong = signature(&signer.post_json("[]"));
    signer.post_json(body).with_header(SIGNATURE_HEADER, wrong)
}

fn unpadded_signature(signer: &Signer, body: String) -> OwnedDelivery {
    let delivery = signer.post_json(body);
    let unpadded = signature(&delivery).trim_end_matches('=').to_owned();
    delivery.with_header_replaced(SIGNATURE_HEADER, unpadded)
}

fn wrong_key(signer: &Signer, body: String) -> OwnedDelivery {
    match AuthToken::new("somebody-else-has-this-key") {
        Ok(token) => signed_by(&token.into(), signer.url(), body, signer),
        Err(_) => no_signature(signer, body),
    }
}

fn wrong_destination(signer: &Signer, body: String) -> OwnedDelivery {
    let other = match signer.url().split_once('?') {
        None => format!("{}/other", signer.url()),
        Some((path, query)) => format!("{path}/other?{query}"),
    };
    signed_by(signer.key(), &other, body, signer)
}

fn added_parameter(signer: &Signer, body: String) -> OwnedDelivery {
    let delimiter = if signer.url().contains('?') { '&' } else { '?' };
    let other = format!("{}{delimiter}x=1", signer.url());
    match Signer::new(&other, signer.key().clone()) {
        Ok(other) => other.post_json(body),
        Err(_) => no_signature(signer, body),
    }
}

fn swapped_body(signer: &Signer, body: String) -> OwnedDelivery {
    signer.post_json(batch()).with_body(body)
}

fn rewritten_body(signer: &Signer, body: String) -> OwnedDelivery {
    let rewritten = format!("{body}\n");
    signer.post_json(body).with_body(rewritten)
}

fn unhashed_body(signer: &Signer, body: String) -> OwnedDelivery {
    let unhashed = signer.key().sign::<&str, &str>(signer.url(), []);
    signer
        .post_json(body)
        .with_header_replaced(SIGNATURE_HEADER, unhashed)
}

fn not_json(signer: &Signer, body: String) -> OwnedDelivery {
    signer.post_json(body.trim_end_matches(']'))
}

fn not_a_batch(signer: &Signer, _: String) -> OwnedDelivery {
    signer.post_json("\"an event\"")
}

/// Signs with another key or for another URL, and sends it where the signer does.
fn signed_by(key: &Key, url: &str, body: String, signer: &Signer) -> OwnedDelivery {
    let delivery = signer.post_json(&*body);
    match Signer::new(url, key.clone()) {
        Ok(other) => {
            let signature = signature(&other.post_json(body));
            delivery.with_header_replaced(SIGNATURE_HEADER, signature)
        }
        Err(_) => delivery.without_header(SIGNATURE_HEADER),
    }
}

fn signature(delivery: &OwnedDelivery) -> String {
    let mut headers = delivery.headers();
    let signature = headers.find(|(name, _)| *name == SIGNATURE_HEADER);
    signature.map_or("", |(_, value)| value).to_owned()
}
