//! A copy of a delivery for a report to others.

use std::collections::BTreeMap;

use serde_json::Value;
use twilio_verify_webhooks::SIGNATURE_HEADER;
use url::form_urlencoded;

use super::{Bytes, CaptureFile, CapturedRequest};
use crate::verification::Outcome;

/// Headers whose values open something, or say who and where somebody is.
const PRIVATE_HEADERS: [&str; 7] = [
    "authorization",
    "cookie",
    "forwarded",
    "proxy-authorization",
    "x-api-key",
    "x-forwarded-for",
    "x-real-ip",
];

/// The parameters that say what is going on, and are kept.
const KEPT: [&str; 2] = ["type", "factor_type"];

/// What each text was replaced by. The same text has the same stand-in throughout a copy.
#[derive(Default)]
struct StandIns(BTreeMap<String, String>);

pub(super) fn redacted(capture: &CaptureFile) -> CaptureFile {
    let mut stand_ins = StandIns::default();
    let form = match &capture.request.body {
        Bytes::Text(text) => text.as_str(),
        Bytes::Encoded { .. } => "",
    };
    // The values of parameters are known people first, so that they are found elsewhere as well.
    let body = stand_ins.form(form);
    let (path, query) = match capture.request.target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (capture.request.target.as_str(), None),
    };
    let query = query.map(|query| match capture.request.method.as_str() {
        "GET" => stand_ins.form(query),
        _ => query.to_owned(),
    });
    let target = match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let headers = capture.request.headers.iter().filter_map(|(name, value)| {
        let lower = name.to_ascii_lowercase();
        if lower == SIGNATURE_HEADER || lower == "content-length" {
            return None;
        }
        let value = match value {
            Bytes::Text(_) if PRIVATE_HEADERS.contains(&lower.as_str()) => "removed".to_owned(),
            Bytes::Text(text) => stand_ins.text(text),
            Bytes::Encoded { .. } => "removed".to_owned(),
        };
        Some((name.clone(), Bytes::Text(value)))
    });
    let headers = headers.collect();
    let mut copy = CaptureFile {
        redacted: true,
        request: CapturedRequest {
            method: capture.request.method.clone(),
            target: stand_ins.text(&target),
            headers,
            body: Bytes::Text(body),
        },
        url: stand_ins.text(&capture.url),
        ..capture.clone()
    };
    if let Some(application) = &mut copy.application {
        application.headers.clear();
        application.body.clear();
    }
    if let Some(explanation) = &mut copy.explanation {
        explanation.sentence = stand_ins.text(&explanation.sentence);
        for step in &mut explanation.steps {
            step.text = stand_ins.text(&step.text);
            step.command = step
                .command
                .as_deref()
                .map(|command| stand_ins.text(command));
        }
        stand_ins.texts(&mut explanation.diagnosis);
    }
    match &mut copy.outcome {
        Outcome::Accepted { key, variant } => {
            *key = stand_ins.text(key);
            *variant = stand_ins.text(variant);
        }
        Outcome::Refused { message, .. } => *message = stand_ins.text(message),
    }
    copy
}

impl StandIns {
    /// Replaces the values of a form, its names aside. What is no form is taken out.
    fn form(&mut self, form: &str) -> String {
        if form.is_empty() {
            return String::new();
        }
        let mut copy = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(form.as_bytes()) {
            let is_name = name.len() <= 64
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            if is_name {
                copy.append_pair(&name, &self.value(&name, &value));
            } else {
                copy.append_pair("removed", "");
            }
        }
        copy.finish()
    }

    fn value(&mut self, name: &str, value: &str) -> String {
        if KEPT.contains(&name) || value.is_empty() {
            return value.to_owned();
        }
        match serde_json::from_str(value) {
            Ok(mut json @ Value::Object(_)) => {
                self.json(&mut json);
                json.to_string()
            }
            _ if is_sid(value.as_bytes()) => self.sid(value),
            _ if name == "uuid" => self.numbered(value, |number| {
                format!("00000000-0000-4000-8000-{number:012}")
            }),
            _ => self.numbered(value, |number| format!("stand-in-{number:04}")),
        }
    }

    /// Replaces what a JSON value holds, not how it is built.
    fn json(&mut self, json: &mut Value) {
        match json {
            Value::String(text) => {
                *text = self.numbered(text, |number| format!("stand-in-{number:04}"));
            }
            Value::Number(_) => *json = Value::from(0),
            Value::Array(values) => values.iter_mut().for_each(|value| self.json(value)),
            Value::Object(members) => members.values_mut().for_each(|value| self.json(value)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Replaces in every text of a JSON value what [`StandIns::text`] replaces.
    fn texts(&mut self, json: &mut Value) {
        match json {
            Value::String(text) => *text = self.text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.texts(value)),
            Value::Object(members) => members.values_mut().for_each(|value| self.texts(value)),
            Value::Number(_) | Value::Null | Value::Bool(_) => {}
        }
    }

    fn sid(&mut self, sid: &str) -> String {
        let prefix: String = sid.chars().take(2).collect();
        self.numbered(sid, |number| format!("{prefix}{number:032}"))
    }

    fn numbered(&mut self, text: &str, stand_in: impl FnOnce(usize) -> String) -> String {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let stand_in = stand_in(self.0.len().saturating_add(1));
        self.0.insert(text.to_owned(), stand_in.clone());
        stand_in
    }

    /// Replaces SIDs in a text, and whatever has a stand-in already.
    fn text(&mut self, text: &str) -> String {
        let mut copy = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let starts = copy
                .chars()
                .next_back()
                .is_none_or(|c: char| !c.is_ascii_alphanumeric());
            let sid = rest
                .get(..34)
                .filter(|sid| starts && is_sid(sid.as_bytes()));
            let len = match sid {
                Some(sid) => {
                    copy.push_str(&self.sid(sid));
                    sid.len()
                }
                None => {
                    copy.push(c);
                    c.len_utf8()
                }
            };
            rest = rest.get(len..).unwrap_or_default();
        }
        for (known, stand_in) in &self.0 {
            if known.len() >= 8 {
                copy = copy.replace(known.as_str(), stand_in);
            }
        }
        copy
    }
}

/// Tells whether a text is two capital letters and 32 letters or digits.
fn is_sid(text: &[u8]) -> bool {
    let Some((prefix, rest)) = text.split_at_checked(2) else {
        return false;
    };
    prefix.iter().all(u8::is_ascii_uppercase)
        && rest.len() == 32
        && rest.iter().all(u8::is_ascii_alphanumeric)
}
