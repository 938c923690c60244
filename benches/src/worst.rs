//! Bodies that ask most of each part, at any size: what they take must grow with their size and no faster.

use std::borrow::Cow;
use std::collections::BTreeMap;

use twilio_verify_webhooks::Receiver;

use crate::fixtures::{self, AUTH_TOKEN, URL};
use crate::floor;

const SERVICE: &str = "service_sidVA91d3e5b7c0a24f689e1b3d5f7a0c2e48";
/// The documented names between an account and a service, each with a value.
const NAMES: &str = "challenge_details{}challenge_hidden_details{}challenge_metadata{}\
    challenge_sidYC7b9d1f3a5c0e24688acf1e3d5b7092c4entity_identityuser-0001factor_friendly_namea b_c\
    factor_metadata{}factor_sidYF03c5a7e9b1d24f68ca0e2c4d6f8b1a35factor_typepush";

/// A signed body, accepted or not.
#[derive(Debug)]
pub struct Worst {
    pub name: &'static str,
    pub body: String,
    pub signature: String,
    /// The parameters as serde writes an event's.
    pub json: String,
}

impl Worst {
    fn new(name: &'static str, body: String) -> Self {
        let mut pairs: Vec<(Cow<'_, str>, Cow<'_, str>)> =
            form_urlencoded::parse(body.as_bytes()).collect();
        pairs.sort_unstable();
        let text = pairs.iter().flat_map(|(name, value)| [&**name, &**value]);
        let text: String = [URL].into_iter().chain(text).collect();
        let signature = floor::signature(AUTH_TOKEN, &text);
        let json = pairs.iter().cloned().collect::<BTreeMap<_, _>>();
        let json = serde_json::to_string(&json).unwrap();
        Self {
            name,
            body,
            signature,
            json,
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

    /// A genuine event with as many unknown parameters as there may be, each name and value filled with a text over and
    /// over, a name up to its limit.
    fn unknown(name: &'static str, bytes: usize, of_names: &str, of_values: &str) -> Self {
        let event = fixtures::v2_factor();
        let count = Receiver::MAX_PARAMETERS - event.parameters.len();
        let room = bytes.saturating_sub(event.body.len()) / count;
        let mut body = event.body;
        for number in 0..count {
            let longest = (room / 2).clamp(5, Receiver::MAX_NAME_LENGTH);
            let filler = repeated(of_names, longest - 4);
            let start = format!("&r{filler}x{number:02}=");
            let value = repeated(of_values, room.saturating_sub(start.len()));
            body += &format!("{start}{value}");
        }
        Self::new(name, body)
    }

    /// A genuine event with an unknown parameter whose value holds documented names, as many as are looked at with those
    /// of the event or fewer, and many ways from each to the next.
    fn planted(
        name: &'static str,
        bytes: usize,
        parameter: &str,
        planted: &str,
        most: usize,
    ) -> Self {
        let event = fixtures::v2_factor().body;
        let start = format!("{event}&{parameter}=");
        let room = bytes.saturating_sub(start.len());
        let planted = planted.repeat((room / planted.len()).min(most));
        let filler = "x".repeat(room - planted.len());
        Self::new(name, format!("{start}{planted}{filler}"))
    }

    /// A genuine event with an unknown parameter that could go on up to any of the documented names in the JSON object
    /// after it: as many as are looked at with those of the event or fewer.
    fn planted_in_json(
        name: &'static str,
        bytes: usize,
        first: &str,
        planted: &str,
        most: usize,
    ) -> Self {
        let event = fixtures::v2_factor().body;
        let (event, _) = event.rsplit_once('=').unwrap();
        let start = format!("api_version=1&{event}=%7B%22a%22%3A%22{first}");
        let room = bytes.saturating_sub(start.len() + 9);
        let planted = planted.repeat((room / planted.len()).min(most));
        let filler = "x".repeat(room.saturating_sub(planted.len()));
        Self::new(name, format!("{start}{planted}{filler}%22%7D"))
    }
}

/// Makes a genuine event of about so many bytes without anything that takes more than its length: what others are
/// compared with.
pub fn plain_event(bytes: usize) -> Worst {
    Worst::event("plain event", bytes, |times| {
        format!("%7B%22a%22%3A%22{}%22%7D", "a".repeat(times))
    })
}

/// Makes one of underscores that could each be in a documented name.
pub fn underscores(bytes: usize) -> Worst {
    Worst::unknown("unknown values of e_", bytes, "_a", "e_")
}

/// Makes one of each whose unknown parameters take work, of about so many bytes.
pub fn unknown(bytes: usize) -> Vec<Worst> {
    let identity = format!("entity_identity{}_b", "a".repeat(40));
    let json = "challenge_metadata{\"a\":[";
    let letters = "a".repeat(60);
    let (uuid, event_type) = (format!("uuid{letters}_b"), format!("typeab.{letters}_b"));
    let friendly = format!("factor_friendly_name{}", "z_".repeat(32));
    vec![
        Worst::unknown("unknown names of _", bytes, "_", "_"),
        Worst::unknown("unknown names of words", bytes, "_a", "_"),
        underscores(bytes),
        Worst::unknown("unknown values of r_", bytes, "_a", "r_"),
        Worst::unknown("unknown values of typ", bytes, "_a", "typ"),
        Worst::unknown("unknown values of +", bytes, "_a", "+"),
        Worst::planted("planted identities", bytes, "api_version", &identity, 28),
        Worst::planted("planted JSON", bytes, "api_version", json, 50),
        Worst::planted("planted uuids", bytes, "status", "uuid_aa_bb_cc_dd_", 50),
        Worst::planted("planted types", bytes, "region", "typeab.ab_ab.ab_ab", 50),
        Worst::planted(
            "planted friendly names",
            bytes,
            "api_version",
            "factor_friendly_nameaaaaaaaaaaaaaaaaa_b",
            28,
        ),
        Worst::planted_in_json("JSON of identities", bytes, "", &identity, 28),
        Worst::planted_in_json("JSON of types", bytes, SERVICE, "typeab.ab_ab.ab_ab", 50),
        Worst::planted_in_json("JSON of long types", bytes, SERVICE, &event_type, 50),
        Worst::planted_in_json("JSON of uuids", bytes, SERVICE, "uuid_aa_bb_cc_dd_", 50),
        Worst::planted_in_json("JSON of long uuids", bytes, SERVICE, &uuid, 50),
        Worst::planted_in_json(
            "JSON of factor types",
            bytes,
            "",
            "factor_typeaa_bb_cc_",
            50,
        ),
        Worst::planted_in_json("JSON of objects", bytes, "", "challenge_metadata{ ", 50),
        Worst::planted_in_json("JSON of names", bytes, "", NAMES, 4),
        Worst::planted_in_json(
            "JSON of friendly names",
            bytes,
            "",
            "factor_friendly_nameaaaaaaaaaaaaaaaaa_b",
            28,
        ),
        Worst::planted_in_json("JSON of names of words", bytes, "", &friendly, 28),
        Worst::new(
            "64 names of +",
            joined(|number| {
                let name = "+".repeat(share(bytes).len().min(Receiver::MAX_NAME_LENGTH - 2));
                format!("{name}{number:02}={}", &share(bytes)[name.len()..])
            }),
        ),
        Worst::new(
            "64 names of escapes",
            joined(|number| {
                let most = Receiver::MAX_NAME_LENGTH - 2;
                let name = "%20".repeat((share(bytes).len() / 3).min(most));
                format!("{name}{number:02}={}", &share(bytes)[name.len()..])
            }),
        ),
    ]
}

/// Makes one of each, of about so many bytes.
pub fn all(bytes: usize) -> Vec<Worst> {
    let mut all = vec![
        plain_event(bytes),
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
    ];
    all.extend(unknown(bytes));
    all
}

/// So many bytes of a text over and over.
fn repeated(text: &str, bytes: usize) -> String {
    text.chars().cycle().take(bytes).collect()
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
