//! What `trigger --negative` sends, refused by `listen` with the cause that is meant.

use serde_json::Value;

use super::program::{Program, URL, run};

/// Those of which the diagnosis names a cause. Of the others it says the same as the refusal, or that nothing matches.
const CAUSES: [(&str, &str); 22] = [
    ("wrong-method", "method"),
    ("json-body", "content_type_json"),
    ("wrong-media-type", "content_type_other"),
    ("no-media-type", "content_type_missing"),
    ("two-media-types", "content_type_repeated"),
    ("content-encoding", "content_encoded"),
    ("oversized", "body_too_large"),
    ("no-signature", "signature_missing"),
    ("empty-signature", "signature_empty"),
    ("two-signatures", "signature_repeated"),
    ("joined-signatures", "signature_joined"),
    ("malformed-signature", "signature_unreadable"),
    ("unpadded-signature", "signature_padding"),
    ("short-signature", "signature_unreadable"),
    ("wrong-scheme", "scheme"),
    ("unknown-shared-key", "shared_key_unknown"),
    ("unknown-algorithm", "settings_unreadable"),
    ("malformed-settings", "settings_unreadable"),
    ("added-parameter", "parameter_added"),
    ("duplicate-parameter", "repeated_merged"),
    ("empty-body", "body_empty"),
    ("get", "get_delivery"),
];

/// How many are sent to one run of `listen`, which diagnoses 20 at once unasked.
const AT_ONCE: usize = 15;

fn negatives() -> Vec<Value> {
    let list = run(&["trigger", "--negative", "list", "--json"]);
    let list: Vec<Value> = serde_json::from_slice(&list.stdout).unwrap();
    // The others are refused by receivers that `listen` is not.
    let is_refused =
        |case: &Value| case["in_all"].as_bool().unwrap() || case["name"].as_str() == Some("get");
    list.into_iter().filter(is_refused).collect()
}

#[test]
fn each_negative_delivery_is_refused_with_the_cause_that_is_meant() {
    let negatives = negatives();
    assert!(negatives.len() > 40);
    for cases in negatives.chunks(AT_ONCE) {
        let program = Program::listen(&[]);
        let url = format!("http://{}/webhook?tenant=1", program.address());
        for case in cases {
            let name = case["name"].as_str().unwrap();
            let arguments = ["trigger", "--url", &url, "--signed-url", URL, "--negative"];
            let triggered = run(&[&arguments[..], &[name]].concat());
            let said = String::from_utf8_lossy(&triggered.stdout);
            assert_eq!(triggered.status.code(), Some(0), "{name}: {said}");
            // A genuine one comes first.
            assert_eq!(program.line()["outcome"], "accepted", "{name}");
            check(name, case, &program.line());
        }
    }
}

#[track_caller]
fn check(name: &str, case: &Value, line: &Value) {
    let refusal = &line["refusal"];
    assert_eq!(refusal["status"], case["status"], "{name}: {line}");
    let explanation = &line["explanation"];
    let sentence = explanation["sentence"].as_str().unwrap();
    let named = CAUSES.iter().find(|(other, _)| *other == name);
    match named {
        Some((_, cause)) => {
            let causes = explanation["causes"].as_array().unwrap();
            assert!(causes.contains(&(*cause).into()), "{name}: {causes:?}");
            assert!(
                !sentence.contains("the spelling differs"),
                "{name}: {sentence}"
            );
        }
        None if refusal["status"] == 403 => {
            assert!(
                sentence.contains("No key given here made this signature"),
                "{name}: {sentence}"
            );
        }
        None => {
            let message = refusal["message"].as_str().unwrap();
            assert!(
                sentence.contains(message),
                "{name}: {sentence}, not {message}"
            );
        }
    }
}
