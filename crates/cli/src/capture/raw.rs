//! Raw requests, as a proxy logs them.

use super::{Capture, CaptureError};

/// Whether a text starts with a request line.
pub(super) fn is_request(text: &[u8]) -> bool {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut words = line.trim_ascii_end().split(|byte| *byte == b' ');
    let is_method = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_uppercase);
    words.next().is_some_and(is_method)
        && words.next().is_some()
        && words
            .next_back()
            .is_none_or(|version| version.starts_with(b"HTTP/"))
}

pub(super) fn parse(text: &[u8]) -> Result<Capture, CaptureError> {
    let (head, body) = split_head(text).ok_or(CaptureError::NoHead)?;
    let mut capture = parse_head(head)?;
    capture.body = Some(complete(&capture, body)?);
    Ok(capture)
}

/// Reads a request line and headers, with the empty line after them.
pub(super) fn parse_head(head: &[u8]) -> Result<Capture, CaptureError> {
    let head = as_version_1(head);
    let mut headers = [httparse::EMPTY_HEADER; 256];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(&head) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Err(CaptureError::NoHead),
        Err(error) => return Err(CaptureError::Head(error)),
    }
    let mut capture = Capture {
        method: request.method.unwrap_or_default().to_owned(),
        headers: request
            .headers
            .iter()
            .map(|header| (header.name.to_owned(), header.value.to_vec()))
            .collect(),
        ..Capture::default()
    };
    capture.set_url(request.path.unwrap_or_default())?;
    Ok(capture)
}

/// Undoes chunks, and leaves out the line end that an editor puts after the body: no form ends in one.
fn complete(capture: &Capture, body: &[u8]) -> Result<Vec<u8>, CaptureError> {
    let encoding = capture.header("Transfer-Encoding").unwrap_or_default();
    if encoding.to_ascii_lowercase().contains("chunked") {
        return unchunked(body);
    }
    let length = capture.header("Content-Length");
    let length = length.and_then(|length| length.trim().parse().ok());
    let end = length.unwrap_or(body.trim_ascii_end().len());
    match body.split_at_checked(end) {
        Some((complete, rest)) if rest.trim_ascii().is_empty() => Ok(complete.to_vec()),
        _ => Ok(body.to_vec()),
    }
}

/// Splits after the first empty line.
fn split_head(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let ends = [b"\r\n\r\n".as_slice(), b"\n\n"]
        .into_iter()
        .filter_map(|end| {
            let start = text.windows(end.len()).position(|window| window == end)?;
            start.checked_add(end.len())
        });
    text.split_at_checked(ends.min()?)
}

/// HTTP/2 and HTTP/3 are logged as if they had request lines.
fn as_version_1(head: &[u8]) -> Vec<u8> {
    let end = head
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(head.len());
    let (line, rest) = head.split_at_checked(end).unwrap_or((head, b""));
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
        let (chunk, after) = chunk.ok_or(CaptureError::Chunk)?;
        if chunk.is_empty() {
            return Ok(body);
        }
        body.extend_from_slice(chunk);
        rest = after.trim_ascii_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "POST /webhook?x=1 HTTP/1.1\r\nHost: example.com\r\nX-Twilio-Signature: abc=\r\n";

    #[track_caller]
    fn read(text: &str) -> Capture {
        Capture::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_raw_request_is_read() {
        for text in [
            format!("{HEAD}\r\na=1&b=2"),
            format!("{HEAD}\r\na=1&b=2").replace("\r\n", "\n"),
            format!("\r\n\n{HEAD}\r\na=1&b=2"),
            format!("\u{feff}{HEAD}\r\na=1&b=2\n"),
            format!("{HEAD}\r\na=1&b=2").replace("HTTP/1.1", "HTTP/1.0"),
            format!("{HEAD}\r\na=1&b=2").replace("HTTP/1.1", "HTTP/2"),
            format!("{HEAD}\r\na=1&b=2").replace("HTTP/1.1", "HTTP/2.0"),
            format!("{HEAD}\r\na=1&b=2").replace("HTTP/1.1\r\n", "HTTP/3\n"),
        ] {
            let capture = read(&text);
            assert_eq!(
                (&*capture.method, &*capture.target),
                ("POST", "/webhook?x=1"),
                "{text}"
            );
            assert_eq!(capture.header("x-twilio-signature"), Some("abc="));
            assert_eq!(capture.body.as_deref(), Some(&b"a=1&b=2"[..]), "{text}");
        }
    }

    #[test]
    fn the_length_of_the_body_is_kept_to() {
        for (body, expected) in [
            ("a=1&b=2", "a=1&b=2"),
            ("a=1&b=2\r\n", "a=1&b=2"),
            ("a=1", "a=1"),
            // It is longer than it says, which the diagnosis shall see.
            ("a=1&b=2&c=3", "a=1&b=2&c=3"),
        ] {
            let capture = read(&format!("{HEAD}Content-Length: 7\r\n\r\n{body}"));
            assert_eq!(capture.body.as_deref(), Some(expected.as_bytes()));
        }
        let capture = read(&format!("{HEAD}Content-Length: 8\r\n\r\na=1&b=2\n\n"));
        assert_eq!(capture.body.as_deref(), Some(&b"a=1&b=2\n"[..]));
    }

    #[test]
    fn chunks_are_joined() {
        let head = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n");
        let capture = read(&format!("{head}3\r\na=1\r\n4\r\n&b=2\r\n0\r\n\r\n"));
        assert_eq!(capture.body.as_deref(), Some(&b"a=1&b=2"[..]));
        for body in ["x\r\n", "9\r\na=1", "3\r\na=1\r\n", "ffffffffffffffff\r\na"] {
            let text = format!("{head}{body}");
            assert_eq!(
                Capture::parse(text.as_bytes()),
                Err(CaptureError::Chunk),
                "{body}"
            );
        }
    }

    #[test]
    fn the_host_of_a_whole_url_is_kept() {
        let capture = read("POST https://example.com:8443/webhook?x=1 HTTP/1.1\r\n\r\n");
        assert_eq!(capture.target, "/webhook?x=1");
        assert_eq!(
            capture.headers,
            [("Host".into(), b"example.com:8443".to_vec())]
        );
        assert_eq!(read("POST https://example.com HTTP/1.1\n\n").target, "/");
        let capture = read("GET /p?u=https://a.dev HTTP/1.1\n\n");
        assert_eq!(
            (&*capture.target, capture.headers.len()),
            ("/p?u=https://a.dev", 0)
        );
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for text in [
            "",
            "\n",
            "a=1&b=2",
            "no request",
            "{}",
            "[]",
            "null",
            "\"a\"",
            "curl",
            "GET",
        ] {
            assert_eq!(
                Capture::parse(text.as_bytes()),
                Err(CaptureError::Unknown),
                "{text:?}"
            );
        }
        for text in ["POST /a b HTTP/1.1\n\n", "POST / HTTP/1.1\nno header\n\n"] {
            let error = Capture::parse(text.as_bytes()).unwrap_err();
            assert!(matches!(error, CaptureError::Head(_)), "{text:?}");
        }
        for (text, error) in [
            (
                "POST /webhook HTTP/1.1\r\nHost: a\r\n",
                CaptureError::NoHead,
            ),
            ("POST webhook HTTP/1.1\n\n", CaptureError::Target),
        ] {
            assert_eq!(Capture::parse(text.as_bytes()), Err(error));
        }
    }
}
