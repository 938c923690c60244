//! How many genuine deliveries a receiver refuses: as Twilio documents them, and with a parameter that it might add.
//!
//! `acceptance [DELIVERIES]`, 100,000 by default, the same each time.

use fastrand::Rng;
use twilio_verify_webhooks::{AuthToken, Delivery, Receiver};

const URL: &str = "https://example.com/webhook";
const FRIENDLY_NAMES: [&str; 12] = [
    "John's Phone",
    "iPhone",
    "iPhone 15 Pro",
    "Pixel 9",
    "SM-S928B",
    "Galaxy S24 Ultra",
    "my_phone",
    "work_iphone_2",
    "Téléphone d'Élise",
    "花子のiPhone",
    "push type device",
    "Phone (uuid 1)",
];
/// Plausible additions, each with a value of its kind.
const ADDITIONS: [(&str, &str); 20] = [
    ("api_version", "2026-01-01"),
    ("attempts", "1"),
    ("challenge_expiration", "300"),
    ("challenge_status", "approved"),
    ("date", "2026-11-26T12:00:00Z"),
    ("date_created", "2026-11-26T12:00:00Z"),
    ("device", "Pixel 9"),
    ("device_type", "android"),
    ("entity_sid", "YE0123456789abcdef0123456789abcdef"),
    ("environment", "prod"),
    ("expires_at", "2026-11-26T12:05:00Z"),
    ("factor_lang", "fr"),
    ("factor_status", "verified"),
    ("ip_address", "203.0.113.7"),
    ("region", "us1"),
    ("session_type", "push"),
    ("status", "approved"),
    ("timestamp", "1700000000"),
    ("user_agent", "okhttp/4.12.0"),
    ("version", "v2"),
];

fn main() {
    let deliveries = std::env::args()
        .nth(1)
        .map(|count| count.parse().expect("a number"));
    let deliveries: u32 = deliveries.unwrap_or(100_000);
    let token = AuthToken::new("0f1e2d3c4b5a69788796a5b4c3d2e1f0").expect("a token");
    let receiver = Receiver::new(URL, token.clone()).expect("a receiver");
    println!("refused of {deliveries} deliveries, in percent");
    let additions = ADDITIONS.map(Some);
    for added in std::iter::once(None).chain(additions) {
        let mut rng = Rng::with_seed(1);
        let refused = (0..deliveries).filter(|_| {
            let mut params = delivery(&mut rng);
            params.extend(added.map(|(name, value)| (name, value.to_owned())));
            let signature = token.sign(
                URL,
                params.iter().map(|(name, value)| (*name, value.as_str())),
            );
            let body = serde_urlencoded::to_string(&params).expect("a form");
            let delivery = Delivery::new("POST", body.as_bytes())
                .content_type("application/x-www-form-urlencoded")
                .signature(&signature);
            receiver.receive(&delivery).is_err()
        });
        let percent = refused.count() as f64 * 100.0 / f64::from(deliveries);
        let name = added.map_or("as documented", |(name, _)| name);
        println!("{name:24}{percent:8.3}");
    }
}

/// Makes a delivery as Twilio sends it: of version 2 nine times in ten, a challenge three times in four.
fn delivery(rng: &mut Rng) -> Vec<(&'static str, String)> {
    let is_challenge = rng.u8(..4) != 0;
    let types: &[&str] = match is_challenge {
        true => &[
            "challenge.approved",
            "challenge.approved",
            "challenge.denied",
        ],
        false => &["factor.created", "factor.verified", "factor.deleted"],
    };
    let mut params = vec![
        ("uuid", uuid(rng)),
        ("type", types[rng.usize(..types.len())].to_owned()),
        ("account_sid", sid(rng, "AC")),
        ("service_sid", sid(rng, "VA")),
        ("entity_identity", identity(rng)),
        ("factor_sid", sid(rng, "YF")),
    ];
    if is_challenge {
        params.push(("challenge_sid", sid(rng, "YC")));
    }
    if rng.u8(..10) != 0 {
        params.push(("factor_type", "push".to_owned()));
        let friendly_name = FRIENDLY_NAMES[rng.usize(..FRIENDLY_NAMES.len())];
        params.push(("factor_friendly_name", friendly_name.to_owned()));
        let metadata = r#"{"os":"Android 16","model":"Pixel 9"}"#;
        params.extend((rng.u8(..4) != 0).then(|| ("factor_metadata", metadata.to_owned())));
        if is_challenge {
            let details = r#"{"message":"Log in?","date":"2026-11-26T12:00:00Z","fields":[{"label":"Where","value":"Lyon"}]}"#;
            params.push(("challenge_details", details.to_owned()));
            let hidden_details = format!(r#"{{"session":"{}","ip":"203.0.113.7"}}"#, hex(rng, 16));
            params
                .extend((rng.u8(..2) != 0).then_some(("challenge_hidden_details", hidden_details)));
            params.extend((rng.u8(..4) != 0).then(|| ("challenge_metadata", metadata.to_owned())));
        }
    }
    params
}

fn hex(rng: &mut Rng, len: usize) -> String {
    (0..len).map(|_| rng.digit(16)).collect()
}

fn sid(rng: &mut Rng, prefix: &str) -> String {
    format!("{prefix}{}", hex(rng, 32))
}

fn uuid(rng: &mut Rng) -> String {
    [8, 4, 4, 4, 12].map(|len| hex(rng, len)).join("-")
}

/// A hash, a UUID, a number with a word before it, or a name.
fn identity(rng: &mut Rng) -> String {
    const NAMES: [&str; 8] = [
        "james", "maria", "yuki", "chen", "amelie", "ravi", "fatima", "oleg",
    ];
    let name = NAMES[rng.usize(..NAMES.len())];
    match rng.u8(..4) {
        0 => hex(rng, 32),
        1 => uuid(rng),
        2 => format!("user-{:06}", rng.u32(..1_000_000)),
        _ => format!("{name}-{}", NAMES[rng.usize(..NAMES.len())]),
    }
}
