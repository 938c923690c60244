//! Five deliveries, from the smallest that Twilio sends to one with every field as full as its documentation allows.

use crate::floor;

/// The URL as configured at Twilio.
pub const URL: &str = "https://example.com/webhook";
/// Signs all deliveries.
pub const AUTH_TOKEN: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

const UUID: &str = "e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5a";
const ACCOUNT: &str = "AC4f2a91c07be35d68a1f09c3d7e5b2846";
const SERVICE: &str = "VA91d3e5b7c0a24f689e1b3d5f7a0c2e48";
const FACTOR: &str = "YF03c5a7e9b1d24f68ca0e2c4d6f8b1a35";
const CHALLENGE: &str = "YC7b9d1f3a5c0e24688acf1e3d5b7092c4";
const IDENTITY: &str = "ff483d1ff591898a9942916050d2ca3f";

/// A signed delivery.
#[derive(Debug, Clone)]
pub struct Fixture {
    pub name: &'static str,
    /// In the order sent.
    pub parameters: Vec<(&'static str, String)>,
    pub body: String,
    /// The URL, then names and values in the order of the names.
    pub string_to_sign: String,
    pub signature: String,
}

impl Fixture {
    /// Encodes the parameters as Twilio does and signs them.
    pub fn new(name: &'static str, parameters: Vec<(&'static str, String)>) -> Self {
        let body = serde_urlencoded::to_string(&parameters).unwrap();
        let mut sorted = parameters.clone();
        sorted.sort();
        let text = sorted.iter().flat_map(|(name, value)| [*name, value]);
        let string_to_sign: String = [URL].into_iter().chain(text).collect();
        let signature = floor::signature(AUTH_TOKEN, &string_to_sign);
        Self {
            name,
            parameters,
            body,
            string_to_sign,
            signature,
        }
    }
}

/// Makes all five, in the order of their size.
pub fn all() -> [Fixture; 5] {
    [
        v1_factor(),
        v2_factor(),
        page_sample(),
        v2_challenge(),
        large_challenge(),
    ]
}

/// The smallest: six parameters without JSON.
pub fn v1_factor() -> Fixture {
    let parameters = vec![
        ("uuid", UUID.into()),
        ("type", "factor.verified".into()),
        ("account_sid", ACCOUNT.into()),
        ("service_sid", SERVICE.into()),
        ("entity_identity", IDENTITY.into()),
        ("factor_sid", FACTOR.into()),
    ];
    Fixture::new("v1 factor", parameters)
}

