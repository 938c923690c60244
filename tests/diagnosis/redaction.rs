//! What a report may not show.

use twilio_verify_webhooks::diagnosis::{Cause, Verdict};
use twilio_verify_webhooks::*;

use crate::hypotheses;
use crate::scene::*;

/// A report in every form it is printed in.
fn texts(scene: &Scene) -> String {
    let diagnosis = scene.diagnose();
    let json = serde_json::to_string(&diagnosis).unwrap();
    let context = scene.context();
    format!("{diagnosis} {diagnosis:?} {diagnosis:#?} {json} {context:?} {context:#?}")
}

#[track_caller]
fn assert_hidden(text: &str, hidden: &str) {
    assert!(!text.contains(hidden), "{hidden} in {text}");
}

#[test]
fn no_report_shows_a_secret_a_signature_or_user_data() {
    for row in hypotheses::rows() {
        let text = texts(&row.scene);
        for hidden in [TOKEN, OTHER_TOKEN, "a-shared-secret", "me:pw", "bWU6cHc="] {
            assert_hidden(&text, hidden);
        }
        let headers = row.scene.headers.iter();
        for (_, signature) in headers.filter(|(name, _)| *name == "X-Twilio-Signature") {
            if signature.len() > 8 {
                assert_hidden(&text, signature);
                assert_hidden(&text, &signature[..8]);
            }
        }
        for pairs in [v1(), v2()] {
            assert_hidden(&text, &token(TOKEN).sign(URL, pairs.clone()));
            for (_, value) in pairs.iter().filter(|(name, _)| name != "factor_type") {
                assert_hidden(&text, value);
            }
        }
    }
}

#[test]
fn nothing_that_users_or_requests_plant_is_shown() {
    let planted = |part: &str| format!("planted-{part}");
    let (path, query) = (planted("path"), planted("query"));
    let url = format!(
        "https://{}:{}@a.dev/{path}?{query}=1#{}",
        planted("user"),
        planted("password"),
        planted("fragment")
    );
    let pairs = with(v2(), "factor_friendly_name", &planted("name"));
    let received = with(pairs.clone(), &planted("parameter"), &planted("value"));
    let other = format!("https://{}.example/{}", planted("host"), planted("other"));
    let signed = url.split('#').next().unwrap();
    let mut explained = Scene::new(&url, signed, &pairs)
        .body(form(&received))
        .target(&format!("/{path}-2?{query}-2"))
        .header("Host", &format!("{}\u{1b}[31m", planted("host")))
        .header(
            "X-Original-URL",
            &format!("/{}?{}", planted("p"), planted("q")),
        )
        .header("X-Forwarded-Prefix", &format!("/{}", planted("prefix")))
        .header("Authorization", "Basic cGxhbnRlZC11OnBsYW50ZWQtcA==")
        .header(
            "X-Twilio-Webhooks-Signature-Settings",
            &format!("k={}", planted("setting")),
        );
    explained.urls = vec![other];
    explained.secret = Some("planted-secret");
    explained.keys = vec![("a label", token("planted-key").into())];
    let unexplained = explained
        .clone()
        .set("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let unreadable = explained
        .clone()
        .set("X-Twilio-Signature", &planted("signature"));
    let elsewhere = explained
        .clone()
        .body(form(&pairs))
        .text("https://a.dev/planted-p?planted-q");

    assert_eq!(causes(&explained.diagnose()), [Cause::ParameterAdded]);
    for scene in [explained, unexplained, unreadable, elsewhere] {
        assert_ne!(scene.diagnose().verdict, Verdict::Accepted);
        assert_hidden(&texts(&scene), "planted");
    }
}

#[test]
fn a_position_stands_for_the_name_of_an_unknown_parameter() {
    let received = with(with(v1(), "secret_name", "x"), "factor_metadata", "{}");
    let diagnosis = Scene::genuine(&v1()).body(form(&received)).diagnose();
    let at: Vec<&str> = diagnosis
        .causes
        .iter()
        .map(|finding| finding.at.as_deref().unwrap())
        .collect();
    assert_eq!(at, ["parameter 7 of the form", "parameter factor_metadata"]);
}

/// A host is shown if it was signed, which planted text is not; its characters are those of hosts.
#[test]
fn a_host_that_is_shown_was_signed() {
    let scene = |host: &str| {
        Scene::new("https://h.com/p", &format!("https://{host}/p"), &v1()).header("Host", host)
    };
    let diagnosis = scene("a.dev").diagnose();
    assert_eq!(diagnosis.causes[0].signed.as_deref(), Some("a.dev"));
    for host in ["a.dev\u{7}", "a b.dev", "a.dev/../x", "a\"b.dev", "ä.dev"] {
        assert_eq!(
            scene(host).diagnose().verdict,
            Verdict::Unexplained,
            "{host:?}"
        );
    }
}

#[test]
fn a_label_is_shown_as_it_was_given() {
    let mut scene = Scene::genuine(&v1());
    scene.builder = Receiver::builder(URL).auth_token(token(OTHER_TOKEN));
    scene.keys = vec![("Token of March", token(TOKEN).into())];
    let diagnosis = scene.diagnose();
    assert_eq!(diagnosis.key.as_deref(), Some("Token of March"));
    assert!(diagnosis.to_string().contains("other_key (Token of March)"));
}
