//! Other paths: guesses, and what the request line and headers say.

use super::escapes::{decoded, spellings};
use super::{Change, Evidence, Piece, targets};
use crate::diagnosis::location::Location;
use crate::diagnosis::{Cause, Finding};

/// Stages of gateways and mount points that are often stripped.
const USUAL_PREFIXES: [&str; 19] = [
    "/api",
    "/prod",
    "/v1",
    "/dev",
    "/stage",
    "/staging",
    "/production",
    "/default",
    "/webhooks",
    "/webhook",
    "/hooks",
    "/Prod",
    "/Stage",
    "/api/v1",
    "/v2",
    "/test",
    "/app",
    "/.netlify/functions",
    "/functions/v1",
];

const INDEX_PAGES: [&str; 4] = ["index.php", "index.html", "index.htm", "default.aspx"];

/// A path, and what makes it of another.
#[derive(Clone)]
struct Guess {
    path: String,
    findings: Vec<Finding>,
    is_led_to: bool,
    is_given: bool,
}

impl Guess {
    fn new(path: String, finding: Finding, is_led_to: bool) -> Self {
        Self {
            path,
            findings: vec![finding],
            is_led_to,
            is_given: false,
        }
    }

    /// The path as it is.
    fn none(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            findings: Vec::new(),
            is_led_to: true,
            is_given: false,
        }
    }

    fn then(&self, other: Self) -> Self {
        Self {
            path: other.path,
            findings: [self.findings.as_slice(), &other.findings].concat(),
            is_led_to: self.is_led_to && other.is_led_to,
            is_given: false,
        }
    }
}

pub(super) fn changes(evidence: &Evidence<'_>) -> Vec<Change> {
    let base = evidence.base;
    let mut guesses = spelled(&base.path);
    let mut prefixed = Vec::new();
    let plain = Guess::none(&base.path);
    for guess in [&plain].into_iter().chain(&guesses) {
        if guess.findings.len() <= 1 {
            prefixed.extend(prefixes(evidence, &guess.path).into_iter().map(|other| {
                let mut both = other.clone();
                both.findings.extend(guess.findings.iter().cloned());
                both.is_led_to &= guess.is_led_to;
                both
            }));
        }
    }
    guesses.extend(prefixed);
    // What is guessed has its name already; what else is given gets one.
    for (at, path, _) in targets(evidence) {
        let known = guesses.iter_mut().find(|guess| guess.path == path);
        match known {
            Some(guess) => {
                guess.is_led_to = true;
                if let [finding] = guess.findings.as_mut_slice() {
                    finding.at.get_or_insert(at.into());
                }
            }
            None if path != base.path => guesses.push(Guess {
                path: path.to_owned(),
                findings: difference(&base.path, at, path),
                is_led_to: true,
                is_given: true,
            }),
            None => {}
        }
        guesses.extend(evidence.context.prefixes.iter().map(|prefix| {
            let finding = Finding::new(Cause::PathPrefix).at(prefix.header);
            Guess::new(format!("{}{path}", prefix.value), finding, true)
        }));
    }
    let change = |guess: Guess| Change {
        piece: Piece::Path(guess.path),
        findings: guess.findings,
        is_led_to: guess.is_led_to,
        is_given: guess.is_given,
    };
    guesses.into_iter().map(change).collect()
}

/// The change to a path that the request line or a header gives.
pub(super) fn given(base: &Location, at: &'static str, path: &str) -> Option<Change> {
    (path != base.path).then(|| Change {
        piece: Piece::Path(path.to_owned()),
        findings: difference(&base.path, at, path),
        is_led_to: true,
        is_given: true,
    })
}

