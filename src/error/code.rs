use super::refusal::{MediaTypeError, Refusal, TargetError};
use super::{EventError, FormError, SignatureError};

impl Refusal {
    /// Returns a word for what was wrong, such as `signature_mismatch`: for labels of metrics, and to set alerts on.
    ///
    /// Stable: a word stays with its refusal, and a new refusal gets a new word. All are of lower-case letters, digits and
    /// underscores, none of them made of anything received. [`class`](Self::class) is coarser, the text of the refusal
    /// finer.
    ///
    /// | refusals | words |
    /// |---|---|
    /// | of method and head | `method_not_allowed`, `media_type_missing`, `media_type_repeated`, `media_type_unsupported`, `content_encoding_unsupported`, `target_missing`, `target_malformed`, `target_holds_parameter`, `target_query` |
    /// | of the body | `too_large`, `body_incomplete`, `body_with_get`, `form_escape`, `form_not_ascii`, `form_not_utf8`, `parameter_name_empty`, `parameter_repeated`, `parameter_name_long`, `parameters_too_many` |
    /// | of the signature | `signature_missing`, `signature_repeated`, `signature_malformed`, `signature_settings_repeated`, `signature_settings_malformed`, `signature_algorithm_unknown`, `signature_key_unknown`, `signature_mismatch` |
    /// | of the account and the Service | `account_unknown`, `account_other`, `service_other` |
    /// | of the event, whose signature is right | `parameter_missing`, `parameter_unexpected`, `parameter_sid`, `parameter_length`, `parameter_character`, `parameter_ambiguous`, `parameter_first_in_query`, `parameter_names_too_many`, `parameter_unrecognized`, `parameter_json`, `parameter_unknown` |
    /// | of the application, which hands over what is not enough | `receiver_missing`, `configured_body_hash` |
    ///
    /// ```
    /// use twilio_verify_webhooks::{MediaTypeError, Refusal, SignatureError};
    ///
    /// let refusal = Refusal::Signature(SignatureError::Mismatch { tries: 2 });
    /// assert_eq!(refusal.code(), "signature_mismatch");
    /// assert_eq!(Refusal::MediaType(MediaTypeError::Missing).code(), "media_type_missing");
    /// ```
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Method { .. } => "method_not_allowed",
            Self::MediaType(error) => media_type(error),
            Self::TooLarge { .. } => "too_large",
            Self::Incomplete => "body_incomplete",
            Self::Form(error) => form(error),
            Self::Target(error) => target(error),
            Self::Body { .. } => "body_with_get",
            Self::Signature(error) => error.code(),
            Self::UnknownAccount => "account_unknown",
            Self::OtherAccount => "account_other",
            Self::OtherService => "service_other",
            Self::NoReceiver => "receiver_missing",
            Self::Event(error) => event(error),
        }
    }
}

const fn media_type(error: &MediaTypeError) -> &'static str {
    match error {
        MediaTypeError::Missing => "media_type_missing",
        MediaTypeError::SeveralLines { .. } => "media_type_repeated",
        MediaTypeError::Other => "media_type_unsupported",
        MediaTypeError::Encoded => "content_encoding_unsupported",
    }
}

const fn form(error: &FormError) -> &'static str {
    match error {
        FormError::Escape { .. } => "form_escape",
        FormError::NotAscii { .. } => "form_not_ascii",
        FormError::NotUtf8 { .. } => "form_not_utf8",
        FormError::EmptyName { .. } => "parameter_name_empty",
        FormError::RepeatedName { .. } => "parameter_repeated",
        FormError::LongName { .. } => "parameter_name_long",
        FormError::TooManyParameters { .. } => "parameters_too_many",
    }
}

const fn target(error: &TargetError) -> &'static str {
    match error {
        TargetError::Missing => "target_missing",
        TargetError::Malformed { .. } => "target_malformed",
        TargetError::HoldsParameter { .. } => "target_holds_parameter",
        TargetError::Query => "target_query",
    }
}

impl SignatureError {
    /// As for [`Refusal::code`].
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "signature_missing",
            Self::SeveralLines { .. } => "signature_repeated",
            Self::Malformed(_) => "signature_malformed",
            Self::SeveralSettings { .. } => "signature_settings_repeated",
            Self::MalformedSettings => "signature_settings_malformed",
            Self::UnknownAlgorithm => "signature_algorithm_unknown",
            Self::NoSuchKey { .. } => "signature_key_unknown",
            Self::Mismatch { .. } => "signature_mismatch",
            Self::ConfiguredBodyHash => "configured_body_hash",
        }
    }
}

const fn event(error: &EventError) -> &'static str {
    match error {
        EventError::Missing { .. } => "parameter_missing",
        EventError::Unexpected { .. } => "parameter_unexpected",
        EventError::Sid { .. } => "parameter_sid",
        EventError::Length { .. } => "parameter_length",
        EventError::Character { .. } => "parameter_character",
        EventError::Ambiguous { .. } => "parameter_ambiguous",
        EventError::FirstInQuery { .. } => "parameter_first_in_query",
        EventError::TooManyNames { .. } => "parameter_names_too_many",
        EventError::Unrecognized { .. } => "parameter_unrecognized",
        EventError::Json { .. } => "parameter_json",
        EventError::UnknownParameter { .. } => "parameter_unknown",
    }
}
