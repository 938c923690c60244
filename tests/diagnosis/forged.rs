//! What is accepted needs no explanation, and what is forged gets none.

use proptest::prelude::*;
use twilio_verify_webhooks::diagnosis::{Cause, Likely, Verdict};
use twilio_verify_webhooks::{Receiver, Refusal};

use crate::hypotheses;
use crate::scene::*;

/// Everything that could lead somewhere, and none of it does.
fn with_context(scene: Scene) -> Scene {
    let mut scene = scene
        .header("Host", "localhost:3000")
        .header("X-Forwarded-Host", "a.dev, b.dev:8443")
        .header("Forwarded", "for=1.1.1.1;host=c.dev;proto=https")
        .header("X-Forwarded-Port", "8443")
        .header("X-Forwarded-Prefix", "/prefix")
        .header("X-Original-URL", "/original?b=2&a=1")
        .header("Authorization", "Basic bWU6cHc=")
        .target("/target?x=1");
    scene.secret = Some("export TOKEN='0123456789ABCDEF0123456789abcdef'\n");
    scene.keys = vec![("older", token("an-older-token").into())];
    scene.urls = vec!["https://other.example.com/webhook".into()];
    scene
}

#[track_caller]
fn assert_unexplained(scene: &Scene) {
    let diagnosis = scene.diagnose();
    assert_eq!(causes(&diagnosis), [], "{diagnosis}");
    assert_eq!(observations(&diagnosis), [], "{diagnosis}");
    assert_eq!(diagnosis.verdict, Verdict::Unexplained);
    assert_eq!(diagnosis.key, None);
    assert!(diagnosis.complete, "{} tries", diagnosis.tries);
    assert_eq!(diagnosis.likely.last(), Some(&Likely::Forgery));
}

