//! Receivers with several keys, and with each kind of URL.

use twilio_verify_webhooks::{AuthToken, Receiver};

use crate::fixtures::{AUTH_TOKEN, URL};

/// Where the key that signed the fixtures stands among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    First,
    Last,
    Absent,
}

/// Makes a receiver with so many keys.
pub fn receiver(keys: usize, signer: Signer) -> Receiver {
    let position = match signer {
        Signer::First => Some(0),
        Signer::Last => keys.checked_sub(1),
        Signer::Absent => None,
    };
    (0..keys)
        .fold(Receiver::builder(URL), |builder, index| {
            let token = if Some(index) == position {
                AUTH_TOKEN.to_owned()
            } else {
                format!("{index:032x}")
            };
            builder.auth_token(AuthToken::new(&token).unwrap())
        })
        .build()
        .unwrap()
}

/// URLs by the number of forms in which Twilio may have signed them.
pub const URLS: [(&str, &str); 4] = [
    ("as configured", URL),
    ("with a port", "https://example.com:8443/webhook"),
    (
        "with credentials",
        "https://user:password@example.com/webhook",
    ),
    ("of 300 bytes", LONG_URL),
];

const LONG_URL: &str = "https://example.com/webhook?tenant=3f9a1c5e7b2d4f608a1c3e5d7f9b0a2c&region=eu-west-1\
    &environment=production&component=verify-push-receiver&deployment=2026-11-22t09-30-00z\
    &callback=c0ffee00c0ffee00c0ffee00c0ffee00&shard=0042&trace=4bf92f3577b34da6a3ce929d0e0e4736\
    &note=configured-by-the-console";
