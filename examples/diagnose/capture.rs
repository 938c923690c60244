//! A request as a proxy or `curl -v` logs it.

use std::fmt;

/// A request that was read from text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Capture {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

/// Why a text is no request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CaptureError {
    NoHead,
    Head(httparse::Error),
    Target,
    Chunk,
}

impl fmt::Display for CaptureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHead => f.write_str(
                "expected a request line such as POST /webhook HTTP/1.1, headers, and an empty line behind them",
            ),
            Self::Head(error) => write!(f, "cannot read the head of the request: {error}"),
            Self::Target => f.write_str("expected a target that starts with a slash or is a URL"),
            Self::Chunk => f.write_str("cannot read the chunks of the body"),
        }
    }
}

impl std::error::Error for CaptureError {}

impl Capture {
    /// Reads a raw request, or the first one in a log of `curl -v`, which does not hold the body.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, CaptureError> {
        match curl_head(text) {
            Some(head) => Self::with_head(&head, b""),
            None => {
                let text = text.trim_ascii_start();
                let (head, body) = cut_head(text).ok_or(CaptureError::NoHead)?;
                Self::with_head(head, body)
            }
        }
    }

    fn with_head(head: &[u8], body: &[u8]) -> Result<Self, CaptureError> {
        let head = as_version_1(head);
        let mut headers = [httparse::EMPTY_HEADER; 256];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(&head) {
            Ok(httparse::Status::Complete(_)) => {}
            Ok(httparse::Status::Partial) => return Err(CaptureError::NoHead),
            Err(error) => return Err(CaptureError::Head(error)),
        }
        let mut capture = Self {
            method: request.method.unwrap_or_default().to_owned(),
            target: String::new(),
            headers: request
                .headers
                .iter()
                .map(|header| (header.name.to_owned(), header.value.to_vec()))
                .collect(),
            body: Vec::new(),
        };
        capture.set_target(request.path.unwrap_or_default())?;
        capture.body = capture.whole(body)?;
        Ok(capture)
    }

    /// Takes a target; of a whole URL, as proxies log it, the host becomes a header.
    fn set_target(&mut self, target: &str) -> Result<(), CaptureError> {
        let target = match target.split_once("://") {
            Some((scheme, rest)) if !scheme.contains('/') => {
                let end = rest.find(['/', '?']).unwrap_or(rest.len());
                let (host, target) = rest.split_at(end);
                self.headers.push(("Host".into(), host.into()));
                if target.is_empty() { "/" } else { target }
            }
            _ => target,
        };
        if !target.starts_with('/') {
            return Err(CaptureError::Target);
        }
        target.clone_into(&mut self.target);
        Ok(())
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok()
    }

    /// Undoes chunks, and leaves out the line end that an editor puts behind the body: no form ends in one.
    fn whole(&self, body: &[u8]) -> Result<Vec<u8>, CaptureError> {
        let encoding = self.header("Transfer-Encoding").unwrap_or_default();
        if encoding.to_ascii_lowercase().contains("chunked") {
            return unchunked(body);
        }
        let length = self.header("Content-Length");
        let length = length.and_then(|length| length.trim().parse().ok());
        let end = length.unwrap_or(body.trim_ascii_end().len());
        match body.split_at_checked(end) {
            Some((whole, rest)) if rest.trim_ascii().is_empty() => Ok(whole.to_vec()),
            _ => Ok(body.to_vec()),
        }
    }
}

/// Takes the lines with `> ` of the first request that `curl -v` logged.
fn curl_head(text: &[u8]) -> Option<Vec<u8>> {
    let sent = text
        .split(|byte| *byte == b'\n')
        .filter_map(|line| line.strip_prefix(b">"));
    let lines = sent.map(<[u8]>::trim_ascii);
    let head: Vec<&[u8]> = lines.take_while(|line| !line.is_empty()).collect();
    (!head.is_empty()).then(|| [head.join(b"\r\n".as_slice()), b"\r\n\r\n".to_vec()].concat())
}

/// Cuts behind the first empty line.
fn cut_head(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let ends = [b"\r\n\r\n".as_slice(), b"\n\n"]
        .into_iter()
        .filter_map(|end| {
            let start = text.windows(end.len()).position(|window| window == end)?;
            Some(start + end.len())
        });
    match ends.min() {
        Some(end) => text.split_at_checked(end),
        None => None,
    }
}

/// HTTP/2 and HTTP/3 are logged as if they had request lines.
fn as_version_1(head: &[u8]) -> Vec<u8> {
    let end = head
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(head.len());
    let (line, rest) = head.split_at(end);
    let line = line.trim_ascii_end();
    for version in [b" HTTP/2.0".as_slice(), b" HTTP/2", b" HTTP/3"] {
        if let Some(line) = line.strip_suffix(version) {
            return [line, b" HTTP/1.1\r", rest].concat();
        }
    }
    head.to_vec()
}

fn unchunked(mut rest: &[u8]) -> Result<Vec<u8>, CaptureError> {
    let mut body = Vec::new();
    loop {
        let Ok(httparse::Status::Complete((start, length))) = httparse::parse_chunk_size(rest)
        else {
            return Err(CaptureError::Chunk);
        };
        let length = usize::try_from(length).map_err(|_| CaptureError::Chunk)?;
        let chunk = rest
            .get(start..)
            .and_then(|rest| rest.split_at_checked(length));
        let (chunk, behind) = chunk.ok_or(CaptureError::Chunk)?;
        if chunk.is_empty() {
            return Ok(body);
        }
        body.extend_from_slice(chunk);
        rest = behind.trim_ascii_start();
    }
}