/// With one small JSON object.
pub fn v2_factor() -> Fixture {
    let mut parameters = v1_factor().parameters;
    parameters.extend([
        ("factor_type", "push".into()),
        ("factor_friendly_name", "John's Phone".into()),
        ("factor_metadata", r#"{"os":"Android"}"#.into()),
    ]);
    Fixture::new("v2 factor", parameters)
}

/// The challenge event of Twilio's page on these webhooks, as it stands there.
pub fn page_sample() -> Fixture {
    let details = "{\n\"message\": \"Hi! Mr. John Doe, would you like to sign up?\",\n\
        \"date\": \"2020-07-01T12:13:14Z\",\n\"fields\": [\n{\n\"label\": \"Action\",\n\
        \"value\": \"Sign up in portal\"\n}\n]\n}";
    let parameters = vec![
        ("uuid", "Unique identifier".into()),
        ("type", "challenge.approved".into()),
        ("account_sid", "ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX".into()),
        ("service_sid", "VAXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX".into()),
        ("entity_identity", IDENTITY.into()),
        ("factor_sid", "YFXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX".into()),
        ("factor_type", "push".into()),
        ("factor_friendly_name", "John's Phone".into()),
        ("factor_metadata", "{\n\"os\": \"Android\"\n}".into()),
        ("challenge_sid", "YCXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX".into()),
        ("challenge_details", details.into()),
        (
            "challenge_hidden_details",
            "{\n\"ip\": \"127.0.0.1\"\n}".into(),
        ),
        ("challenge_metadata", "{\n\"os\": \"Android\"\n}".into()),
    ];
    Fixture::new("page's v2 sample", parameters)
}

/// The usual one, about 1 KB: a log-in that shows three fields.
pub fn v2_challenge() -> Fixture {
    let details = details(
        "Log in to Example Bank?",
        &[
            ("Where", "Lyon, France"),
            ("When", "Today, 10:30"),
            ("Browser", "Firefox on Linux"),
        ],
    );
    let hidden_details = r#"{"ip":"203.0.113.7","session":"5f0c9a7e","risk":"low"}"#;
    let metadata = r#"{"os":"Android 16","model":"Pixel 9","app":"4.2.0"}"#;
    let parameters = challenge(details, hidden_details.into(), metadata.into());
    Fixture::new("v2 challenge", parameters)
}

/// The usual one with three parameters that Twilio might add.
pub fn unknown_parameters() -> Fixture {
    let mut parameters = v2_challenge().parameters;
    parameters.extend([
        ("date", "2026-11-26T12:00:00Z".into()),
        ("region", "us1".into()),
        ("timestamp", "1700000000".into()),
    ]);
    Fixture::new("v2 challenge, three unknown", parameters)
}

/// With the 20 fields that Twilio allows, and metadata near its limit of 1024 characters.
pub fn large_challenge() -> Fixture {
    let fields = [
        ("Payee", "Northern Light Cooperative Bookshop"),
        ("Account", "FR14 2004 1010 0505 0001 3M02 606"),
        ("Bank", "Example Mutual Bank of Burgundy"),
        ("Amount", "1,249.90 EUR, from the household account"),
        ("Fee", "None; the rate is fixed until midnight"),
        ("Reference", "INV-2026-11-00417 / order 88213"),
        ("Execution", "Today, before 17:00 Central European Time"),
        ("Frequency", "Once"),
        ("Requested from", "Lyon, Auvergne-Rhone-Alpes, France"),
        ("Network", "203.0.113.7 (fixed line)"),
        ("Browser", "Firefox 146 on Linux, window 1920 x 1080"),
        ("Session", "Started 12 minutes ago with a passkey"),
        ("Previous log-in", "Yesterday at 18:41 from the same place"),
        ("Payee known", "Yes, three transfers since May 2025"),
        ("Daily limit", "1,249.90 of 5,000.00 EUR used after this"),
        ("Monthly limit", "4,112.35 of 20,000.00 EUR used after this"),
        ("Message to payee", "Two atlases and the complete works"),
        ("Approver", "John Doe, holder of the account"),
        ("Second approver", "Not needed below 2,500.00 EUR"),
        ("Help", "Call +33 1 99 00 12 34 if this was not you"),
    ];
    let message = "Approve the transfer of 1,249.90 EUR to Northern Light Cooperative Bookshop? Check \
        the payee's account number with the invoice before you do.";
    let hidden_details = object("signal", "low: known device", 27);
    let metadata = object("cell", "0.4", 66);
    let parameters = challenge(details(message, &fields), hidden_details, metadata);
    Fixture::new("large v2 challenge", parameters)
}

fn challenge(
    details: String,
    hidden_details: String,
    metadata: String,
) -> Vec<(&'static str, String)> {
    vec![
        ("uuid", UUID.into()),
        ("type", "challenge.approved".into()),
        ("account_sid", ACCOUNT.into()),
        ("service_sid", SERVICE.into()),
        ("entity_identity", IDENTITY.into()),
        ("factor_sid", FACTOR.into()),
        ("factor_type", "push".into()),
        ("factor_friendly_name", "John's Phone".into()),
        ("factor_metadata", metadata.clone()),
        ("challenge_sid", CHALLENGE.into()),
        ("challenge_details", details),
        ("challenge_hidden_details", hidden_details),
        ("challenge_metadata", metadata),
    ]
}

fn details(message: &str, fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|(label, value)| format!(r#"{{"label":"{label}","value":"{value}"}}"#))
        .collect();
    let fields = fields.join(",");
    format!(r#"{{"message":"{message}","date":"2026-11-22T09:30:00Z","fields":[{fields}]}}"#)
}

fn object(name: &str, value: &str, members: usize) -> String {
    let members: Vec<String> = (1..=members)
        .map(|number| format!(r#""{name}_{number}":"{value}""#))
        .collect();
    format!("{{{}}}", members.join(","))
}
