use std::collections::HashSet;

use serde_json::Value;

use crate::server::Server;
use crate::{printed, trigger};

fn summary(text: &str) -> Value {
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

#[test]
fn deliveries_are_sent_at_a_rate_and_summed_up() {
    let server = Server::start();
    let shown = printed(
        &trigger(
            "challenge.approved --repeat 50 --rate 1000 --url",
            &[&server.url()],
        ),
        0,
    );
    assert!(shown.starts_with("50 of 50 sent in "), "{shown}");
    assert!(
        shown.contains("\n  200  50\n") && shown.contains("latency in ms: p50 "),
        "{shown}"
    );
    // Progress is for a terminal.
    assert!(
        !shown.contains('\r') && !shown.contains('\u{1b}'),
        "{shown}"
    );
    let events = server.events();
    let uuids: HashSet<&str> = events.iter().map(|event| event.uuid()).collect();
    assert_eq!((events.len(), uuids.len()), (50, 1));
}

#[test]
fn repetitions_may_be_deliveries_of_their_own() {
    for options in ["--rate 2000", "--concurrency 4", ""] {
        let server = Server::start();
        let plain = format!("challenge.approved --distinct --repeat 20 {options} --url");
        printed(&trigger(&plain, &[&server.url()]), 0);
        let events = server.events();
        let uuids: HashSet<&str> = events.iter().map(|event| event.uuid()).collect();
        assert_eq!((events.len(), uuids.len()), (20, 20), "{options}");
    }
}

#[test]
fn a_summary_in_json_has_counts_and_percentiles() {
    let server = Server::start();
    let plain = "--scenario --repeat 4 --rate 500 --concurrency 2 --json --url";
    let summary = summary(&printed(&trigger(plain, &[&server.url()]), 0));
    assert_eq!(
        (
            &summary["sent"],
            &summary["of"],
            &summary["not_as_expected"]
        ),
        (&20.into(), &20.into(), &0.into())
    );
    assert_eq!(summary["statuses"], serde_json::json!({"200": 20}));
    let latency = |name: &str| summary["latency_ms"][name].as_f64().unwrap();
    assert!(latency("p50") <= latency("p99") && latency("p99") <= latency("max"));
    // Nineteen of them are due after the first, 2 ms apart.
    assert!(summary["seconds"].as_f64().unwrap() >= 0.038);
}

#[test]
fn wrong_answers_are_counted_and_the_answer_is_no() {
    let server = Server::answering(|_| 503);
    let summary = summary(&printed(
        &trigger(
            "factor.created --repeat 10 --rate 1000 --json --url",
            &[&server.url()],
        ),
        1,
    ));
    assert_eq!(
        (&summary["not_as_expected"], &summary["statuses"]["503"]),
        (&10.into(), &10.into())
    );
    assert_eq!(summary["wrong"]["expected 200"], 10);
    let shown = printed(
        &trigger(
            "factor.created --repeat 3 --rate 1000 --url http://127.0.0.1:1/",
            &[],
        ),
        1,
    );
    assert!(
        shown.contains("\n  none 3\n") && !shown.contains("latency"),
        "{shown}"
    );
    assert!(
        shown.contains("NOT AS EXPECTED 3 times: no answer from http://127.0.0.1:1/"),
        "{shown}"
    );
}

/// Nobody answers until all have come: only an open loop sends them.
#[test]
fn deliveries_are_sent_whether_or_not_answers_came() {
    let server = Server::answering_once_all_came(8);
    printed(
        &trigger(
            "factor.created --repeat 8 --rate 1000 --url",
            &[&server.url()],
        ),
        0,
    );
    assert_eq!(server.events().len(), 8);
}
