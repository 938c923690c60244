//! What `curl -v` logs of a request: its head. The body is not in it.

use super::{Capture, CaptureError, raw};

pub(super) fn is_log(text: &[u8]) -> bool {
    sent(text).next().is_some_and(raw::is_request)
}

/// Reads the first request.
pub(super) fn parse(text: &[u8]) -> Result<Capture, CaptureError> {
    let head: Vec<&[u8]> = sent(text).take_while(|line| !line.is_empty()).collect();
    let head = [head.join(b"\r\n".as_slice()), b"\r\n\r\n".to_vec()].concat();
    raw::parse_head(&head)
}

/// Returns an iterator over the lines that were sent.
fn sent(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
        .filter_map(|line| line.strip_prefix(b">"))
        .map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_request_of_a_log_is_read() {
        let log = "\
* Connected to localhost (127.0.0.1) port 3000
> POST /webhook HTTP/1.1
> Host: localhost:3000
> X-Twilio-Signature: abc=
>\x20
* upload completely sent off: 7 bytes
< HTTP/1.1 403 Forbidden
<\x20
> GET /another HTTP/1.1
>\x20
";
        for log in [
            log.to_owned(),
            log.replace('\n', "\r\n"),
            log.replace("HTTP/1.1\n> H", "HTTP/2\n> H"),
        ] {
            let capture = Capture::parse(log.as_bytes()).unwrap();
            assert_eq!((&*capture.method, &*capture.target), ("POST", "/webhook"));
            assert_eq!(capture.header("host"), Some("localhost:3000"));
            assert_eq!(capture.header("x-twilio-signature"), Some("abc="));
            assert_eq!(capture.body, None);
        }
    }
}
