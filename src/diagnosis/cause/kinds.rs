//! Where the remedy of each cause applies, and which causes are of a kind.

use super::Cause;

impl Cause {
    /// Says where the remedy applies: an option of this library and of the command, a header, a setting at Twilio.
    #[must_use]
    pub const fn option(self) -> &'static str {
        match self {
            Self::Sendgrid
            | Self::Authy
            | Self::Segment
            | Self::EventStreams
            | Self::JsonWebhook => "the URL configured at the other product",
            Self::Method | Self::GetWithoutParameters | Self::GetAsPost | Self::PostAsGet => {
                "whatever passes on the request"
            }
            Self::GetDelivery => {
                "ReceiverBuilder::accept_get, or webhook_method of the Webhook resource"
            }
            Self::TargetMissing => "Delivery::target",
            Self::ContentTypeMissing
            | Self::ContentTypeRepeated
            | Self::ContentTypeJson
            | Self::ContentTypeMultipart
            | Self::ContentTypeOther => "the header Content-Type",
            Self::ContentEncoded => "the header Content-Encoding",
            Self::SignatureMissing
            | Self::SignatureEmpty
            | Self::SignatureRepeated
            | Self::SignatureJoined
            | Self::SignaturePadded
            | Self::SignatureEscaped
            | Self::SignatureAlphabet
            | Self::SignaturePadding
            | Self::SignatureInHex
            | Self::SignatureUnreadable => "the header X-Twilio-Signature",
            Self::SettingsUnreadable | Self::AlgorithmMismatch | Self::SettingsHeader => {
                "the header X-Twilio-Webhooks-Signature-Settings"
            }
            Self::SharedKeyUnknown => "ReceiverBuilder::shared_key, --shared-key",
            Self::OtherKey
            | Self::OtherRegion
            | Self::SecretWhiteSpace
            | Self::SecretQuotes
            | Self::SecretAssignment
            | Self::SecretCase
            | Self::SecretAlgorithm
            | Self::SecretIsSid
            | Self::SecretPlaceholder
            | Self::SecretIsApiKey
            | Self::SecretLength => "ReceiverBuilder::auth_token, TWILIO_AUTH_TOKEN",
            Self::PrivateUrl
            | Self::Scheme
            | Self::Host
            | Self::HostSpelling
            | Self::Port
            | Self::TrailingSlashMissing
            | Self::TrailingSlashExtra
            | Self::PathPrefix
            | Self::PathRewritten
            | Self::PathCase
            | Self::PathEscapes
            | Self::PathSlashes
            | Self::IndexPage
            | Self::QueryMissing
            | Self::QueryExtra
            | Self::QueryOrder
            | Self::QueryEscapes
            | Self::QueryRewritten
            | Self::QuestionMark
            | Self::Credentials
            | Self::OtherUrl => "the URL given to the receiver: Receiver::builder, --url",
            Self::Fragment
            | Self::UrlNormalised
            | Self::BodyNotSigned
            | Self::QueryInParameters
            | Self::Unsorted
            | Self::SortedIgnoringCase
            | Self::SignedEscaped
            | Self::SignedRawBody
            | Self::RepeatedMerged => "whatever signs",
            Self::BodyTooLarge => "ReceiverBuilder::body_limit",
            Self::BodyEmpty
            | Self::BodyLength
            | Self::JsonBodyAltered
            | Self::ParametersInQuery
            | Self::ParameterAdded
            | Self::BlankDropped
            | Self::BlankReplaced
            | Self::WhiteSpaceTrimmed
            | Self::WhiteSpaceAdded
            | Self::BodyLineBreak
            | Self::ValuesJoined
            | Self::PlusSigns
            | Self::EscapedTwice
            | Self::Unescaped
            | Self::JsonRespelled
            | Self::FormAsJson
            | Self::FormInBase64
            | Self::LineEnds
            | Self::CharacterSet
            | Self::CharacterLost
            | Self::JsonOrder
            | Self::HtmlEscaped
            | Self::NamesRewritten => "the raw body, given to Delivery::new",
        }
    }

    /// Whether the cause is a difference between the URL configured and the one signed.
    pub(in crate::diagnosis) const fn is_of_url(self) -> bool {
        matches!(
            self,
            Self::PrivateUrl
                | Self::Scheme
                | Self::Host
                | Self::HostSpelling
                | Self::Port
                | Self::TrailingSlashMissing
                | Self::TrailingSlashExtra
                | Self::PathPrefix
                | Self::PathRewritten
                | Self::PathCase
                | Self::PathEscapes
                | Self::PathSlashes
                | Self::IndexPage
                | Self::QueryMissing
                | Self::QueryExtra
                | Self::QueryOrder
                | Self::QueryEscapes
                | Self::QueryRewritten
                | Self::QuestionMark
        )
    }

    /// Whether the cause is in the signature header.
    pub(in crate::diagnosis) const fn is_of_signature(self) -> bool {
        matches!(
            self,
            Self::SignatureMissing
                | Self::SignatureEmpty
                | Self::SignatureRepeated
                | Self::SignatureJoined
                | Self::SignaturePadded
                | Self::SignatureEscaped
                | Self::SignatureAlphabet
                | Self::SignaturePadding
                | Self::SignatureInHex
                | Self::SignatureUnreadable
        )
    }

    /// Whether the request is another service's, which explains all that is wrong with it.
    pub(in crate::diagnosis) const fn is_neighbour(self) -> bool {
        matches!(
            self,
            Self::Sendgrid | Self::Authy | Self::Segment | Self::EventStreams
        )
    }
}
