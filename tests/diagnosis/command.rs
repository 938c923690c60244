//! What the example `diagnose` reads.

#[path = "../../examples/diagnose/arguments.rs"]
mod arguments;
#[path = "../../examples/diagnose/capture.rs"]
mod capture;

use arguments::{Arguments, Body, HELP};
use capture::{Capture, CaptureError};

const HEAD: &str =
    "POST /webhook?x=1 HTTP/1.1\r\nHost: example.com\r\nX-Twilio-Signature: abc=\r\n";

#[track_caller]
fn parse(text: &str) -> Capture {
    Capture::parse(text.as_bytes()).unwrap()
}

fn names(capture: &Capture) -> Vec<&str> {
    capture
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect()
}

#[test]
fn a_raw_request_is_read() {
    for text in [
        format!("{HEAD}\r\na=1&b=2"),
        format!("{HEAD}\r\na=1&b=2").replace("\r\n", "\n"),
        format!("\r\n\n{HEAD}\r\na=1&b=2"),
        format!("{HEAD}\r\na=1&b=2\n"),
        format!("{HEAD}\r\na=1&b=2").replace("HTTP/1.1", "HTTP/1.0"),
        format!("{HEAD}\r\na=1&b=2").replace("HTTP/1.1", "HTTP/2"),
        format!("{HEAD}\r\na=1&b=2").replace("HTTP/1.1", "HTTP/2.0"),
        format!("{HEAD}\r\na=1&b=2").replace("HTTP/1.1\r\n", "HTTP/3\n"),
    ] {
        let capture = parse(&text);
        assert_eq!(
            (capture.method.as_str(), capture.target.as_str()),
            ("POST", "/webhook?x=1"),
            "{text}"
        );
        assert_eq!(names(&capture), ["Host", "X-Twilio-Signature"]);
        assert_eq!(capture.headers[1].1, b"abc=");
        assert_eq!(capture.body, b"a=1&b=2", "{text}");
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
        let capture = parse(&format!("{HEAD}Content-Length: 7\r\n\r\n{body}"));
        assert_eq!(String::from_utf8(capture.body).unwrap(), expected);
    }
    let capture = parse(&format!("{HEAD}Content-Length: 8\r\n\r\na=1&b=2\n\n"));
    assert_eq!(capture.body, b"a=1&b=2\n");
}

