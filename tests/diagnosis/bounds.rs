//! A diagnosis ends, whatever it is given.

use twilio_verify_webhooks::diagnosis::{Cause, Likely, MAX_BODY, MAX_TARGET, MAX_TRIES, Verdict};
use twilio_verify_webhooks::*;

use crate::scene::*;

const FORGED: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn forged() -> Scene {
    Scene::genuine(&v2()).set("X-Twilio-Signature", FORGED)
}

#[test]
fn bodies_made_to_cost_much_cost_little() {
    let limit = 128 * 1024;
    let parameters = |count: usize| (0..count).map(|n| format!("p{n}=+")).collect::<Vec<_>>();
    let deep = "[".repeat(limit / 2);
    for body in [
        "&".repeat(limit),
        "+".repeat(limit),
        "%".repeat(limit),
        "=".repeat(limit),
        "a=1&".repeat(limit / 4),
        "%7B%22".repeat(limit / 6),
        "&amp;".repeat(limit / 5),
        parameters(64).join("&"),
        parameters(65).join("&"),
        parameters(5000).join("&"),
        format!("challenge_details={{{deep}"),
        format!("challenge_details={{\"a\":{}", "[1,".repeat(limit / 3 - 20)),
        format!("challenge_details={{{}", "\"\\u00e9".repeat(limit / 7 - 20)),
        format!("a={}", ",".repeat(limit - 2)),
        format!("a={}", "\n".repeat(limit - 2)),
        deep.clone(),
        format!("\"{}", deep),
        "\u{e9}".repeat(limit / 2),
    ] {
        assert!(body.len() <= limit);
        let diagnosis = forged().body(body).diagnose();
        assert!(diagnosis.tries <= MAX_TRIES);
        assert!(diagnosis.tries > 0);
        assert_eq!(causes(&diagnosis), []);
    }
}

#[test]
fn a_body_over_the_limits_is_not_searched() {
    let mut scene = forged().body("a".repeat(MAX_BODY + 1));
    let refused = scene.diagnose();
    scene.builder = scene.builder.body_limit(MAX_BODY * 2);
    for diagnosis in [refused, scene.diagnose()] {
        assert_eq!(diagnosis.verdict, Verdict::Unexplained);
        assert_eq!(observations(&diagnosis), [Cause::BodyTooLarge]);
        assert_eq!(diagnosis.likely, [Likely::Untried, Likely::Forgery]);
        assert_eq!(diagnosis.tries, 0);
        assert!(!diagnosis.complete);
    }
}

#[test]
fn a_long_body_is_searched_as_far_as_the_bytes_go() {
    let mut scene = forged().body(format!("a={}", "b".repeat(MAX_BODY - 2)));
    scene.builder = scene.builder.body_limit(MAX_BODY);
    let diagnosis = scene.diagnose();
    assert!((120..300).contains(&diagnosis.tries), "{}", diagnosis.tries);
    assert!(!diagnosis.complete);
    assert!(diagnosis.likely.contains(&Likely::Untried));

    // With more parameters than are looked at one by one, it is the URLs that cost.
    let many = "a=1&".repeat(70);
    let mut scene = forged()
        .header("X-Forwarded-Host", "a.dev:1, b.dev:2, c.dev:3, d.dev:4")
        .header("X-Original-URL", "/x?y=1")
        .target("/z?a=1")
        .body(format!("{many}b={}", "c".repeat(MAX_BODY - many.len() - 2)));
    scene.builder = scene.builder.body_limit(MAX_BODY);
    let diagnosis = scene.diagnose();
    assert!((120..300).contains(&diagnosis.tries), "{}", diagnosis.tries);
    assert!(!diagnosis.complete);
}

#[test]
fn many_keys_are_searched_as_far_as_the_tries_go() {
    let mut scene = forged();
    let number = |n: u32| token(&format!("token-{n}"));
    scene.builder = (0..40).fold(Receiver::builder(URL), |builder, n| {
        builder.auth_token(number(n))
    });
    let diagnosis = scene.diagnose();
    assert_eq!(diagnosis.tries, MAX_TRIES);
    assert!(!diagnosis.complete);
    assert!(diagnosis.likely.contains(&Likely::Untried));

    // What is simple comes before what is not: the right key is found among so many.
    let mut scene = Scene::new("http://example.com/webhook", URL, &v2());
    scene.builder = (0..40).fold(scene.builder, |builder, n| builder.auth_token(number(n)));
    assert_eq!(causes(&scene.diagnose()), [Cause::Scheme]);
}

#[test]
fn long_headers_and_targets_lead_nowhere() {
    let long = "a".repeat(100_000);
    let scene = forged()
        .header("Host", &long)
        .header("X-Forwarded-Host", &"a.dev,".repeat(20_000))
        .header("Forwarded", &"host=b.dev;".repeat(10_000))
        .header("X-Forwarded-Port", &long)
        .header("X-Original-URL", &format!("/{long}?{long}"))
        .header("X-Forwarded-Prefix", &format!("/{long}"))
        .header("Authorization", &format!("Basic {long}"))
        .header("X-Twilio-Webhooks-Signature-Settings", &long)
        .target(&format!("/{long}"));
    let diagnosis = scene.diagnose();
    assert!(diagnosis.tries <= MAX_TRIES);
    assert_eq!(causes(&diagnosis), []);

    let signatures = (0..50).fold(forged(), |scene, n| {
        scene.header("X-Twilio-Signature", &token(&n.to_string()).sign(URL, v1()))
    });
    assert!(signatures.diagnose().tries <= MAX_TRIES);
    let diagnosis = forged()
        .set("X-Twilio-Signature", &FORGED.repeat(5000))
        .diagnose();
    assert_eq!(diagnosis.verdict, Verdict::Unsigned);

    // A target of the longest size is still looked at.
    let path = format!("/{}", "a".repeat(MAX_TARGET - 1));
    let scene = Scene::new(URL, &format!("https://example.com{path}"), &v1());
    assert_eq!(
        causes(&scene.clone().target(&path).diagnose()),
        [Cause::PathRewritten]
    );
    let path = format!("/{}", "a".repeat(MAX_TARGET));
    let scene = Scene::new(URL, &format!("https://example.com{path}"), &v1());
    assert_eq!(scene.target(&path).diagnose().verdict, Verdict::Unexplained);
}
