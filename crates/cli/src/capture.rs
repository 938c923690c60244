//! Requests from text: captures of `listen` and all else in which people keep requests.

mod curl_command;
mod curl_log;
mod json;
mod printed;
mod raw;
mod shell;

use std::borrow::Cow;

use thiserror::Error;

use crate::capture_file::CaptureFile;
use crate::request::Request;

/// A request as far as its text holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Capture {
    pub(crate) method: String,
    /// Path and query as in the request line. Empty where they are not known.
    pub(crate) target: String,
    /// In order, each line of a header on its own.
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    /// `None` where it is not known.
    pub(crate) body: Option<Vec<u8>>,
}

/// Why a text is no request. It holds nothing of the text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum CaptureError {
    #[error(
        "expected a capture of `listen`, a raw request, the output of `curl -v`, a curl command, a HAR file, an event of \
         AWS Lambda, or headers as a framework prints them"
    )]
    Unknown,
    #[error(
        "expected a request line such as POST /webhook HTTP/1.1, headers, and an empty line after them"
    )]
    NoHead,
    #[error("cannot read the head of the request: {0}")]
    Head(httparse::Error),
    #[error("expected a target that starts with a slash or is a URL")]
    Target,
    #[error("cannot read the chunks of the body")]
    Chunk,
    #[error("cannot read the JSON: line {line}, column {column}")]
    Json { line: usize, column: usize },
    #[error("expected {0}")]
    Expected(&'static str),
    #[error("the file {0}")]
    File(String),
    #[error("the words of the curl command cannot be told apart: a quote is not closed")]
    Quotes,
}

impl From<Request> for Capture {
    fn from(request: Request) -> Self {
        Self {
            method: request.method,
            target: request.target,
            headers: request.headers,
            body: Some(request.body),
        }
    }
}

impl Capture {
    /// Reads a request in whichever format it is.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, CaptureError> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        if CaptureFile::is_one(text) {
            return CaptureFile::parse(text)
                .and_then(|file| file.request())
                .map(Self::from)
                .map_err(|error| CaptureError::File(error.to_string()));
        }
        let start = text.trim_ascii_start();
        if raw::is_request(start) {
            return raw::parse(start);
        }
        if curl_log::is_log(text) {
            return curl_log::parse(text);
        }
        let Ok(text) = std::str::from_utf8(text) else {
            return Err(CaptureError::Unknown);
        };
        if let Some(parsed) = json::parse(text) {
            return parsed;
        }
        if let Some(parsed) = curl_command::parse(text) {
            return parsed;
        }
        printed::parse(text).ok_or(CaptureError::Unknown)
    }

    /// Takes a target; of a whole URL, as proxies log it, the host becomes a header unless there is one.
    fn set_url(&mut self, url: &str) -> Result<(), CaptureError> {
        let target = match url.split_once("://") {
            Some((scheme, rest)) if !scheme.contains('/') => {
                let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
                let end = rest.find(['/', '?']).unwrap_or(rest.len());
                let (authority, target) = rest.split_at_checked(end).unwrap_or((rest, ""));
                let host = authority
                    .rsplit_once('@')
                    .map_or(authority, |(_, host)| host);
                if self.header("host").is_none() {
                    self.headers.push(("Host".into(), host.into()));
                }
                match target {
                    "" => Cow::Borrowed("/"),
                    _ if target.starts_with('?') => Cow::Owned(format!("/{target}")),
                    _ => Cow::Borrowed(target),
                }
            }
            _ => Cow::Borrowed(url),
        };
        if !target.starts_with('/') {
            return Err(CaptureError::Target);
        }
        self.target = target.into_owned();
        Ok(())
    }

    /// Returns the first line of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok()
    }

    /// Replaces all lines of each header that is given.
    pub(crate) fn replace_headers(&mut self, given: &[(String, String)]) {
        for (name, _) in given {
            self.headers
                .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        }
        let given = given.iter().cloned();
        self.headers
            .extend(given.map(|(name, value)| (name, value.into_bytes())));
    }
}
