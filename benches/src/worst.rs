//! Bodies that ask most of each part, at any size: what they take must grow with their size and no faster.

use std::borrow::Cow;

use crate::fixtures::{self, AUTH_TOKEN, URL};
use crate::floor;

/// A signed body, accepted or not.
#[derive(Debug)]
pub struct Worst {
    pub name: &'static str,
    pub body: String,
    pub signature: String,
}

impl Worst {
    fn new(name: &'static str, body: String) -> Self {
        let mut pairs: Vec<(Cow<'_, str>, Cow<'_, str>)> =
            form_urlencoded::parse(body.as_bytes()).collect();
        pairs.sort_unstable();
        let text = pairs.iter().flat_map(|(name, value)| [&**name, &**value]);
        let text: String = [URL].into_iter().chain(text).collect();
        let signature = floor::signature(AUTH_TOKEN, &text);
        Self {
            name,
            body,
            signature,
        }
    }

    /// A genuine event whose last parameter is filled with a text over and over.
    fn event(name: &'static str, bytes: usize, value: impl Fn(usize) -> String) -> Self {
        let event = fixtures::v2_factor().body;
        let (event, _) = event.rsplit_once('=').unwrap();
        let empty = value(0).len();
        let one = value(1).len() - empty;
        let room = bytes.saturating_sub(event.len() + 1 + empty);
        Self::new(name, format!("{event}={}", value(room / one)))
    }
}

/// Makes one of each, of about so many bytes.
pub fn all(bytes: usize) -> Vec<Worst> {
    vec![
        Worst::new("plain", filled(bytes, "a=", "a")),
        Worst::new("all escapes", filled(bytes, "a=", "%41")),
        Worst::new("every other escaped", filled(bytes, "a=", "a%41")),
        Worst::new("all two-byte characters", filled(bytes, "a=", "%C3%A9")),
        Worst::new("all +", filled(bytes, "a=", "+")),
        Worst::new("all =", filled(bytes, "a", "=")),
        Worst::new("all &", filled(bytes, "", "&")),
        Worst::new(
            "64 names in reverse order",
            joined(|number| format!("name_{number:02}={}", share(bytes))),
        ),
        Worst::new(
            "64 long names in reverse order",
            joined(|number| format!("name_{}_{number:02}=", share(bytes))),
        ),
        Worst::new(
            "64 long escaped names in reverse order",
            joined(|number| format!("name_{}_{number:02}=", escaped_share(bytes))),
        ),
        Worst::new("bad UTF-8 at the end", filled(bytes, "a=", "%41") + "%FF"),
        Worst::event("JSON, all escapes", bytes, |times| {
            format!("%7B%22a%22%3A%22{}%22%7D", "%5C%5C".repeat(times))
        }),
        Worst::event("JSON, all brackets", bytes, |times| {
            format!("%7B%22a%22%3A%5B%5B%5D{}%5D%7D", ",%5B%5D".repeat(times))
        }),
        Worst::event("JSON, all members", bytes, |times| {
            format!("%7B%22a%22%3A1{}%7D", ",%22a%22%3A1".repeat(times))
        }),
    ]
}

fn filled(bytes: usize, start: &str, text: &str) -> String {
    let times = bytes.saturating_sub(start.len()) / text.len();
    format!("{start}{}", text.repeat(times))
}

/// The same in escapes.
fn escaped_share(bytes: usize) -> String {
    "%78".repeat((bytes / 64).saturating_sub(10) / 3)
}

/// What each of 64 parameters is filled with, beside some bytes for its name.
fn share(bytes: usize) -> String {
    "x".repeat((bytes / 64).saturating_sub(10))
}

fn joined(parameter: impl Fn(u32) -> String) -> String {
    let parameters: Vec<String> = (0..64).rev().map(parameter).collect();
    parameters.join("&")
}
