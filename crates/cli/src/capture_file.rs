//! Deliveries in files.
//!
//! A Twilio signature has no date: whoever has a captured delivery can send it again for as long as the AuthToken
//! lives. So the files are for their owner alone, in a folder that git ignores, and they are data, never scripts.

mod folder;
mod redaction;

use std::fs;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

pub(crate) use self::folder::{DEFAULT_FOLDER, Folder, list, private_file};
use crate::explanation::Explanation;
use crate::request::Request;
use crate::store::{Answer, Entry, FromApplication};
use crate::timestamp::Timestamp;
use crate::verification::Outcome;

/// What the member `format` says.
const FORMAT: &str = "verify-webhooks capture";

/// The version that is written, and the only one that is read.
const VERSION: u32 = 1;

/// The largest file that is read: 32 MiB.
const LARGEST: u64 = 32 * 1024 * 1024;

/// A delivery as it is written to a file.
///
/// The format is described by `schemas/capture.schema.json`. Members that are not known are passed over, so that later
/// versions can add some.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CaptureFile {
    format: String,
    version: u32,
    /// Which delivery of its run it was.
    pub(crate) id: u64,
    pub(crate) received_at: Timestamp,
    /// The URL as it was configured.
    pub(crate) url: String,
    /// Whether the signature, people and SIDs were taken out.
    #[serde(default)]
    pub(crate) redacted: bool,
    pub(crate) request: CapturedRequest,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
    /// How many bytes the body had, if more than are here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cut_from: Option<usize>,
    #[serde(default)]
    pub(crate) explanation: Option<Explanation>,
    #[serde(default)]
    pub(crate) answer: Option<Answer>,
    #[serde(default)]
    pub(crate) application: Option<FromApplication>,
    /// Where deliveries were forwarded to.
    #[serde(default)]
    pub(crate) forward: Option<String>,
}

/// A request in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CapturedRequest {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// Every line, in order: name and value.
    pub(crate) headers: Vec<(String, Bytes)>,
    pub(crate) body: Bytes,
}

/// Bytes: a string where they are UTF-8, `{"base64": "…"}` where not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Bytes {
    Text(String),
    Encoded { base64: String },
}

/// Why a file is no capture.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CaptureFileError {
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    #[error("is larger than 32 MiB")]
    TooLarge,
    #[error("is not a capture: {0}")]
    Json(#[from] serde_json::Error),
    #[error("is not a capture: its format is not `{FORMAT}`")]
    Format,
    #[error("is a capture of version {0}, and this program reads version {VERSION}")]
    Version(u32),
    #[error("is not a capture: expected base64 in `{0}`")]
    Base64(&'static str),
}

impl CaptureFile {
    /// Takes what is kept of a delivery.
    pub(crate) fn new(entry: &Entry, forward: Option<String>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            id: entry.id,
            received_at: entry.received_at,
            url: entry.url.to_string(),
            redacted: false,
            request: CapturedRequest::new(&entry.request),
            outcome: entry.outcome.clone(),
            cut_from: entry.cut_from,
            explanation: entry.explanation.as_deref().cloned(),
            answer: entry.answer.clone(),
            application: entry.application.clone(),
            forward,
        }
    }

    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self, CaptureFileError> {
        let mut text = Vec::new();
        let file = fs::File::open(path)?;
        file.take(LARGEST.saturating_add(1))
            .read_to_end(&mut text)?;
        if u64::try_from(text.len()).unwrap_or(u64::MAX) > LARGEST {
            return Err(CaptureFileError::TooLarge);
        }
        Self::parse(&text)
    }

    /// Reads the text of a file.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, CaptureFileError> {
        #[derive(Deserialize)]
        struct Head {
            #[serde(default)]
            format: String,
            #[serde(default)]
            version: u32,
        }

        let head: Head = serde_json::from_slice(text)?;
        if head.format != FORMAT {
            return Err(CaptureFileError::Format);
        }
        if head.version != VERSION {
            return Err(CaptureFileError::Version(head.version));
        }
        let capture: Self = serde_json::from_slice(text)?;
        // Whatever cannot be decoded is found now.
        capture.request.request()?;
        Ok(capture)
    }

    /// Tells whether a text says that it is a capture of any version.
    pub(crate) fn is_one(text: &[u8]) -> bool {
        let parsed = Self::parse(text);
        !matches!(
            parsed,
            Err(CaptureFileError::Json(_) | CaptureFileError::Format)
        )
    }

    /// Writes it as JSON for people to read.
    pub(crate) fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }

    /// Returns the request.
    pub(crate) fn request(&self) -> Result<Request, CaptureFileError> {
        self.request.request()
    }

    /// Returns a copy for others: the signature taken out, people and SIDs replaced by stand-ins.
    pub(crate) fn redacted(&self) -> Self {
        redaction::redacted(self)
    }
}

impl CapturedRequest {
    pub(crate) fn new(request: &Request) -> Self {
        let headers = request.headers.iter();
        Self {
            method: request.method.clone(),
            target: request.target.clone(),
            headers: headers
                .map(|(name, value)| (name.clone(), Bytes::new(value)))
                .collect(),
            body: Bytes::new(&request.body),
        }
    }

    fn request(&self) -> Result<Request, CaptureFileError> {
        let headers = self.headers.iter().map(|(name, value)| {
            let value = value.bytes().ok_or(CaptureFileError::Base64("headers"))?;
            Ok((name.clone(), value))
        });
        Ok(Request {
            method: self.method.clone(),
            target: self.target.clone(),
            headers: headers.collect::<Result<_, CaptureFileError>>()?,
            body: self.body.bytes().ok_or(CaptureFileError::Base64("body"))?,
        })
    }
}

impl Bytes {
    fn new(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Encoded {
                base64: STANDARD.encode(bytes),
            },
        }
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(text.clone().into_bytes()),
            Self::Encoded { base64 } => STANDARD.decode(base64).ok(),
        }
    }
}
