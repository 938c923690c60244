//! What the application gets is what came.

use super::application::Application;
use super::program::{Program, URL, command, forged, run, signed};
use super::web::{deliver, exchange, request};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

#[test]
fn path_query_body_and_headers_arrive_as_they_came() {
    let application = Application::answering(OK);
    let program = Program::listen(&["--forward", &application.url(), "--forward-refused"]);
    let target = "/a//b/%2F/../c;d=%e4?q=a+b&&x=%zz&=&q=%2B'{}|^";
    let body: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let length = body.len().to_string();
    let lines = [
        "X-First: 1",
        "Host: hooks.example.com:8443",
        "x-lower: a",
        "X-UPPER: b",
        "Accept: */*",
        "Accept-Encoding: gzip, br",
        "Content-Encoding: gzip",
        "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
        "X-Twilio-Signature: AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "X-Twice: 1",
        "X-Twice: 2",
        "X-Forwarded-Proto: https",
        "X-Forwarded-For: 1.2.3.4, 5.6.7.8",
        "Forwarded: for=1.2.3.4",
        "Via: 1.1 proxy",
        "User-Agent: TwilioProxy/1.1",
        "X-Empty:",
        "X-Last: ünicode",
    ];
    let dropped = [
        "Connection: close, X-Hop",
        "X-Hop: 1",
        "Keep-Alive: timeout=5",
        "TE: trailers",
        "Proxy-Authorization: Basic Zm9v",
        "Proxy-Connection: close",
        "Upgrade: h2c",
    ];
    let head = [&lines[..], &dropped[..]].concat().join("\r\n");
    let head = format!("POST {target} HTTP/1.1\r\nContent-Length: {length}\r\n{head}\r\n\r\n");
    let response = exchange(program.address(), &[head.as_bytes(), &body].concat());
    assert_eq!(response.status, 200);
    let (head, arrived) = application.request();
    let (line, headers) = head.split_once("\r\n").unwrap();
    assert_eq!(line, format!("POST {target} HTTP/1.1"));
    let length = format!("Content-Length: {length}");
    let expected: Vec<&str> = std::iter::once(length.as_str()).chain(lines).collect();
    let headers: Vec<&str> = headers.split("\r\n").collect();
    assert_eq!(headers, expected);
    assert_eq!(arrived, body);
}

#[test]
fn a_body_in_chunks_arrives_whole() {
    let application = Application::answering(OK);
    let program = Program::listen(&["--forward", &application.url(), "--forward-refused"]);
    let request = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    assert_eq!(exchange(program.address(), request.as_bytes()).status, 200);
    let (head, body) = application.request();
    assert_eq!(body, b"abcde");
    assert!(!head.to_lowercase().contains("transfer-encoding"), "{head}");
    assert!(head.to_lowercase().contains("content-length: 5"), "{head}");
}

#[test]
fn the_answer_is_handed_back_as_it_is() {
    let answer = "HTTP/1.1 303 See Other\r\nLocation: http://127.0.0.1:1/elsewhere\r\nX-One: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Encoding: gzip\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nContent-Length: 4\r\n\r\nnot!";
    let application = Application::answering(answer);
    let program = Program::listen(&["--forward", &application.url()]);
    let response = deliver(program.address(), &signed());
    // The redirect is not followed, the body not decoded.
    assert_eq!(response.status, 303);
    assert_eq!(response.body, "not!");
    let lines: Vec<&str> = response.head.lines().skip(1).collect();
    let expected = [
        "Location: http://127.0.0.1:1/elsewhere",
        "X-One: 1",
        "Set-Cookie: a=1",
        "Set-Cookie: b=2",
        "Content-Encoding: gzip",
        "Content-Length: 4",
    ];
    let end_to_end: Vec<&str> = lines
        .into_iter()
        .filter(|line| !line.to_lowercase().starts_with("connection"))
        .collect();
    assert_eq!(end_to_end, expected);
    let line = program.line();
    assert_eq!(line["answer"]["status"], 303);
    assert_eq!(line["answer"]["by"], "application");
}

#[test]
fn an_application_with_this_crate_accepts_what_it_accepts_without() {
    let application = Application::verifying();
    let delivery = signed();
    assert_eq!(deliver(application.address, &delivery).status, 200);
    assert_eq!(deliver(application.address, &forged()).status, 403);
    let program = Program::listen(&["--forward", &application.url(), "--forward-refused"]);
    assert_eq!(deliver(program.address(), &delivery).status, 200);
    assert_eq!(deliver(program.address(), &forged()).status, 403);
    assert_eq!(program.line()["application"]["status"], 200);
    assert_eq!(program.line()["application"]["status"], 403);
}

