//! Diagnoses for a receiver that takes the keys of each account.

use twilio_verify_webhooks::diagnosis::{Cause, Verdict};
use twilio_verify_webhooks::*;

use crate::scene::*;

fn keys(account_sid: &str, token_text: &str) -> AccountKeys {
    let account_sid: AccountSid = account_sid.parse().unwrap();
    AccountKeys::new(account_sid, [token(token_text)]).unwrap()
}

const ACCOUNT: &str = "ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5";
const OTHER_ACCOUNT: &str = "AC00000000000000000000000000000000";

#[test]
fn the_keys_of_the_account_are_tried() {
    let receiver = AccountReceiver::builder("http://example.com/webhook")
        .build()
        .unwrap();
    let scene = Scene::genuine(&v2());
    let diagnose =
        |keys: &AccountKeys| receiver.diagnose(keys, &scene.delivery(), &scene.context());

    let diagnosis = diagnose(&keys(ACCOUNT, TOKEN));
    assert_eq!(causes(&diagnosis), [Cause::Scheme]);
    assert_eq!(diagnosis.key.as_deref(), Some("AuthToken (key 0)"));

    let diagnosis = diagnose(&keys(ACCOUNT, OTHER_TOKEN));
    assert_eq!(diagnosis.verdict, Verdict::Unexplained);
}

#[test]
fn a_sub_account_that_signs_with_its_own_token_is_told() {
    let receiver = AccountReceiver::builder(URL).build().unwrap();
    let mut scene = Scene::genuine(&v2());
    scene.keys = vec![("sub-account", token(TOKEN).into())];
    let keys = keys(ACCOUNT, OTHER_TOKEN);
    let diagnosis = receiver.diagnose(&keys, &scene.delivery(), &scene.context());
    assert_eq!(causes(&diagnosis), [Cause::OtherKey]);
    assert_eq!(diagnosis.causes[0].at.as_deref(), Some("sub-account"));
}

#[test]
fn keys_of_another_account_that_match_leave_the_refusal() {
    let receiver = AccountReceiver::builder(URL).build().unwrap();
    let scene = Scene::genuine(&v2());
    let diagnose =
        |keys: &AccountKeys| receiver.diagnose(keys, &scene.delivery(), &scene.context());
    let diagnosis = diagnose(&keys(OTHER_ACCOUNT, TOKEN));
    assert_eq!(diagnosis.verdict, Verdict::Signed);
    assert_eq!(diagnosis.refusal, Some(Refusal::OtherAccount));
    assert_eq!(diagnose(&keys(ACCOUNT, TOKEN)).verdict, Verdict::Accepted);
}

/// A secret that makes no key is no reason to know nothing of the rest.
#[test]
fn what_cannot_be_built_is_diagnosed_all_the_same() {
    let scene = Scene::genuine(&v2());
    for (secret, seen) in [
        ("${TWILIO_AUTH_TOKEN}", Cause::SecretPlaceholder),
        ("undefined", Cause::SecretPlaceholder),
        ("SKa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5", Cause::SecretIsSid),
        ("aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF", Cause::SecretIsApiKey),
        ("0123456789abcdef", Cause::SecretLength),
    ] {
        let context = scene.context().secret(secret);
        let diagnosis = Receiver::builder(URL)
            .diagnose(&scene.delivery(), &context)
            .unwrap();
        assert_eq!(diagnosis.verdict, Verdict::Unexplained, "{secret}");
        assert_eq!(observations(&diagnosis), [seen], "{secret}");
        assert_eq!(diagnosis.fix(), seen.remedy());
        let refusal = diagnosis.refusal.unwrap();
        assert!(
            matches!(
                refusal,
                Refusal::Signature(SignatureError::NoSuchKey { .. })
            ),
            "{refusal}"
        );
    }
    // One layer too many is taken off, and a proxy is seen through.
    let scene = Scene::new("http://example.com/webhook", URL, &v2());
    let context = scene.context().secret("'0123456789abcdef0123456789abcdef'");
    let builder = Receiver::builder("http://example.com/webhook");
    let diagnosis = builder.diagnose(&scene.delivery(), &context).unwrap();
    assert_eq!(causes(&diagnosis), [Cause::Scheme, Cause::SecretQuotes]);
    // With a key it is the receiver's own diagnosis, and what else is wrong is said.
    let builder = builder.auth_token(token(TOKEN));
    let diagnosis = builder
        .diagnose(&scene.delivery(), &scene.context())
        .unwrap();
    assert_eq!(
        diagnosis,
        builder
            .build()
            .unwrap()
            .diagnose(&scene.delivery(), &scene.context())
    );
    let scene = Scene::genuine(&v2()).method("PUT");
    let diagnosis = Receiver::builder(URL)
        .diagnose(&scene.delivery(), &scene.context())
        .unwrap();
    assert!(matches!(diagnosis.refusal, Some(Refusal::Method { .. })));
    let error = Receiver::builder("no URL").diagnose(&scene.delivery(), &scene.context());
    assert!(matches!(error, Err(ConfigError::Url(_))));
}

/// For a screen: what differs, piece by piece, and where it was seen.
#[test]
fn the_url_configured_is_put_beside_the_one_seen() {
    let receiver =
        Receiver::builder("http://localhost:3000/hook?tenant=1").auth_token(token(TOKEN));
    let receiver = receiver.build().unwrap();
    let scene = Scene::genuine(&v1())
        .header("Host", "localhost:3000")
        .header("X-Forwarded-Host", "a1b2.ngrok.app")
        .header("X-Forwarded-Proto", "https")
        .target("/hook");
    let pieces = receiver.compare_url(&scene.delivery(), &scene.context());
    let pieces: Vec<_> = pieces
        .iter()
        .map(|piece| {
            let (configured, seen) = (piece.configured.as_deref(), piece.seen.as_deref());
            (piece.name, configured, seen, piece.at, piece.differs())
        })
        .collect();
    let line = Some("the request line");
    let host = Some("X-Forwarded-Host");
    assert_eq!(
        pieces,
        [
            (
                "scheme",
                Some("http"),
                Some("https"),
                Some("X-Forwarded-Proto"),
                true
            ),
            (
                "host",
                Some("localhost"),
                Some("a1b2.ngrok.app"),
                host,
                true
            ),
            ("port", Some("3000"), None, host, true),
            ("path", Some("/hook"), Some("/hook"), line, false),
            ("query", Some("tenant=1"), None, line, true),
        ]
    );
    // What nothing shows differs from nothing.
    let scene = Scene::genuine(&v1());
    let pieces = receiver.compare_url(&scene.delivery(), &scene.context());
    assert!(
        pieces
            .iter()
            .all(|piece| piece.at.is_none() && !piece.differs())
    );
}
