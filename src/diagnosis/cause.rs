use std::fmt;

use serde::{Serialize, Serializer};

/// Defines the causes, in the order in which they are listed, each with its code, meaning and remedy.
macro_rules! causes {
    ($($variant:ident $code:literal $meaning:literal $remedy:literal)*) => {
        /// One thing that can be different between what Twilio signed and what the receiver was given.
        ///
        /// The [`cookbook`](super::cookbook) says where each usually comes from.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Cause {
            $(#[doc = $meaning] $variant,)*
        }

        impl Cause {
            /// Every cause.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the name by which it is serialised and listed in the [`cookbook`](super::cookbook).
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            /// Says what it means.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => $meaning,)*
                }
            }

            /// Says what to change. [`option`](Self::option) says where.
            #[must_use]
            pub const fn remedy(self) -> &'static str {
                match self {
                    $(Self::$variant => $remedy,)*
                }
            }
        }
    };
}

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
    pub(super) const fn is_of_url(self) -> bool {
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
    pub(super) const fn is_of_signature(self) -> bool {
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
    pub(super) const fn is_neighbour(self) -> bool {
        matches!(
            self,
            Self::Sendgrid | Self::Authy | Self::Segment | Self::EventStreams
        )
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

causes! {
    PrivateUrl "private_url"
        "The receiver is configured with a URL on this machine or a private network, where Twilio cannot call it."
        "Configure the receiver with the public URL, as it is at Twilio."
    Sendgrid "sendgrid"
        "It is an event webhook of SendGrid, which signs in a header of its own, with a key pair."
        "Give it a URL of its own, and verify X-Twilio-Email-Event-Webhook-Signature (ECDSA) with the public key of SendGrid's settings: no AuthToken verifies it."
    Authy "authy"
        "It is a webhook of Authy, which signs in a header of its own."
        "Give it a URL of its own, and verify X-Authy-Signature (HMAC-SHA256) with the key of the Authy application: no AuthToken verifies it."
    Segment "segment"
        "It is a webhook of Segment, whose JSON Segment signs in a header of its own."
        "Give it a URL of its own, and verify X-Signature (HMAC-SHA1 of the body, in hexadecimal digits) with the secret shared with Segment: no AuthToken verifies it."
    EventStreams "event_streams"
        "It is a batch of Event Streams: events in JSON, whose hash is in the query as bodySHA256."
        "Give the sink a URL of its own, and verify it with signature::verify_json and the sink's URL, without bodySHA256."
    Method "method"
        "The request has a method that Twilio does not use for webhooks."
        "Look for a redirect, or for the middleware that rewrites methods, and pass on the request as it came."
    GetDelivery "get_delivery"
        "The delivery came with GET, which the receiver does not accept."
        "Set webhook_method of the Webhook resource to POST, or allow GET with ReceiverBuilder::accept_get."
    GetWithoutParameters "get_without_parameters"
        "The request is a GET without any parameter of an event."
        "Answer Twilio without a redirect: a redirect of a POST comes back as a GET without its body. Configure the URL that it leads to."
    TargetMissing "target_missing"
        "The path and query of the request were not handed over, and the receiver needs them."
        "Give them with Delivery::target, as they are in the request line."
    ContentTypeMissing "content_type_missing"
        "The request has no Content-Type header."
        "Hand all headers of the request to Delivery::headers, and let the proxy pass on Content-Type."
    ContentTypeRepeated "content_type_repeated"
        "The request has several Content-Type headers."
        "Find the proxy or middleware that adds one instead of passing on the one that is there."
    ContentTypeJson "content_type_json"
        "The body is said to be JSON; webhooks of Verify Push are forms."
        "If a gateway turns forms into JSON, let it pass on the raw body. If another product sends it, give that a URL of its own."
    ContentTypeMultipart "content_type_multipart"
        "The body is said to be multipart/form-data; Twilio sends application/x-www-form-urlencoded."
        "Find the client or gateway that builds the form anew, and let it pass on the raw body and its Content-Type."
    ContentTypeOther "content_type_other"
        "The body is said to be something other than a form."
        "Let the proxy pass on Content-Type as it came."
    ContentEncoded "content_encoded"
        "The body has a content encoding, such as gzip."
        "Let the proxy decode the body or pass it on as it came; Twilio does not compress it."
    BodyEmpty "body_empty"
        "The body is empty."
        "Read the body before anything else consumes it: a body parser that runs first leaves none."
    BodyLength "body_length"
        "The body does not have as many bytes as Content-Length says."
        "Hand over the whole raw body. A shorter one was cut off or consumed in part, a longer one was rewritten."
    BodyTooLarge "body_too_large"
        "The body is longer than is accepted, or than is searched by a diagnosis."
        "A genuine delivery has a few KiB. Find what makes the body grow, or raise ReceiverBuilder::body_limit."
    SignatureMissing "signature_missing"
        "The request has no X-Twilio-Signature header."
        "Let proxies and gateways pass the header on, and hand all headers to Delivery::headers. If it never was there, Twilio did not send the request."
    SignatureEmpty "signature_empty"
        "The X-Twilio-Signature header has no value."
        "Find the proxy or gateway rule that sets the header from something that is empty."
    SignatureRepeated "signature_repeated"
        "There are several X-Twilio-Signature headers."
        "Find the proxy that adds the header once more, and let it pass on the one that is there."
    SignatureJoined "signature_joined"
        "Several signatures are in one X-Twilio-Signature header, joined with commas."
        "Find the proxy that adds the header once more: the copies were joined on the way."
    SignaturePadded "signature_padded"
        "There is white space, or quotes, around the signature."
        "Pass on the value of the header as it came."
    SignatureEscaped "signature_escaped"
        "The signature was escaped or unescaped as if it were a part of a URL."
        "Pass on the value of the header as it came, not through a query or form."
    SignatureAlphabet "signature_alphabet"
        "The signature is in the URL-safe alphabet of base64."
        "Whatever signs must use the standard alphabet, as Twilio does."
    SignaturePadding "signature_padding"
        "The signature does not end in the one `=` that fills up its base64."
        "Pass on the value of the header as it came; whatever signs must write base64 with padding."
    SignatureInHex "signature_in_hex"
        "The signature is written in hexadecimal digits."
        "Whatever signs must encode the tag in base64, as Twilio does."
    SignatureUnreadable "signature_unreadable"
        "The value of X-Twilio-Signature is not the base64 of a tag of 20 or 32 bytes."
        "Pass on the whole value of the header. If it is whole, Twilio did not make it."
    SettingsUnreadable "settings_unreadable"
        "X-Twilio-Webhooks-Signature-Settings is there several times, is malformed, or names an unknown algorithm."
        "Pass on the header as it came. If it did come so, look for a version of this crate that knows the algorithm."
    AlgorithmMismatch "algorithm_mismatch"
        "The length of the signature belongs to another algorithm than the headers say."
        "Let proxies pass on X-Twilio-Webhooks-Signature-Settings, and hand it to Delivery::headers. A signature of 28 characters is HMAC-SHA1, one of 44 HMAC-SHA256."
    SharedKeyUnknown "shared_key_unknown"
        "Twilio names a SharedKey or an algorithm that the receiver has no key for."
        "Add the SharedKey, with its id and algorithm, with ReceiverBuilder::shared_key."
    SettingsHeader "settings_header"
        "A configured key made the signature, but X-Twilio-Webhooks-Signature-Settings does not lead to it."
        "Let proxies pass on X-Twilio-Webhooks-Signature-Settings as it came, and configure the SharedKey with the id Twilio shows."
    OtherKey "other_key"
        "A key made the signature that was given for the diagnosis and that the receiver does not have."
        "Configure that key, beside the present one if both are in use. A sub-account signs with its own AuthToken, an account with its primary one."
    SecretWhiteSpace "secret_white_space"
        "White space or a line end belongs to the secret as it is read."
        "Remove it from the file or variable, or trim what is read."
    SecretQuotes "secret_quotes"
        "There are quotes around the secret as it is read."
        "Remove the quotes from the file or variable: Docker's --env-file keeps them."
    SecretAssignment "secret_assignment"
        "The secret as it is read starts with the name of its variable."
        "Store the value alone, without `export`, name and `=`."
    SecretCase "secret_case"
        "The letters of the secret as it is read are in another case."
        "Copy the AuthToken as the Twilio Console shows it: its hexadecimal digits are in lower case."
    SecretAlgorithm "secret_algorithm"
        "The secret is right and is used with another algorithm."
        "Configure it as a SharedKey with the algorithm that the settings header names."
    SecretPlaceholder "secret_placeholder"
        "A placeholder was given for the secret: the variable or template that holds it was not filled in."
        "Set the variable that the program reads to the AuthToken, which the Twilio Console shows, and check that it reaches the process."
    SecretIsApiKey "secret_is_api_key"
        "What was given for the AuthToken looks like the secret of an API key, which signs no webhook."
        "Configure the AuthToken of the account: 32 hexadecimal digits. API keys are for calling the API only."
    SecretLength "secret_length"
        "What was given for the AuthToken has another length than an AuthToken."
        "Copy the complete AuthToken from the Twilio Console: 32 hexadecimal digits."
    OtherRegion "other_region"
        "The request comes from another region of Twilio than us1, and an AuthToken belongs to one region."
        "Configure the AuthToken that the Twilio Console shows for that region."
    SecretIsSid "secret_is_sid"
        "A SID was given for the secret."
        "Configure the AuthToken of the account. SIDs sign nothing."
    Scheme "scheme"
        "Twilio signed the URL with the other of http and https."
        "Configure the receiver with the URL as it is at Twilio. A proxy that ends TLS makes the request look like http."
    Host "host"
        "Twilio signed the URL with another host."
        "Configure the receiver with the URL as it is at Twilio, not with the host behind the proxy."
    HostSpelling "host_spelling"
        "Twilio signed the URL with another spelling of the host."
        "Configure the host as it is spelled at Twilio: capital letters, a dot at the end and letters outside ASCII are signed as written."
    Port "port"
        "Twilio signed the URL with another port."
        "Configure the receiver with the port of the URL as it is at Twilio, not with that of the server behind the proxy."
    TrailingSlashMissing "trailing_slash_missing"
        "Twilio signed the URL with a slash at the end of the path."
        "Add the slash to the receiver's URL."
    TrailingSlashExtra "trailing_slash_extra"
        "Twilio signed the URL without the slash at the end of the path."
        "Remove the slash from the receiver's URL."
    PathPrefix "path_prefix"
        "Twilio signed the URL with a prefix of the path added or removed."
        "Configure the whole path that Twilio calls, with the stage or mount point that a gateway or router strips."
    PathRewritten "path_rewritten"
        "Twilio signed the URL with another path."
        "Configure the path as it is at Twilio, whatever a router makes of it."
    PathCase "path_case"
        "Twilio signed the path with letters in another case."
        "Configure the path in the case in which it is at Twilio."
    PathEscapes "path_escapes"
        "Twilio signed the path with other percent-escapes."
        "Configure the path exactly as it is spelled at Twilio; do not decode or escape it."
    PathSlashes "path_slashes"
        "Twilio signed the path with a doubled slash more or less."
        "Configure the path as it is at Twilio: a doubled slash often comes from joining a base URL and a path."
    IndexPage "index_page"
        "Twilio signed the URL with the name of an index page added or removed."
        "Configure the path as it is at Twilio, with or without the page that the server adds."
    QueryMissing "query_missing"
        "Twilio signed the URL with a query, or a part of one, that the receiver's URL does not have."
        "Add it to the receiver's URL, exactly as it is at Twilio."
    QueryExtra "query_extra"
        "Twilio signed the URL without the query, or a part of it, that the receiver's URL has."
        "Remove it from the receiver's URL."
    QueryOrder "query_order"
        "Twilio signed the query in another order."
        "Configure the query in the order in which it is at Twilio. Some frameworks sort it, and some Twilio products request it sorted."
    QueryEscapes "query_escapes"
        "Twilio signed the query with other percent-escapes, or with `+`, `%20` and `%2B` in each other's place."
        "Configure the query exactly as it is spelled at Twilio; do not decode or escape it."
    QueryRewritten "query_rewritten"
        "Twilio signed the URL with another query."
        "Configure the query exactly as it is at Twilio."
    QuestionMark "question_mark"
        "Twilio signed the URL with, or without, a `?` that nothing follows."
        "Configure the URL exactly as it is at Twilio, with that character or without."
    Credentials "credentials"
        "Twilio signed the user name and password of the URL."
        "Configure the receiver with the URL as it is at Twilio, with user name and password."
    Fragment "fragment"
        "The fragment of the URL was signed."
        "Whatever signs must leave out `#` and what follows. Twilio does, so that the receiver never tries it."
    UrlNormalised "url_normalised"
        "The URL was signed as a URL parser prints it."
        "Configure the receiver with that spelling: no dot segments, no default port, escapes where the parser puts them."
    OtherUrl "other_url"
        "Another URL was signed, one that was given for the diagnosis."
        "Configure the receiver with the URL that is configured at Twilio now, or correct it there."
    BodyNotSigned "body_not_signed"
        "The URL alone was signed, without the parameters of the body."
        "Whatever signs must add the parameters to the text. Twilio does so for forms; other products sign the URL alone."
    JsonWebhook "json_webhook"
        "It is a webhook with a JSON body: the URL with its bodySHA256 was signed."
        "It comes from another product than Verify Push. Verify it with signature::verify_json, at a URL of its own, configured without bodySHA256."
    JsonBodyAltered "json_body_altered"
        "bodySHA256 is not the hash of the body as received."
        "Hash the raw bytes of the body, not what a parser prints."
    GetAsPost "get_as_post"
        "It was signed as a GET with the parameters in the query, and arrived as a POST with them in the body."
        "Find what turns the GET into a POST. Pass it on as it came and allow GET, or set webhook_method to POST."
    PostAsGet "post_as_get"
        "It was signed as a POST with the parameters in the body, and arrived as a GET."
        "Find what turns the POST into a GET, such as a redirect or a gateway's mapping, and pass it on as it came."
    ParametersInQuery "parameters_in_query"
        "It was signed as a form, and its parameters arrived in the query."
        "Find the gateway that moves parameters into the query, and let it pass on the raw body."
    QueryInParameters "query_in_parameters"
        "The parameters of the query were signed twice: in the URL and as parameters of the form."
        "Whatever signs must leave the query in the URL and add the parameters of the body only."
    Unsorted "unsorted"
        "The parameters were signed in the order of the body, not sorted by name."
        "Whatever signs must sort the parameters by the bytes of their names."
    SortedIgnoringCase "sorted_ignoring_case"
        "The parameters were signed in an order of names that ignores case."
        "Whatever signs must sort the parameters by the bytes of their names: capital letters come first."
    ParameterAdded "parameter_added"
        "The body has a parameter that was not signed."
        "Find the middleware or proxy that adds it, and verify the raw body from before."
    BlankDropped "blank_dropped"
        "A parameter without a value was signed and is missing from the body."
        "Find the middleware that drops blank parameters, and verify the raw body from before."
    BlankReplaced "blank_replaced"
        "A parameter was signed without a value and arrived as null or the like."
        "Find the middleware that replaces blank values, and verify the raw body from before."
    WhiteSpaceTrimmed "white_space_trimmed"
        "White space at the start or end of a value was signed and is missing from the body."
        "Find the middleware that trims values, and verify the raw body from before."
    WhiteSpaceAdded "white_space_added"
        "Values that were signed without white space have some around them."
        "Find what rebuilds the form, and verify the raw body from before."
    BodyLineBreak "body_line_break"
        "The body ends in a line break that was not signed."
        "Find what writes the body as a line of text, a log, a file or `echo` for example, and take the raw body."
    RepeatedMerged "repeated_merged"
        "A parameter that is there several times was signed otherwise than Twilio does it."
        "Whatever signs must take each distinct value once, in the order of their bytes. A Verify delivery repeats no parameter."
    ValuesJoined "values_joined"
        "Several values of a parameter were signed and arrived as one, joined with commas."
        "Find what merges repeated parameters, and verify the raw body from before."
    PlusSigns "plus_signs"
        "A `+` in the body was signed as a plus sign, not as a space."
        "Find what unescapes or rebuilds the form: a plus sign must stay `%2B`, a space is `+` or `%20`."
    EscapedTwice "escaped_twice"
        "The body was escaped once more on the way."
        "Find what escapes the form a second time, and take the raw body."
    Unescaped "unescaped"
        "The body was unescaped on the way."
        "Find what decodes the form before the receiver does, and verify the raw body from before."
    SignedEscaped "signed_escaped"
        "Names and values were signed as they are escaped in the body."
        "Whatever signs must decode names and values first."
    SignedRawBody "signed_raw_body"
        "The raw body was signed after the URL."
        "Whatever signs must add decoded names and values, sorted and without `&` and `=`."
    JsonRespelled "json_respelled"
        "JSON inside a parameter was signed with other white space or escapes, or with its members in another order."
        "Find what parses the JSON in parameters and prints it again, and verify the raw body from before."
    FormAsJson "form_as_json"
        "The form was turned into JSON on the way."
        "Let the gateway or framework pass on the raw body. An API Gateway mapping template and a JSON body parser do this."
    FormInBase64 "form_in_base64"
        "The body is the form in base64."
        "Decode it before it is handed over: a Lambda event with isBase64Encoded carries it so."
    LineEnds "line_ends"
        "Line ends inside a value were signed in another form."
        "Find what turns LF into CRLF or back, and verify the raw body from before."
    CharacterSet "character_set"
        "Text outside ASCII was converted to another character set on the way."
        "Let everything on the way treat the body as bytes, or as UTF-8."
    CharacterLost "character_lost"
        "A replacement character, or a question mark within a word, is where a letter may have been."
        "Find what converts the body to a character set without that letter, and verify the raw body from before."
    JsonOrder "json_order"
        "JSON inside a parameter has too many members to try every order in which they may have been signed."
        "If something parses the JSON in parameters and prints it again, verify the raw body from before."
    HtmlEscaped "html_escaped"
        "Text in the body was escaped for HTML on the way."
        "Exempt the webhook from the filter that cleans input, and verify the raw body from before."
    NamesRewritten "names_rewritten"
        "The names of parameters were rewritten on the way."
        "Find the middleware that changes their case or separators, and verify the raw body from before."
}