#[test]
fn chunks_are_joined() {
    let head = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n");
    let capture = parse(&format!("{head}3\r\na=1\r\n4\r\n&b=2\r\n0\r\n\r\n"));
    assert_eq!(capture.body, b"a=1&b=2");
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
fn a_log_of_curl_is_read() {
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
    for log in [log.to_owned(), log.replace('\n', "\r\n")] {
        let capture = parse(&log);
        assert_eq!(
            (capture.method.as_str(), capture.target.as_str()),
            ("POST", "/webhook")
        );
        assert_eq!(names(&capture), ["Host", "X-Twilio-Signature"]);
        assert!(capture.body.is_empty());
    }
}

#[test]
fn the_host_of_a_whole_url_is_kept() {
    let capture = parse("POST https://example.com:8443/webhook?x=1 HTTP/1.1\r\n\r\n");
    assert_eq!(capture.target, "/webhook?x=1");
    assert_eq!(
        capture.headers,
        [("Host".into(), b"example.com:8443".to_vec())]
    );
    assert_eq!(parse("POST https://example.com HTTP/1.1\n\n").target, "/");
    let capture = parse("GET /p?u=https://a.dev HTTP/1.1\n\n");
    assert_eq!(
        (capture.target.as_str(), capture.headers.len()),
        ("/p?u=https://a.dev", 0)
    );
}

#[test]
fn what_is_no_request_is_refused() {
    for text in ["", "\n", "a=1&b=2", "POST /webhook HTTP/1.1\r\nHost: a\r\n"] {
        assert_eq!(
            Capture::parse(text.as_bytes()),
            Err(CaptureError::NoHead),
            "{text:?}"
        );
    }
    for text in [
        "POST /webhook\n\n",
        "POST /a b HTTP/1.1\n\n",
        "POST / HTTP/1.1\nno header\n\n",
    ] {
        let error = Capture::parse(text.as_bytes()).unwrap_err();
        assert!(matches!(error, CaptureError::Head(_)), "{text:?}");
        assert!(
            error
                .to_string()
                .starts_with("cannot read the head of the request: ")
        );
    }
    assert_eq!(
        Capture::parse(b"POST webhook HTTP/1.1\n\n"),
        Err(CaptureError::Target)
    );
}

fn arguments(arguments: &[&str]) -> Result<Arguments, String> {
    let arguments: Vec<String> = arguments.iter().map(|&argument| argument.into()).collect();
    Arguments::parse(arguments, |_| None).map_err(|error| error.to_string())
}

#[test]
fn arguments_come_before_the_environment() {
    let environment = |name: &str| Some(format!("the environment's {name}"));
    let none: [&str; 0] = [];
    let read = Arguments::parse(none, environment).unwrap();
    assert_eq!(read.url.as_deref(), Some("the environment's WEBHOOK_URL"));
    assert_eq!(
        read.token.as_deref(),
        Some("the environment's TWILIO_AUTH_TOKEN")
    );
    let read = Arguments::parse(["--url", "u", "--token=t"], environment).unwrap();
    assert_eq!(
        (read.url.as_deref(), read.token.as_deref()),
        (Some("u"), Some("t"))
    );
}

#[test]
fn every_argument_is_read() {
    let read = arguments(&[
        "--json",
        "--get",
        "--origin",
        "o",
        "--shared-key",
        "id=s=1",
        "--shared-key-sha1=other=t",
        "--other-token",
        "old one=abc",
        "--other-url",
        "v",
        "--method",
        "PUT",
        "--target",
        "/t",
        "--header",
        "Host: a:1",
        "--signature",
        "abc=",
        "--data",
        "a=1",
        "request.txt",
    ])
    .unwrap();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let expected = Arguments {
        json: true,
        accept_get: true,
        origin: Some("o".into()),
        shared_keys: [vec![pair("id", "s=1")], vec![pair("other", "t")]],
        other_tokens: vec![pair("old one", "abc")],
        other_urls: vec!["v".into()],
        capture: Some("request.txt".into()),
        method: Some("PUT".into()),
        target: Some("/t".into()),
        headers: vec![pair("Host", "a:1"), pair("X-Twilio-Signature", "abc=")],
        body: Some(Body::Text("a=1".into())),
        ..Arguments::default()
    };
    assert_eq!(read, expected);
    assert_eq!(
        arguments(&["--body", "b"]).unwrap().body,
        Some(Body::File("b".into()))
    );
    assert!(arguments(&["-h"]).unwrap().help);
}

#[test]
fn standard_input_is_read_unless_the_request_is_described() {
    for (given, reads) in [
        (&[][..], true),
        (&["-"], true),
        (&["--json", "--data", "x"], true),
        (&["request.txt"], false),
        (&["--signature", "x"], false),
        (&["--signature", "x", "-"], true),
    ] {
        assert_eq!(
            arguments(given).unwrap().reads_standard_input(),
            reads,
            "{given:?}"
        );
    }
}

#[test]
fn arguments_that_make_no_sense_are_refused_without_repeating_secrets() {
    for given in [
        &["--unknown"][..],
        &["a", "b"],
        &["--url"],
        &["--get=yes"],
        &["--header", "no colon"],
        &["--other-token", "planted"],
        &["--shared-key", "=planted"],
    ] {
        let error = arguments(given).unwrap_err();
        assert!(!error.contains("planted"), "{error}");
    }
}

#[test]
fn the_help_names_every_argument() {
    for name in [
        "--url",
        "--origin",
        "--token",
        "--shared-key",
        "--shared-key-sha1",
        "--get",
        "--other-token",
        "--other-url",
        "--method",
        "--target",
        "--header",
        "--signature",
        "--body",
        "--data",
        "--json",
        "--help",
        "WEBHOOK_URL",
        "TWILIO_AUTH_TOKEN",
    ] {
        assert!(
            HELP.contains(&format!("{name} ")) || HELP.contains(&format!("{name}]")),
            "{name}"
        );
    }
    assert!(HELP.lines().all(|line| line.chars().count() <= 110));
}
