//! Printed commands are run by a shell, with a program in curl's place that writes down what it was called with.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use twilio_verify_webhooks::testing::NegativeCase;
use twilio_verify_webhooks::*;

use crate::{TOKEN, printed, trigger};

const URL: &str = "http://127.0.0.1:3000/webhook?q=%5Ba%5D&it's";

/// Writes each argument, then what it reads, each with a NUL behind.
const STUB: &str = "#!/bin/sh\n\
    for argument; do printf '%s\\000' \"$argument\"; done\n\
    case \"$*\" in *'--data-binary @-'*) cat; printf '\\000' ;; esac\n";

static STUB_FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("curl-stub");
    fs::create_dir_all(&folder).unwrap();
    let stub = folder.join("curl");
    fs::write(&stub, STUB).unwrap();
    fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).unwrap();
    folder
});

/// A request as curl would make it of its arguments.
#[derive(Debug, Default)]
struct Request {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Runs printed commands and returns the requests.
fn run(commands: &str) -> Vec<Request> {
    let path = std::env::var("PATH").unwrap();
    commands
        .split("\n\n")
        .filter(|command| !command.trim().is_empty())
        .map(|command| {
            // A script is not limited in length as an argument is.
            let mut shell = Command::new("sh")
                .env("PATH", format!("{}:{path}", STUB_FOLDER.display()))
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut script = shell.stdin.take().unwrap();
            script.write_all(command.as_bytes()).unwrap();
            script.write_all(b"\n").unwrap();
            drop(script);
            let output = shell.wait_with_output().unwrap();
            assert!(output.status.success(), "{command}");
            request(&output.stdout)
        })
        .collect()
}

/// Reads arguments as curl(1) describes them.
fn request(arguments: &[u8]) -> Request {
    let mut arguments = arguments
        .strip_suffix(b"\0")
        .unwrap()
        .split(|byte| *byte == 0)
        .map(|argument| String::from_utf8(argument.to_vec()).unwrap());
    let mut request = Request::default();
    let form = "application/x-www-form-urlencoded";
    let mut media_type = None;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--include" | "--globoff" | "--path-as-is" => {}
            "--request" => request.method = arguments.next().unwrap(),
            "--header" => {
                let header = arguments.next().unwrap();
                if let Some(name) = header.strip_suffix(':') {
                    assert_eq!(name, "content-type");
                    media_type = Some(String::new());
                } else if let Some((name, value)) = header.split_once(": ") {
                    request.headers.push((name.to_owned(), value.to_owned()));
                } else {
                    let name = header.strip_suffix(';').unwrap();
                    request.headers.push((name.to_owned(), String::new()));
                }
            }
            "--data-raw" => request.body = arguments.next().unwrap().into_bytes(),
            "--data-binary" => {
                assert_eq!(arguments.next().unwrap(), "@-");
                request.body = arguments.next().unwrap().into_bytes();
            }
            url if url.starts_with("http") => request.url = url.to_owned(),
            other => panic!("unexpected argument {other}"),
        }
    }
    let names_media_type = request
        .headers
        .iter()
        .any(|(name, _)| name == "content-type");
    if !request.body.is_empty() && !names_media_type && media_type.is_none() {
        request.headers.push(("content-type".into(), form.into()));
    }
    request
}

fn receive(request: &Request) -> Result<Event<'static>, Refusal> {
    let receiver = Receiver::builder(URL)
        .auth_token(AuthToken::new(TOKEN).unwrap())
        .accept_get()
        .build()
        .unwrap();
    let target = request.url.strip_prefix("http://127.0.0.1:3000").unwrap();
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| (name, value.as_str()));
    let delivery = Delivery::new(&request.method, &request.body)
        .target(target)
        .headers(headers);
    receiver.receive(&delivery).map(|received| received.event)
}

#[test]
fn a_printed_command_sends_the_delivery() {
    let names = [
        "John's \"Phone\" $HOME `id` \\ !x",
        "a\nb",
        "'; exit 1; '",
        "*~#&|<>(){}[]",
        "電話",
        "-",
    ];
    for name in names {
        for get in ["", "--get"] {
            let arguments = [
                "challenge.approved",
                "--url",
                URL,
                "--print-curl",
                "--factor-friendly-name",
                name,
                "--challenge-details",
                r#"{"message":"It's \"you\" & $me\n"}"#,
            ];
            let shown = printed(&trigger(get, &arguments), 0);
            assert!(!shown.contains(TOKEN));
            let [request] = &run(&shown)[..] else {
                panic!("one command expected: {shown}")
            };
            let Event::Challenge(event) = receive(request).unwrap() else {
                panic!("a challenge event")
            };
            assert_eq!(event.factor_friendly_name.as_deref(), Some(name));
            assert_eq!(
                event.details().unwrap().unwrap().message,
                "It's \"you\" & $me\n"
            );
        }
    }
}

#[test]
fn no_title_breaks_out_of_its_comment() {
    let arguments = ["a.b\nexit 1\n", "--url", URL, "--print-curl"];
    let shown = printed(&trigger("", &arguments), 0);
    let [request] = &run(&shown)[..] else {
        panic!("one command expected: {shown}")
    };
    assert!(matches!(receive(request), Err(Refusal::Event(_))));
}

#[test]
fn an_https_url_may_be_printed() {
    let arguments = ["--url", "https://mywebsite.com/webhook", "--print-curl"];
    let shown = printed(&trigger("factor.created", &arguments), 0);
    assert_eq!(run(&shown)[0].url, "https://mywebsite.com/webhook");
}

#[test]
fn a_printed_scenario_is_five_commands() {
    let shown = printed(&trigger("--scenario --print-curl --url", &[URL]), 0);
    let requests = run(&shown);
    assert_eq!(requests.len(), 5);
    assert!(requests.iter().all(|request| receive(request).is_ok()));
}

#[test]
fn printed_negative_deliveries_are_refused() {
    let name = "John's \"Phone\" $HOME";
    let arguments = ["--factor-friendly-name", name, "--url", URL];
    let shown = printed(&trigger("--negative all --print-curl", &arguments), 0);
    let requests = run(&shown);
    assert_eq!(requests.len(), NegativeCase::ALL.len());
    for (request, case) in requests.iter().zip(NegativeCase::ALL) {
        let refusal = receive(request).unwrap_err();
        assert_eq!(refusal.status(), case.status(), "{case}: {refusal}");
        match case {
            NegativeCase::EmptySignature => {
                let error = "expected a signature, found an empty X-Twilio-Signature header";
                assert_eq!(refusal.to_string(), error);
            }
            NegativeCase::JsonBody => {
                let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
                assert_eq!(body["factor_friendly_name"], name);
            }
            NegativeCase::NoMediaType => assert_eq!(refusal, MediaTypeError::Missing.into()),
            _ => {}
        }
    }
}
