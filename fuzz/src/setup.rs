use std::sync::LazyLock;

use twilio_verify_webhooks::signature::SignedUrl;
use twilio_verify_webhooks::{
    AccountKeys, AccountReceiver, AccountSid, Algorithm, AuthToken, Key, Receiver, ServiceSid,
    SharedKey,
};

pub const URL: &str = "https://example.com/webhook";
pub const ACCOUNT: &str = "ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5";
const SERVICE: &str = "VAa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5";

/// The secrets of the keys, with their ids where they have one.
pub const SECRETS: [(Option<&str>, &str, Algorithm); 4] = [
    (
        None,
        "0123456789abcdef0123456789abcdef",
        Algorithm::HmacSha1,
    ),
    (Some("key_1"), "s3cr3t-of-key_1", Algorithm::HmacSha1),
    (Some("key_1"), "s3cr3t-of-key_1", Algorithm::HmacSha256),
    (
        None,
        "fedcba9876543210fedcba9876543210",
        Algorithm::HmacSha1,
    ),
];

pub static KEYS: LazyLock<[Key; 4]> = LazyLock::new(|| {
    SECRETS.map(|(id, secret, algorithm)| match id {
        None => AuthToken::new(secret).unwrap().into(),
        Some(id) => SharedKey::new(id, secret, algorithm).unwrap().into(),
    })
});

const ADDRESSES: [(&str, bool); 6] = [
    (URL, false),
    (
        "https://user:pass@example.com:8443/webhook?tenant=1#rc=2",
        false,
    ),
    ("http://example.com/h?", false),
    ("https://example.com/?a=%31&", false),
    ("https://example.com", true),
    ("http://user@example.com:8080", true),
];

/// A receiver and all that a reference needs to know of it.
#[derive(Debug)]
pub struct Setup {
    pub url: SignedUrl,
    /// The query of the URL, if it has one.
    pub query: Option<&'static str>,
    pub is_origin: bool,
    pub accepts_get: bool,
    pub strict: bool,
    pub pinned: bool,
    pub body_limit: usize,
    pub receiver: Receiver,
    pub accounts: AccountReceiver,
    pub account_keys: AccountKeys,
}

/// Every address with every combination of options.
pub fn setups() -> &'static [Setup] {
    static SETUPS: LazyLock<Vec<Setup>> = LazyLock::new(|| {
        let addresses = ADDRESSES.into_iter();
        addresses
            .flat_map(|address| (0..16).map(move |options| setup(address, options)))
            .collect()
    });
    &SETUPS
}

fn setup((url, is_origin): (&'static str, bool), options: u8) -> Setup {
    let has = |option: u8| options & 1 << option != 0;
    let (accepts_get, strict, pinned) = (has(0), has(1), has(2));
    let body_limit = if has(3) { 400 } else { 128 * 1024 };
    /// Sets what both kinds of builders can be told.
    macro_rules! builder {
        ($receiver:ty) => {{
            let mut builder = match is_origin {
                true => <$receiver>::builder_for_origin(url),
                false => <$receiver>::builder(url),
            };
            builder = builder.body_limit(body_limit);
            if accepts_get {
                builder = builder.accept_get();
            }
            if strict {
                builder = builder.strict();
            }
            if pinned {
                builder = builder.account_sid(AccountSid::new(ACCOUNT).unwrap());
                builder = builder.service_sid(ServiceSid::new(SERVICE).unwrap());
            }
            builder
        }};
    }

    let keys = KEYS.iter().cloned();
    let signed = url.split('#').next().unwrap();
    Setup {
        url: SignedUrl::new(url).unwrap(),
        query: signed.split_once('?').map(|(_, query)| query),
        is_origin,
        accepts_get,
        strict,
        pinned,
        body_limit,
        receiver: keys
            .fold(builder!(Receiver), |builder, key| builder.key(key))
            .build()
            .unwrap(),
        accounts: builder!(AccountReceiver).build().unwrap(),
        account_keys: AccountKeys::new(AccountSid::new(ACCOUNT).unwrap(), KEYS.iter().cloned())
            .unwrap(),
    }
}
