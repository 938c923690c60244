//! What is shown of requests and answers.

use twilio_verify_webhooks::testing::NegativeCase;
use url::form_urlencoded;

use crate::deliveries::Planned;
use crate::send::{Answer, NoAnswer};

/// The most characters shown of a value or a response.
const MOST_SHOWN: usize = 400;

/// Shows what is sent.
pub(crate) fn request(planned: &Planned) {
    let delivery = &planned.delivery;
    let (url, query) = planned
        .url
        .split_once('?')
        .unwrap_or((planned.url.as_str(), ""));
    println!("{}", shown(&planned.title));
    println!("  {} {url}", delivery.method());
    println!("  signed for {}", planned.signed_for);
    for (name, value) in delivery.headers() {
        println!("  {name}: {}", shown(value));
    }
    let form = form_urlencoded::parse(query.as_bytes());
    for (name, value) in form.chain(form_urlencoded::parse(delivery.body())) {
        println!("    {:<24} {}", shown(&name), shown(&value));
    }
}

/// Shows what came back.
pub(crate) fn answer(answer: &Result<Answer, NoAnswer>, verdict: &Result<String, String>) {
    if let Ok(answer) = answer {
        println!("  -> {} {}", answer.status, answer.reason);
        if !answer.body.is_empty() {
            println!("     {}", shown(&answer.body));
        }
    }
    match verdict {
        Ok(verdict) => println!("  {verdict}\n"),
        Err(verdict) => println!("  NOT AS EXPECTED: {verdict}\n"),
    }
}

/// Shows both in one line.
pub(crate) fn line(
    planned: &Planned,
    answer: &Result<Answer, NoAnswer>,
    verdict: &Result<String, String>,
) {
    let status = answer
        .as_ref()
        .map_or_else(|_| "---".to_owned(), |answer| answer.status.to_string());
    let verdict = match verdict {
        Ok(verdict) => verdict.clone(),
        Err(verdict) => format!("NOT AS EXPECTED: {verdict}"),
    };
    println!("{status} {verdict:<8} {}", shown(&planned.title));
}

/// Shows the negative deliveries that there are.
pub(crate) fn negatives() {
    let show = |cases: &[NegativeCase]| {
        for case in cases {
            let plain = case.description().replace('`', "");
            println!("  {:<24} {}  {plain}", case.name(), case.status());
        }
    };
    println!("Sent by `all`:");
    show(NegativeCase::ALL);
    println!("\nDepending on how the server is configured:");
    show(NegativeCase::CONDITIONAL);
}

/// Shortens a text and escapes what could confuse a terminal.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(MOST_SHOWN) {
        match c.is_control() {
            true => shown.extend(c.escape_default()),
            false => shown.push(c),
        }
    }
    if text.chars().nth(MOST_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
