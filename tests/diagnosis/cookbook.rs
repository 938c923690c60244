//! The cookbook lists every cause once, and no other.

use std::collections::BTreeSet;

use twilio_verify_webhooks::diagnosis::Cause;

use crate::scene::{Scene, v1};

const COOKBOOK: &str = include_str!("../../src/diagnosis/cookbook.md");

/// The rows of the tables of causes.
fn causes() -> impl Iterator<Item = &'static str> {
    let headers = COOKBOOK.find("# Headers in which").unwrap();
    let lines = COOKBOOK[..headers].lines();
    lines.filter(|line| line.starts_with("| `"))
}

/// The rows of the table of headers: name, platform, what it holds.
fn headers() -> impl Iterator<Item = [&'static str; 3]> {
    let headers = COOKBOOK.find("# Headers in which").unwrap();
    let lines = COOKBOOK[headers..].lines();
    lines.filter(|line| line.starts_with("| `")).map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        [cells[1].trim_matches('`'), cells[2], cells[3]]
    })
}

/// Each is read as the table says, and what the report says of it names the header.
#[test]
fn every_header_leads_to_what_it_holds() {
    for (name, value, signed, cause) in headers().flat_map(|[name, platform, holds]| {
        assert!(platform.len() > 4, "{name}");
        let one =
            |value: &'static str, signed: &'static str, cause| vec![(name, value, signed, cause)];
        match holds {
            "host" => one("a.dev", "https://a.dev/p", Cause::Host),
            "host, scheme" => one("proto=https;host=a.dev", "https://a.dev/p", Cause::Host),
            "port" => one("12345", "https://h.com:12345/p", Cause::Port),
            "scheme" => one("http", "http://h.com/p", Cause::Scheme),
            "`on` for https" => one("off", "http://h.com/p", Cause::Scheme),
            "path" | "path and query" => one("/q", "https://h.com/q", Cause::PathRewritten),
            "URL" => one("https://a.dev/p", "https://a.dev/p", Cause::Host),
            "path and query, or URL" => [
                one("/q", "https://h.com/q", Cause::PathRewritten),
                one("https://a.dev/p", "https://a.dev/p", Cause::Host),
            ]
            .concat(),
            "prefix of the path" => one("/team-a", "https://h.com/team-a/p", Cause::PathPrefix),
            holds => panic!("{holds}"),
        }
    }) {
        let scene = Scene::new("https://h.com/p", signed, &v1()).header(name, value);
        let diagnosis = scene.diagnose();
        assert_eq!(crate::scene::causes(&diagnosis), [cause], "{name}");
        assert_eq!(diagnosis.causes[0].at.as_deref(), Some(name));
    }
}

#[test]
fn every_cause_has_one_entry() {
    let mut listed: Vec<&str> = causes()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    listed.sort_unstable();
    let mut known: Vec<&str> = Cause::ALL.iter().map(|cause| cause.code()).collect();
    known.sort_unstable();
    assert_eq!(listed, known);
}

#[test]
fn every_entry_says_where_it_comes_from_and_what_mends_it() {
    for line in causes() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 5, "{line}");
        assert!(cells[2].len() > 10 && cells[3].len() > 5, "{line}");
    }
}

#[test]
fn codes_are_the_names_of_the_variants() {
    let mut codes = BTreeSet::new();
    for cause in Cause::ALL {
        let name = format!("{cause:?}");
        let snake: String = name
            .char_indices()
            .flat_map(|(index, c)| {
                let underscore = (index > 0 && c.is_uppercase()).then_some('_');
                underscore.into_iter().chain([c.to_ascii_lowercase()])
            })
            .collect();
        assert_eq!(cause.code(), snake);
        assert!(codes.insert(cause.code()));
    }
}