#[test]
fn a_forgery_is_explained_by_nothing() {
    for pairs in [v1(), v2()] {
        let scene = with_context(Scene::genuine(&pairs));
        let signature = |text: &str| scene.clone().set("X-Twilio-Signature", text);
        for scene in [
            signature(&token("the-forger's").sign(URL, pairs.clone())),
            signature(&token(URL).sign(URL, pairs.clone())),
            signature("AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            scene
                .clone()
                .body(form(&with(pairs.clone(), "type", "challenge.denied"))),
            scene.clone().body(form(&with(
                pairs.clone(),
                "entity_identity",
                "someone-else",
            ))),
            scene.clone().body(form(&pairs[1..])),
            scene.clone().text("https://example.com/another/webhook"),
            scene.clone().text(""),
            Scene::new("https://h.com/p", "https://evil.example/p", &pairs),
        ] {
            assert_unexplained(&scene);
        }
    }
}

#[test]
fn what_was_tried_is_told_from_what_cannot_be() {
    let scene = with_context(Scene::genuine(&v2()));
    let forged = scene.set("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let diagnosis = forged.diagnose();
    for cause in [
        Cause::OtherKey,
        Cause::Scheme,
        Cause::Host,
        Cause::Port,
        Cause::PathPrefix,
        Cause::QueryMissing,
        Cause::Credentials,
        Cause::OtherUrl,
        Cause::BodyNotSigned,
        Cause::ParameterAdded,
        Cause::BlankDropped,
        Cause::WhiteSpaceTrimmed,
        Cause::JsonRespelled,
        Cause::Unsorted,
    ] {
        assert!(diagnosis.tried_alone.contains(&cause), "{cause}");
        assert!(!diagnosis.excluded.contains(&cause), "{cause}");
    }
    // Nothing in this request can have been changed in these ways.
    for cause in [
        Cause::Fragment,
        Cause::FormAsJson,
        Cause::FormInBase64,
        Cause::QueryExtra,
        Cause::TrailingSlashExtra,
        Cause::PostAsGet,
    ] {
        assert!(diagnosis.excluded.contains(&cause), "{cause}");
        assert!(!diagnosis.tried_alone.contains(&cause), "{cause}");
    }
}

#[test]
fn what_was_not_given_is_asked_for() {
    let forged = Scene::genuine(&v1()).set("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    assert!(forged.diagnose().likely.contains(&Likely::MissingContext));
    let likely = with_context(forged).diagnose().likely;
    let expected = [
        Likely::UnknownUrl,
        Likely::OtherKey,
        Likely::AlteredBody,
        Likely::Forgery,
    ];
    assert_eq!(likely, expected);
}

#[test]
fn a_signed_delivery_that_is_no_event_is_not_blamed_on_the_signature() {
    let cases = [
        form(&v2()[1..]),
        form(&with(v2(), "type", "Challenge")),
        form(&with(v2(), "challenge_details", "{")),
        form(&v1()) + "&uuid=e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5a",
        form(&v1()) + "&",
        form(&v1()) + "&tag_list=50%&",
        form(&v1()) + "&tag_list=Zo\u{eb}",
        (0..70)
            .map(|n| format!("p{n}=1"))
            .collect::<Vec<_>>()
            .join("&"),
    ];
    for body in cases {
        let pairs: Pairs = serde_urlencoded::from_str(&body).unwrap();
        let diagnosis = Scene::genuine(&pairs).body(body).diagnose();
        assert_eq!(diagnosis.verdict, Verdict::Signed, "{diagnosis}");
        assert_eq!(causes(&diagnosis), []);
        assert!(matches!(
            diagnosis.refusal,
            Some(Refusal::Event(_) | Refusal::Form(_))
        ));
        assert_eq!(diagnosis.key.as_deref(), Some("AuthToken (key 0)"));
        assert_eq!(diagnosis.tries, 1);
    }
}

/// What a URL cannot hold is refused as such: the forms of the origin are tried with it all the same.
#[test]
fn a_target_that_is_in_no_url_is_not_blamed_on_the_port() {
    let builder = Receiver::builder_for_origin("https://me@example.com:8443");
    for target in ["/a b", "/a\u{7}", "/a#b", "/a?b c"] {
        for origin in ["me@example.com:8443", "me@example.com", "example.com"] {
            let builder = builder.clone().auth_token(token(TOKEN));
            let signed = format!("https://{origin}{target}");
            let scene = Scene::with_builder(builder, &signed, &v1()).target(target);
            let diagnosis = scene.diagnose();
            assert_eq!(diagnosis.verdict, Verdict::Signed, "{signed} {diagnosis}");
            assert!(matches!(diagnosis.refusal, Some(Refusal::Target(_))));
        }
    }
}

/// The text that was signed, cut into other parameters, has a signature that is right and no cause to mend.
#[test]
fn another_split_of_a_signed_string_stays_refused() {
    let cut = [
        form(&v1()).replace("entity_identity=ff48", "entity_identityff=48"),
        form(&v1()).replace("&type=", "&typ=e"),
        form(&v2()).replace("factor_metadata=", "factor_metadat=a"),
    ];
    for (pairs, body) in [v1(), v1(), v2()].into_iter().zip(cut) {
        let diagnosis = Scene::genuine(&pairs).body(body).diagnose();
        assert_eq!(diagnosis.verdict, Verdict::Signed, "{diagnosis}");
        assert_eq!(causes(&diagnosis), []);
        assert!(matches!(diagnosis.refusal, Some(Refusal::Event(_))));
    }
}

/// A diagnosis leaves everything as it is: what was refused before is refused behind it.
#[test]
fn explaining_a_delivery_does_not_accept_it() {
    for row in hypotheses::rows() {
        let receiver = row.scene.receiver();
        let before = receiver.receive(&row.scene.delivery()).unwrap_err();
        let diagnosis = receiver.diagnose(&row.scene.delivery(), &row.scene.context());
        assert_eq!(diagnosis.refusal.as_ref(), Some(&before));
        assert_eq!(receiver.receive(&row.scene.delivery()).unwrap_err(), before);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_accepted_needs_no_explanation(
        identity in "[A-Za-z0-9-]{8,64}",
        phone in "[a-zA-Z0-9 +&=%'é]{1,40}",
        path in "/[a-z0-9%/]{0,20}",
        context in any::<bool>(),
    ) {
        let url = format!("https://example.com{path}");
        for pairs in [v1(), with(v2(), "factor_friendly_name", &phone)] {
            let pairs = with(pairs, "entity_identity", &identity);
            let scene = Scene::new(&url, &url, &pairs);
            let scene = if context { with_context(scene) } else { scene };
            let diagnosis = scene.diagnose();
            prop_assert_eq!(diagnosis.verdict, Verdict::Accepted);
            prop_assert_eq!(diagnosis.refusal, None);
            prop_assert!(diagnosis.causes.is_empty() && diagnosis.observations.is_empty());
            prop_assert!(diagnosis.excluded.is_empty() && diagnosis.tried_alone.is_empty() && diagnosis.likely.is_empty());
            prop_assert_eq!(diagnosis.tries, 0);
        }
    }

    #[test]
    fn a_changed_identity_is_explained_by_nothing(
        genuine in "[a-z0-9]{32}",
        planted in "[a-z0-9]{32}",
    ) {
        prop_assume!(genuine != planted);
        for pairs in [v1(), v2()] {
            let genuine = with(pairs.clone(), "entity_identity", &genuine);
            let planted = with(pairs, "entity_identity", &planted);
            assert_unexplained(&with_context(Scene::genuine(&genuine).body(form(&planted))));
        }
    }
}
