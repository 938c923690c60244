//! The test kit: what it builds is received, and what has to be refused is.

mod builders;
mod negative;
mod properties;
mod signer;
#[path = "../receive/spelling.rs"]
mod spelling;

use twilio_verify_webhooks::testing::*;
use twilio_verify_webhooks::*;

const URL: &str = "https://mywebsite.com/webhook";

fn token() -> AuthToken {
    AuthToken::new("0123456789abcdef0123456789abcdef").unwrap()
}

fn shared_key(algorithm: Algorithm) -> SharedKey {
    SharedKey::new("webhooks_sharedkey_1", "a-secret", algorithm).unwrap()
}

/// One of each kind.
fn keys() -> [Key; 3] {
    [
        token().into(),
        shared_key(Algorithm::HmacSha1).into(),
        shared_key(Algorithm::HmacSha256).into(),
    ]
}

fn signer() -> Signer {
    Signer::new(URL, token()).unwrap()
}

fn receiver() -> ReceiverBuilder {
    Receiver::builder(URL).auth_token(token())
}

type Pairs = Vec<(String, String)>;

fn sorted<'t>(params: impl IntoIterator<Item = (&'t str, &'t str)>) -> Pairs {
    let mut params: Pairs = params
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    params.sort();
    params
}
