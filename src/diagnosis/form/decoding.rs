use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Parameter;
use crate::diagnosis::Cause;
use crate::params::{Name, escaped};

/// How the bytes of the body may have to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Decoding {
    PlusSigns,
    LineBreak,
    EscapedTwice,
    Unescaped,
    StillEscaped,
    Json,
    Base64,
    Html,
}

impl Decoding {
    pub(super) const ALL: [Self; 8] = [
        Self::LineBreak,
        Self::PlusSigns,
        Self::Json,
        Self::Base64,
        Self::EscapedTwice,
        Self::Unescaped,
        Self::StillEscaped,
        Self::Html,
    ];

    pub(super) const fn cause(self) -> Cause {
        match self {
            Self::PlusSigns => Cause::PlusSigns,
            Self::LineBreak => Cause::BodyLineBreak,
            Self::EscapedTwice => Cause::EscapedTwice,
            Self::Unescaped => Cause::Unescaped,
            Self::StillEscaped => Cause::SignedEscaped,
            Self::Json => Cause::FormAsJson,
            Self::Base64 => Cause::FormInBase64,
            Self::Html => Cause::HtmlEscaped,
        }
    }

    pub(super) fn decode(self, body: &[u8]) -> Option<Vec<Parameter>> {
        match self {
            Self::PlusSigns => Some(split(body, |text| unescape(text, false))),
            Self::LineBreak => {
                let trimmed = body.trim_ascii_end();
                (trimmed.len() < body.len()).then(|| decode(trimmed))
            }
            Self::EscapedTwice => Some(decode(&unescape(body, true))),
            Self::Unescaped => is_bare(body).then(|| unescaped(body)),
            Self::StillEscaped => Some(split(body, <[u8]>::to_vec)),
            Self::Json => json(body),
            Self::Base64 => {
                let form = STANDARD.decode(body.trim_ascii()).ok()?;
                Some(decode(&form))
            }
            Self::Html => {
                let text = String::from_utf8_lossy(body);
                let plain = text.replace("&amp;", "&");
                (plain.len() < text.len()).then(|| decode(plain.as_bytes()))
            }
        }
    }
}

/// Decodes a form. Empty pieces are skipped, bad escapes stand for themselves.
pub(super) fn decode(form: &[u8]) -> Vec<Parameter> {
    split(form, |text| unescape(text, true))
}

fn split(form: &[u8], decode: impl Fn(&[u8]) -> Vec<u8>) -> Vec<Parameter> {
    form.split(|byte| *byte == b'&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            let mut sides = piece.splitn(2, |byte| *byte == b'=').map(&decode);
            Parameter {
                name: sides.next().unwrap_or_default(),
                value: sides.next().unwrap_or_default(),
            }
        })
        .collect()
}

fn unescape(text: &[u8], plus_is_space: bool) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match (byte, escaped(behind)) {
            (b'%', Some((meant, behind))) => {
                decoded.push(meant);
                rest = behind;
            }
            (b'+', _) if plus_is_space => decoded.push(b' '),
            _ => decoded.push(byte),
        }
    }
    decoded
}

/// Whether a form holds what an encoder would have escaped.
fn is_bare(body: &[u8]) -> bool {
    let must_escape = |byte: u8| !byte.is_ascii_graphic() || b"\"{}<>[]|\\^`".contains(&byte);
    let is_odd = |piece: &[u8]| piece.iter().filter(|byte| **byte == b'=').count() != 1;
    body.iter().copied().any(must_escape) || body.split(|byte| *byte == b'&').any(is_odd)
}

/// Reads a form that was unescaped as a whole: a parameter starts where a documented name and a `=` do.
fn unescaped(body: &[u8]) -> Vec<Parameter> {
    let starts_parameter = |text: &[u8]| {
        let end = text.iter().position(|byte| *byte == b'=');
        end.and_then(|end| text.get(..end))
            .is_some_and(|name| Name::of(name).is_some())
    };
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    for piece in body.split(|byte| *byte == b'&') {
        match pieces.last_mut() {
            Some(last) if !starts_parameter(piece) => {
                last.push(b'&');
                last.extend_from_slice(piece);
            }
            _ => pieces.push(piece.to_vec()),
        }
    }
    pieces.iter().flat_map(|piece| whole(piece)).collect()
}

/// Cuts one parameter at its first `=`.
fn whole(piece: &[u8]) -> Option<Parameter> {
    let end = piece.iter().position(|byte| *byte == b'=')?;
    let (name, value) = piece.split_at_checked(end)?;
    Some(Parameter {
        name: name.to_vec(),
        value: value.strip_prefix(b"=").unwrap_or_default().to_vec(),
    })
}

/// Reads an object whose members are the parameters, or a text that is the form.
fn json(body: &[u8]) -> Option<Vec<Parameter>> {
    match serde_json::from_slice(body).ok()? {
        Value::String(form) => Some(decode(form.as_bytes())),
        Value::Object(members) => {
            let parameter = |(name, value): (String, Value)| Parameter {
                name: name.into_bytes(),
                value: match value {
                    Value::String(text) => text.into_bytes(),
                    Value::Null => Vec::new(),
                    other => other.to_string().into_bytes(),
                },
            };
            Some(members.into_iter().map(parameter).collect())
        }
        _ => None,
    }
}