#[test]
fn what_is_refused_is_forwarded_only_if_asked() {
    let application = Application::answering(OK);
    let program = Program::listen(&["--forward", &application.url()]);
    assert_eq!(deliver(program.address(), &forged()).status, 403);
    assert_eq!(program.line()["application"], serde_json::Value::Null);
    assert!(application.is_idle());
}

#[test]
fn an_application_that_is_down_is_answered_for() {
    let program = Program::listen(&["--forward", "http://127.0.0.1:1"]);
    assert_eq!(deliver(program.address(), &signed()).status, 502);
    let line = program.line();
    assert_eq!(line["outcome"], "accepted");
    assert_eq!(line["answer"]["by"], "listen");
    let error = line["application"]["error"].as_str().unwrap();
    assert!(error.contains("127.0.0.1:1"), "{error}");
}

#[test]
fn without_an_application_the_answer_is_that_of_a_receiver() {
    let program = Program::listen(&[]);
    let response = deliver(program.address(), &signed());
    assert_eq!((response.status, response.body.as_str()), (200, ""));
    let response = deliver(program.address(), &forged());
    assert_eq!(
        (response.status, response.body.as_str()),
        (403, "signature refused")
    );
    let json = signed().with_header_replaced("content-type", "application/json");
    assert_eq!(deliver(program.address(), &json).status, 415);
    let response = exchange(
        program.address(),
        &request("PUT", "/", &[("Host", "a")], b"x"),
    );
    assert_eq!(response.status, 405);
    assert_eq!(response.header("allow"), Some("POST"));
    let large = signed().with_body(vec![b'a'; 200_000]);
    assert_eq!(deliver(program.address(), &large).status, 413);
}

#[test]
fn another_answer_can_be_asked_for() {
    let application = Application::answering(OK);
    let program = Program::listen(&[
        "--forward",
        &application.url(),
        "--answer",
        "503",
        "--delay",
        "10ms",
    ]);
    assert_eq!(deliver(program.address(), &signed()).status, 503);
    let line = program.line();
    assert_eq!(line["answer"]["by"], "request");
    assert_eq!(line["application"]["status"], 200);
    // What is refused is answered as it would be.
    assert_eq!(deliver(program.address(), &forged()).status, 403);
}

#[test]
fn the_host_of_the_application_is_sent_if_asked() {
    let application = Application::answering(OK);
    let program = Program::listen(&["--forward", &application.url(), "--forward-host", "app"]);
    deliver(program.address(), &signed());
    let (head, _) = application.request();
    let host = head
        .lines()
        .find(|line| line.to_lowercase().starts_with("host:"));
    assert_eq!(
        host.unwrap().split_once(": ").unwrap().1,
        application.address.to_string()
    );
}

#[test]
fn it_does_not_forward_to_itself() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let listen = format!("127.0.0.1:{port}");
    for forward in [
        format!("http://127.0.0.1:{port}"),
        format!("http://localhost:{port}/"),
        format!("http://[::1]:{port}"),
        format!("http://0.0.0.0:{port}"),
        "https://hooks.example.com".to_owned(),
        "https://hooks.example.com:443".to_owned(),
    ] {
        let output = run(&[
            "listen",
            "--url",
            URL,
            "--listen",
            &listen,
            "--page-port",
            "off",
            "--forward",
            &forward,
        ]);
        assert_eq!(output.status.code(), Some(2), "{forward}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("--forward"), "{error}");
    }
    for forward in [
        "ftp://127.0.0.1",
        "127.0.0.1:3000",
        "http://",
        "http://a:b@127.0.0.1:3000",
        "http://127.0.0.1:3000/other",
    ] {
        let output = run(&[
            "listen",
            "--url",
            URL,
            "--listen",
            &listen,
            "--page-port",
            "off",
            "--forward",
            forward,
        ]);
        assert_eq!(output.status.code(), Some(2), "{forward}");
    }
}

#[test]
fn the_page_is_no_target_either() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let forward = format!("http://127.0.0.1:{port}");
    let port = port.to_string();
    let mut command = command(&[
        "listen",
        "--url",
        URL,
        "--listen",
        "127.0.0.1:0",
        "--page-port",
        &port,
        "--forward",
        &forward,
    ]);
    assert_eq!(command.output().unwrap().status.code(), Some(2));
}
