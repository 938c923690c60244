//! A delivery once more: from the page, and from a file.

use std::fs;

use serde_json::Value;
use twilio_verify_webhooks::{AuthToken, Delivery, Receiver};

use super::application::Application;
use super::captures::files;
use super::program::{Program, TOKEN, URL, forged, run, signed};
use super::web::{deliver, open, submit};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

fn uuid(body: &[u8]) -> String {
    let mut params = url::form_urlencoded::parse(body);
    params
        .find(|(name, _)| name == "uuid")
        .unwrap()
        .1
        .into_owned()
}

fn without_uuid(body: &[u8]) -> Vec<(String, String)> {
    let params = url::form_urlencoded::parse(body).into_owned();
    params.filter(|(name, _)| name != "uuid").collect()
}

fn verify(head: &str, body: &[u8]) -> String {
    let receiver = Receiver::new(URL, AuthToken::new(TOKEN).unwrap()).unwrap();
    let headers: Vec<(&str, &str)> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .collect();
    let delivery = Delivery::new("POST", body).headers(headers.iter().copied());
    receiver.receive(&delivery).unwrap().event.uuid().to_owned()
}

#[test]
fn the_page_sends_the_same_again_and_a_new_one() {
    let application = Application::answering(OK);
    let program = Program::listen(&["--forward", &application.url()]);
    let delivery = signed();
    deliver(program.address(), &delivery);
    program.line();
    let (first_head, first_body) = application.request();
    let (address, path) = program.page();
    let replay = format!("{path}deliveries/1/replay");
    assert_eq!(submit(address, &replay, "as=same").status, 303);
    let (head, body) = application.request();
    assert_eq!((&head, &body), (&first_head, &first_body));
    assert_eq!(submit(address, &replay, "as=new").status, 303);
    let (head, body) = application.request();
    assert_eq!(without_uuid(&body), without_uuid(delivery.body()));
    assert_ne!(uuid(&body), uuid(delivery.body()));
    assert_eq!(verify(&head, &body), uuid(&body));
    let page = open(address, &format!("{path}deliveries/1")).body;
    assert!(page.contains("as a new delivery"), "{page}");
    assert!(page.contains("the same again"), "{page}");
    assert!(open(address, &path).body.contains("replayed 2 times"));
    assert_eq!(submit(address, &replay, "as=other").status, 400);
    assert_eq!(
        submit(address, &replay, "as=same&to=http://evil.test").status,
        303
    );
    application.request();
}

#[test]
fn what_was_refused_is_never_signed() {
    let application = Application::answering(OK);
    let program = Program::listen(&["--forward", &application.url()]);
    deliver(program.address(), &forged());
    program.line();
    let (address, path) = program.page();
    let replay = format!("{path}deliveries/1/replay");
    assert_eq!(submit(address, &replay, "as=new").status, 409);
    assert!(application.is_idle());
    assert!(
        !open(address, &format!("{path}deliveries/1"))
            .body
            .contains("Send as a new one")
    );
    let page = Program::listen(&[]);
    deliver(page.address(), &signed());
    page.line();
    let (address, path) = page.page();
    assert_eq!(
        submit(address, &format!("{path}deliveries/1/replay"), "as=same").status,
        409
    );
}

#[test]
fn a_file_is_sent_again_and_as_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().to_str().unwrap();
    let application = Application::answering(OK);
    let program = Program::listen(&["--forward", &application.url(), "--capture", name]);
    let delivery = signed();
    deliver(program.address(), &delivery);
    program.line();
    let (_, first) = application.request();
    drop(program);
    let file = files(folder.path()).remove(0);
    let to = application.url();
    let output = run(&["replay", file.to_str().unwrap(), "--to", &to]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("repetition"), "{text}");
    let (head, body) = application.request();
    assert!(head.starts_with("POST /webhook?tenant=1 HTTP/1.1"));
    assert_eq!(body, first);
    let output = run(&[
        "replay", "latest", "--folder", name, "--to", &to, "--new", "--json",
    ]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["sent_as"], &report["answer"]["status"]),
        (&"new".into(), &200.into())
    );
    let (head, body) = application.request();
    assert_eq!(verify(&head, &body), uuid(&body));
    assert_eq!(report["uuid"], uuid(&body));
    assert_ne!(uuid(&body), uuid(delivery.body()));
    // A new one goes nowhere else.
    let other = Application::answering(OK);
    let output = run(&[
        "replay",
        file.to_str().unwrap(),
        "--to",
        &other.url(),
        "--new",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(other.is_idle());
}

#[test]
fn a_length_that_is_not_the_bodys_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().to_str().unwrap();
    let program = Program::listen(&["--capture", name]);
    let delivery = signed();
    deliver(program.address(), &delivery);
    program.line();
    drop(program);
    let file = files(folder.path()).remove(0);
    let mut capture: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let headers = capture["request"]["headers"].as_array_mut().unwrap();
    let length = headers.iter_mut().find(|line| line[0] == "content-length");
    length.unwrap()[1] = "5".into();
    fs::write(&file, capture.to_string()).unwrap();
    let application = Application::answering(OK);
    let output = run(&["replay", file.to_str().unwrap(), "--to", &application.url()]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let (head, body) = application.request();
    let expected = format!("content-length: {}", delivery.body().len());
    assert!(head.to_lowercase().contains(&expected), "{head}");
    assert_eq!(body, delivery.body());
}

#[test]
fn a_file_that_cannot_be_sent_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().to_str().unwrap();
    let application = Application::answering(OK);
    let program = Program::listen(&["--capture", name]);
    deliver(program.address(), &forged());
    program.line();
    let file = files(folder.path()).remove(0);
    let file = file.to_str().unwrap();
    let to = application.url();
    let output = run(&["replay", file, "--to", &to, "--new"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("accepted")
    );
    let mut capture: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    for (member, value, message) in [
        ("version", Value::from(2), "version 2"),
        ("format", Value::from("other"), "not a capture"),
        ("redacted", Value::from(true), "copy for a report"),
        ("cut_from", Value::from(1_000_000), "was cut"),
    ] {
        let before = capture[member].take();
        capture[member] = value;
        let changed = folder.path().join("changed.json");
        fs::write(&changed, capture.to_string()).unwrap();
        let output = run(&["replay", changed.to_str().unwrap(), "--to", &to]);
        assert_eq!(output.status.code(), Some(1), "{member}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(message), "{error}");
        if before.is_null() {
            capture.as_object_mut().unwrap().remove(member);
        } else {
            capture[member] = before;
        }
    }
    let empty = tempfile::tempdir().unwrap();
    let output = run(&[
        "replay",
        "latest",
        "--folder",
        empty.path().to_str().unwrap(),
        "--to",
        &to,
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(application.is_idle());
}