/// Names the difference between two paths: as the guesses do, and where none makes the other of it, as a prefix or a
/// rewrite.
fn difference(here: &str, at: &'static str, other: &str) -> Vec<Finding> {
    let mut guesses = spelled(here);
    if let Some(guess) = guesses.iter().find(|guess| guess.path == other) {
        let mut findings = guess.findings.clone();
        if let [finding] = findings.as_mut_slice() {
            finding.at.get_or_insert(at.into());
        }
        return findings;
    }
    guesses.insert(0, Guess::none(here));
    let is_prefixed = |guess: &&Guess| {
        let shorter = other.len().min(guess.path.len());
        let is_telling = shorter > 1 || guess.findings.is_empty();
        is_telling && (other.ends_with(&guess.path) || guess.path.ends_with(other))
    };
    let is_simple = |guess: &&Guess| guess.findings.len() <= 1;
    let same = [
        (Cause::PathEscapes, decoded as fn(&str) -> String),
        (Cause::PathCase, str::to_lowercase),
        (Cause::PathSlashes, without_doubled_slashes),
    ];
    if let Some((cause, _)) = same
        .into_iter()
        .find(|(_, alike)| alike(here) == alike(other))
    {
        return vec![Finding::new(cause).at(at)];
    }
    match guesses.iter().filter(is_simple).find(is_prefixed) {
        Some(guess) => {
            let prefix = Finding::new(Cause::PathPrefix).at(at);
            [&[prefix], guess.findings.as_slice()].concat()
        }
        None => vec![Finding::new(Cause::PathRewritten).at(at)],
    }
}

/// Other spellings of a path: with one difference, then with two.
fn spelled(here: &str) -> Vec<Guess> {
    let one = one_difference(here);
    let mut guesses = one.clone();
    for first in &one {
        let cause = first.findings.first().map(|finding| finding.cause);
        for second in one_difference(&first.path) {
            let is_other = second.findings.first().map(|finding| finding.cause) > cause;
            let is_new = guesses.iter().all(|guess| guess.path != second.path);
            if is_other && is_new && second.path != here && first.is_led_to && second.is_led_to {
                guesses.push(first.then(second));
            }
        }
    }
    guesses
}

fn one_difference(here: &str) -> Vec<Guess> {
    let mut guesses: Vec<Guess> = Vec::new();
    let mut add = |path: String, finding: Finding, is_led_to| {
        if path != here && guesses.iter().all(|guess| guess.path != path) {
            guesses.push(Guess::new(path, finding, is_led_to));
        }
    };
    match here.strip_suffix('/') {
        Some(bare) => add(bare.to_owned(), Cause::TrailingSlashExtra.into(), true),
        None => add(format!("{here}/"), Cause::TrailingSlashMissing.into(), true),
    }
    add(
        without_doubled_slashes(here),
        Cause::PathSlashes.into(),
        true,
    );
    add(format!("/{here}"), Cause::PathSlashes.into(), false);
    add(here.to_lowercase(), Cause::PathCase.into(), true);
    add(capitalised(here), Cause::PathCase.into(), false);
    for spelling in spellings(here) {
        add(spelling, Cause::PathEscapes.into(), true);
    }
    for page in INDEX_PAGES {
        let finding = || Finding::new(Cause::IndexPage).at(page);
        match here.strip_suffix(page) {
            Some(bare) => {
                add(bare.to_owned(), finding(), true);
                add(bare.trim_end_matches('/').to_owned(), finding(), true);
            }
            None => {
                let path = format!("{}/{page}", here.trim_end_matches('/'));
                add(path, finding(), false);
            }
        }
    }
    guesses
}

fn without_doubled_slashes(path: &str) -> String {
    let mut single = path.to_owned();
    while single.contains("//") {
        single = single.replace("//", "/");
    }
    single
}

/// The path with a capital letter at the start of each segment.
fn capitalised(path: &str) -> String {
    let mut after_slash = false;
    let capital = |c: char| {
        let is_first = after_slash;
        after_slash = c == '/';
        if is_first { c.to_ascii_uppercase() } else { c }
    };
    path.chars().map(capital).collect()
}

/// The path with a prefix more or less: those that headers name, then usual ones.
fn prefixes(evidence: &Evidence<'_>, here: &str) -> Vec<Guess> {
    let mut guesses = Vec::new();
    let mut add = |path: String, at: Option<&'static str>, is_led_to| {
        let mut finding = Finding::new(Cause::PathPrefix);
        finding.at = at.map(Into::into);
        guesses.push(Guess::new(path, finding, is_led_to));
    };
    for prefix in &evidence.context.prefixes {
        add(format!("{}{here}", prefix.value), Some(prefix.header), true);
        if let Some(rest) = here.strip_prefix(prefix.value) {
            add(rest.to_owned(), Some(prefix.header), true);
        }
    }
    if let Some((first, rest)) = here.trim_start_matches('/').split_once('/')
        && !first.is_empty()
    {
        add(format!("/{rest}"), None, false);
    }
    for prefix in USUAL_PREFIXES {
        add(format!("{prefix}{here}"), Some(prefix), false);
    }
    guesses
}
