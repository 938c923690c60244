use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Parameter;
use super::json::{Escapes, Kind, Node, Spacing, parse, respell};
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
    /// With the JSON of values as it is, or printed without white space.
    Json(Spacing),
    Base64,
    Html,
}

impl Decoding {
    pub(super) const ALL: [Self; 9] = [
        Self::LineBreak,
        Self::PlusSigns,
        Self::Json(Spacing::AsIs),
        Self::Json(Spacing::Compact),
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
            Self::Json(_) => Cause::FormAsJson,
            Self::Base64 => Cause::FormInBase64,
            Self::Html => Cause::HtmlEscaped,
        }
    }

    pub(super) fn decode(self, body: &[u8]) -> Option<Vec<Parameter>> {
        match self {
            Self::PlusSigns => Some(split(body, |text| unescape(text, false))),
            Self::Unescaped => is_bare(body).then(|| unescaped(body)),
            Self::StillEscaped => Some(split(body, <[u8]>::to_vec)),
            Self::Json(spacing) => json(body, spacing),
            _ => self.body(body).map(|body| decode(&body)),
        }
    }

    /// Returns the body as it was before, where that can be told.
    pub(super) fn body(self, body: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::LineBreak => {
                let trimmed = body.trim_ascii_end();
                (trimmed.len() < body.len()).then(|| trimmed.to_vec())
            }
            Self::EscapedTwice => Some(unescape(body, true)),
            Self::Base64 => STANDARD.decode(body.trim_ascii()).ok(),
            Self::Html => {
                let text = String::from_utf8_lossy(body);
                let plain = text.replace("&amp;", "&");
                (plain.len() < text.len()).then(|| plain.into_bytes())
            }
            _ => None,
        }
    }

    /// Whether what is left of the body is searched as one that came so.
    pub(super) const fn is_searched(self) -> bool {
        matches!(
            self,
            Self::LineBreak | Self::Json(_) | Self::Base64 | Self::EscapedTwice | Self::Html
        )
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
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, escaped(after)) {
            (b'%', Some((meant, after))) => {
                decoded.push(meant);
                rest = after;
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

/// Reads an object whose members are the parameters, each text, a list of texts or JSON, or a text that is the form.
fn json(body: &[u8], spacing: Spacing) -> Option<Vec<Parameter>> {
    let text = std::str::from_utf8(body).ok()?;
    let root = parse(text)?;
    match root.kind {
        Kind::String => Some(decode(string(text, &root)?.as_bytes())),
        Kind::Object => {
            let mut parameters = Vec::new();
            for member in &root.children {
                let name = serde_json::from_str::<String>(text.get(member.name.clone())?).ok()?;
                let list = &member.node.children;
                let is_list = member.node.kind == Kind::Array && !list.is_empty();
                let texts = is_list && list.iter().all(|child| child.node.kind == Kind::String);
                let nodes: Vec<&Node> = if texts {
                    list.iter().map(|child| &child.node).collect()
                } else {
                    vec![&member.node]
                };
                for node in nodes {
                    parameters.push(Parameter {
                        name: name.clone().into_bytes(),
                        value: value(text, node, spacing)?,
                    });
                }
            }
            Some(parameters)
        }
        _ => None,
    }
}

fn string(text: &str, node: &Node) -> Option<String> {
    serde_json::from_str(text.get(node.range.clone())?).ok()
}

fn value(text: &str, node: &Node, spacing: Spacing) -> Option<Vec<u8>> {
    let raw = text.get(node.range.clone())?;
    let value = match node.kind {
        Kind::String => string(text, node)?,
        Kind::Other if raw == "null" => String::new(),
        Kind::Other => raw.to_owned(),
        Kind::Object | Kind::Array if spacing == Spacing::AsIs => raw.to_owned(),
        Kind::Object | Kind::Array => respell(raw, spacing, Escapes::AsIs)?,
    };
    Some(value.into_bytes())
}
