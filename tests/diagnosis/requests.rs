//! Requests with several differences, kept as data: each is explained by its causes, all of them and no others.

use serde_json::Value;
use twilio_verify_webhooks::Receiver;
use twilio_verify_webhooks::diagnosis::{Cause, Verdict};

use crate::scene::*;

const FILES: [&str; 2] = [
    include_str!("../data/diagnosis.json"),
    include_str!("../data/diagnosis-kinds.json"),
];

fn requests() -> Vec<Value> {
    let read = |file: &str| -> Value { serde_json::from_str(file).unwrap() };
    let cases = FILES.map(|file| read(file)["cases"].as_array().unwrap().clone());
    cases.concat()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// A request of the file, for any receiver of its URL.
fn scene(request: &Value, token_text: &str) -> Scene {
    let builder = Receiver::builder(text(request, "configured")).auth_token(token(token_text));
    let mut scene = Scene::with_builder(builder, "", &Vec::new())
        .text(text(request, "signed"))
        .body(text(request, "body"));
    if let Some(content_type) = request["content_type"].as_str() {
        scene = scene.set("Content-Type", content_type);
    }
    if let Some(target) = request["target"].as_str() {
        scene = scene.target(target);
    }
    for header in request["headers"].as_array().unwrap() {
        let (name, value) = header.as_str().unwrap().split_once(": ").unwrap();
        scene
            .headers
            .push((name.to_owned().leak(), value.to_owned()));
    }
    scene
}

fn right(request: &Value) -> Vec<Cause> {
    let codes = request["right"].as_array().unwrap().iter();
    let known = |code: &Value| {
        let mut causes = Cause::ALL.iter().copied();
        causes
            .find(|cause| Some(cause.code()) == code.as_str())
            .unwrap()
    };
    sorted(codes.map(known).collect())
}

fn sorted(mut causes: Vec<Cause>) -> Vec<Cause> {
    causes.sort_unstable();
    causes.dedup();
    causes
}

#[test]
fn each_is_explained_by_all_of_its_causes_and_no_others() {
    let mut failures = Vec::new();
    for request in &requests() {
        let diagnosis = scene(request, TOKEN).diagnose();
        let (found, right) = (sorted(causes(&diagnosis)), right(request));
        if found != right || diagnosis.verdict != Verdict::Explained {
            let (id, tries) = (text(request, "id"), diagnosis.tries);
            failures.push(format!(
                "{id}: {found:?}, not {right:?}, after {tries} tries"
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// With a key that nobody knows nothing can be found, and nothing of what is there may be excluded.
#[test]
fn no_cause_is_excluded_where_the_key_is_another_too() {
    for request in &requests() {
        let diagnosis = scene(request, OTHER_TOKEN).diagnose();
        let id = text(request, "id");
        assert_eq!(diagnosis.verdict, Verdict::Unexplained, "{id}");
        assert!(diagnosis.complete, "{id}: {} tries", diagnosis.tries);
        for cause in right(request) {
            assert!(!diagnosis.excluded.contains(&cause), "{id}: {cause}");
        }
        assert!(!diagnosis.excluded.is_empty());
        let both = diagnosis
            .tried_alone
            .iter()
            .find(|cause| diagnosis.excluded.contains(cause));
        assert_eq!(both, None, "{id}");
    }
}
