//! What is kept, and what a flood costs.

use super::program::{Program, forged, signed};
use super::web::{deliver, open};

fn rows(page: &str, outcome: &str) -> usize {
    page.matches(&format!("data-outcome=\"{outcome}\"")).count()
}

#[test]
fn refused_deliveries_never_push_out_accepted_ones() {
    let program = Program::listen(&[]);
    let (address, path) = program.page();
    let (accepted, refused) = (signed(), forged());
    for _ in 0..3 {
        deliver(program.address(), &accepted);
    }
    for _ in 0..230 {
        deliver(program.address(), &refused);
    }
    let lines: Vec<_> = (0..233).map(|_| program.line()).collect();
    // The first are diagnosed unasked; the flood gets no more than its share of the time.
    let diagnosed = lines.iter().filter(|line| !line["explanation"].is_null());
    assert!((20..40).contains(&diagnosed.count()));
    let page = open(address, &path).body;
    assert_eq!((rows(&page, "accepted"), rows(&page, "refused")), (3, 197));
    assert!(page.contains("33 older no longer kept"));
    assert_eq!(open(address, &format!("{path}deliveries/1")).status, 200);
    assert_eq!(open(address, &format!("{path}deliveries/4")).status, 404);
    // Who opens one asks for its diagnosis.
    let details = open(address, &format!("{path}deliveries/233"));
    assert!(
        details
            .body
            .contains("No key given here made this signature"),
        "{}",
        details.body
    );
}

#[test]
fn the_list_is_short_whatever_a_flood_holds() {
    let program = Program::listen(&[]);
    let (address, path) = program.page();
    let large = format!("type=challenge.approved&x={}", "a".repeat(120 * 1024));
    let large = forged().with_body(large);
    for _ in 0..20 {
        deliver(program.address(), &large);
    }
    for _ in 0..20 {
        program.line();
    }
    let page = open(address, &path).body;
    assert_eq!(rows(&page, "refused"), 20);
    assert!(page.len() < 20 * 8 * 1024, "{}", page.len());
}

#[test]
fn the_last_two_hundred_are_kept_and_the_latest_refusal() {
    let program = Program::listen(&[]);
    let (address, path) = program.page();
    let (accepted, refused) = (signed(), forged());
    for _ in 0..205 {
        deliver(program.address(), &accepted);
    }
    deliver(program.address(), &refused);
    deliver(program.address(), &refused);
    for _ in 0..207 {
        program.line();
    }
    let page = open(address, &path).body;
    assert_eq!((rows(&page, "accepted"), rows(&page, "refused")), (200, 1));
    assert_eq!(open(address, &format!("{path}deliveries/5")).status, 404);
    assert_eq!(open(address, &format!("{path}deliveries/6")).status, 200);
    assert_eq!(open(address, &format!("{path}deliveries/207")).status, 200);
}

#[test]
fn at_most_32_mib_are_kept() {
    let program = Program::listen(&["--forward-host", "app", "--forward", "http://127.0.0.1:1"]);
    let (address, path) = program.page();
    let accepted = signed();
    deliver(program.address(), &accepted);
    // Longer than is accepted: what is kept of each is 128 KiB.
    let large = forged().with_body(vec![b'a'; 200 * 1024]);
    for _ in 0..190 {
        deliver(program.address(), &large);
    }
    deliver(
        program.address(),
        &forged().with_body(vec![b'a'; 120 * 1024]),
    );
    for _ in 0..192 {
        program.line();
    }
    let page = open(address, &path).body;
    let kept = rows(&page, "refused");
    // 200 deliveries of 128 KiB are 25 MiB.
    assert_eq!((rows(&page, "accepted"), kept), (1, 191));
}
