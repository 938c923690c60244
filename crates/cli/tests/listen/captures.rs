//! Captures: their files, and the page of `inspect`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::program::{Program, TOKEN, URL, command, forged, run, signed, signed_for};
use super::web::{deliver, open, submit};

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    files.sort();
    files
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn captures_are_their_owners_alone() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("new/captures");
    let program = Program::listen(&["--capture", folder.to_str().unwrap()]);
    let delivery = signed();
    deliver(program.address(), &delivery);
    deliver(program.address(), &forged());
    let lines = [program.line(), program.line()];
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(
        fs::read_to_string(folder.join(".gitignore")).unwrap(),
        "*\n"
    );
    let files = files(&folder);
    assert_eq!(files.len(), 2);
    for (file, line) in files.iter().zip(&lines) {
        assert_eq!(mode(file), 0o600);
        assert_eq!(line["capture"].as_str().unwrap(), file.to_str().unwrap());
        let capture: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        assert_eq!(capture["format"], "verify-webhooks capture");
        assert_eq!(capture["version"], 1);
        assert_eq!(capture["outcome"], line["outcome"]);
        assert_eq!(capture["request"]["target"], "/webhook?tenant=1");
        assert!(!capture.to_string().contains(TOKEN));
    }
    let capture: Value = serde_json::from_slice(&fs::read(&files[0]).unwrap()).unwrap();
    let body = capture["request"]["body"].as_str().unwrap();
    assert_eq!(body.as_bytes(), delivery.body());
}

#[test]
fn a_folder_that_others_can_read_is_not_written_to() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("open");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(folder.join("something"), "").unwrap();
    let arguments = [
        "listen",
        "--url",
        "https://a.example/",
        "--listen",
        "127.0.0.1:0",
        "--page-port",
        "off",
    ];
    let output = run(&[&arguments[..], &["--capture", folder.to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("chmod 700"), "{error}");
    // An empty one is closed.
    fs::remove_file(folder.join("something")).unwrap();
    let program = Program::listen(&["--capture", folder.to_str().unwrap()]);
    assert_eq!(mode(&folder), 0o700);
    drop(program);
}

#[test]
fn bytes_that_are_no_text_are_kept() {
    let parent = tempfile::tempdir().unwrap();
    let program = Program::listen(&["--capture", parent.path().to_str().unwrap()]);
    deliver(
        program.address(),
        &forged().with_body(b"a=\xff\xfe\x00".to_vec()),
    );
    let line = program.line();
    let file = line["capture"].as_str().unwrap();
    let capture: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    assert_eq!(capture["request"]["body"]["base64"], "YT3//gA=");
}

#[test]
fn the_page_saves_where_nothing_is_captured() {
    let parent = tempfile::tempdir().unwrap();
    let mut command = command(&[
        "listen",
        "--json",
        "--url",
        "https://a.example/",
        "--listen",
        "127.0.0.1:0",
        "--page-port",
        "0",
    ]);
    command.current_dir(parent.path());
    let program = Program::start(command);
    deliver(program.address(), &forged());
    program.line();
    let (address, path) = program.page();
    let response = submit(address, &format!("{path}deliveries/1/save"), "");
    assert_eq!(response.status, 303, "{response:?}");
    let folder = parent.path().join("captures");
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(files(&folder).len(), 1);
    let page = open(address, &format!("{path}deliveries/1")).body;
    assert!(page.contains("captures/"), "{page}");
}

#[test]
fn a_folder_is_shown_and_nothing_can_be_done_with_it() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().to_str().unwrap();
    let program = Program::listen(&["--capture", folder]);
    deliver(program.address(), &signed());
    deliver(program.address(), &forged());
    program.line();
    program.line();
    drop(program);
    fs::write(parent.path().join("other.json"), "{}").unwrap();
    let mut command = command(&["inspect", folder, "--page-port", "0", "--json"]);
    command.env_remove("TWILIO_AUTH_TOKEN");
    let program = Program::start(command);
    assert_eq!(program.ready["captures"], 2);
    let (address, path) = program.page();
    let page = open(address, &path).body;
    assert_eq!(page.matches("data-outcome=").count(), 2);
    let details = open(address, &format!("{path}deliveries/2")).body;
    assert!(
        details.contains("No key given here made this signature"),
        "{details}"
    );
    assert!(!details.contains("method=\"post\""));
    for action in ["deliveries/1/replay", "deliveries/1/save", "next-answer"] {
        let response = submit(address, &format!("{path}{action}"), "as=same&status=500");
        assert!(
            [404, 409].contains(&response.status),
            "{action}: {response:?}"
        );
    }
    assert_eq!(program.interrupt(), 0);
}

#[test]
fn a_copy_for_a_report_names_nobody() {
    let program = Program::listen(&[]);
    let delivery = signed();
    deliver(program.address(), &delivery);
    program.line();
    let (address, path) = program.page();
    let own = open(address, &format!("{path}deliveries/1/curl")).body;
    let report = open(address, &format!("{path}deliveries/1/curl?for=report")).body;
    let signature = delivery
        .headers()
        .find(|(name, _)| *name == "x-twilio-signature");
    let (_, signature) = signature.unwrap();
    assert!(own.contains(signature));
    assert!(!report.to_lowercase().contains("x-twilio-signature"));
    for (name, value) in url::form_urlencoded::parse(delivery.body()) {
        if !["type", "factor_type"].contains(&&*name) {
            assert!(!report.contains(&*value), "{name}");
            let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            assert!(!report.contains(&encoded), "{name}");
        }
    }
    assert!(report.contains("challenge.approved"));
    // The same each time.
    assert_eq!(
        report,
        open(address, &format!("{path}deliveries/1/curl?for=report")).body
    );
}

#[test]
fn a_copy_for_a_report_has_no_sid_of_the_url() {
    let sid = "ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5";
    let url = format!("https://hooks.example.com/webhook?account={sid}");
    let other = format!("https://other.example.com/webhook?account={sid}");
    let arguments = ["--listen", "127.0.0.1:0", "--page-port", "0", "--json"];
    let program = Program::start(command(
        &[&["listen", "--url", &url][..], &arguments].concat(),
    ));
    deliver(program.address(), &signed_for(&url));
    deliver(program.address(), &signed_for(&other));
    let lines = [program.line(), program.line()];
    assert_eq!(
        lines.map(|line| line["outcome"].clone()),
        ["accepted", "refused"]
    );
    let (address, path) = program.page();
    for id in [1, 2] {
        let report = open(address, &format!("{path}deliveries/{id}/report")).body;
        assert!(report.contains("hooks.example.com"), "{report}");
        assert!(!report.contains(sid), "{report}");
    }
}

#[test]
fn what_is_in_somebody_elses_capture_stays_text() {
    let folder = undiagnosed();
    let file = files(folder.path()).remove(0);
    let mut capture: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let text = "<b>\u{1b}[2J\u{202e}";
    capture["application"] = serde_json::json!({
        "target": text, "status": 200, "headers": [[text, text]], "body": text, "error": text, "took_ms": 1,
    });
    capture["explanation"] = serde_json::json!({
        "sentence": text, "steps": [{"text": text, "command": text}], "causes": [text], "diagnosis": {text: text},
    });
    for member in ["message", "url"] {
        capture[member] = text.into();
    }
    fs::write(&file, capture.to_string()).unwrap();
    // What is no file is passed over, and not waited for.
    let pipe = folder.path().join("pipe.json");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let folder = folder.path().to_str().unwrap();
    let program = Program::start(command(&["inspect", folder, "--page-port", "0", "--json"]));
    assert_eq!(program.ready["captures"], 1);
    let (address, path) = program.page();
    for path in [path.clone(), format!("{path}deliveries/1")] {
        let page = open(address, &path).body;
        assert!(page.contains("\\u{1b}[2J\\u{202e}"), "{page}");
        assert!(!page.contains(['\u{1b}', '\u{202e}']), "{page}");
        assert!(!page.contains("<b>\\u"), "{page}");
    }
}

#[test]
fn diagnose_reads_captures_and_copies_for_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::listen(&["--capture", folder.path().to_str().unwrap()]);
    let delivery = signed_for("https://new.example.com/webhook?tenant=1");
    deliver(program.address(), &delivery);
    program.line();
    let (address, path) = program.page();
    let report = open(address, &format!("{path}deliveries/1/report")).body;
    let copy = folder.path().join("report.json");
    fs::write(&copy, &report).unwrap();
    assert!(!report.to_lowercase().contains("x-twilio-signature"));
    let file = files(folder.path()).remove(0);
    let diagnosed = run(&["diagnose", "--url", URL, file.to_str().unwrap(), "--json"]);
    assert_eq!(diagnosed.status.code(), Some(1), "{diagnosed:?}");
    let diagnosis: Value = serde_json::from_slice(&diagnosed.stdout).unwrap();
    assert_eq!(diagnosis["causes"][0]["cause"], "host");
    // The copy explains the same, without its signature.
    let copied = run(&["diagnose", "--url", URL, copy.to_str().unwrap(), "--json"]);
    assert_eq!(copied.status.code(), Some(1));
    let of_copy: Value = serde_json::from_slice(&copied.stdout).unwrap();
    assert_eq!(of_copy["causes"], diagnosis["causes"]);
    let text = run(&["diagnose", "--url", URL, copy.to_str().unwrap()]).stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("the host differs"), "{text}");
}

/// A folder with a capture that was not diagnosed, of a delivery that was signed for another host.
fn undiagnosed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::listen(&["--capture", folder.path().to_str().unwrap()]);
    let delivery = signed_for("https://new.example.com/webhook?tenant=1");
    deliver(program.address(), &delivery);
    let line = program.line();
    drop(program);
    let file = line["capture"].as_str().unwrap();
    let mut capture: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    capture["explanation"] = Value::Null;
    fs::write(file, capture.to_string()).unwrap();
    folder
}

#[test]
fn a_capture_is_diagnosed_when_it_is_opened_if_there_is_a_key() {
    let folder = undiagnosed();
    let opened = |arguments: &[&str], has_key: bool| {
        let own = [
            "inspect",
            folder.path().to_str().unwrap(),
            "--page-port",
            "0",
            "--json",
        ];
        let mut command = command(&[&own[..], arguments].concat());
        if !has_key {
            command.env_remove("TWILIO_AUTH_TOKEN");
        }
        let program = Program::start(command);
        let (address, path) = program.page();
        let details = open(address, &format!("{path}deliveries/1")).body;
        assert!(!details.contains(TOKEN) && !details.contains("method=\"post\""));
        assert_eq!(program.interrupt(), 0);
        details
    };
    let details = opened(&[], true);
    assert!(details.contains("the host differs"), "{details}");
    // With the URL that Twilio calls there is nothing to explain but the refusal that is in the file.
    let details = opened(&["--url", "https://new.example.com/webhook?tenant=1"], true);
    assert!(!details.contains("the host differs"), "{details}");
    let details = opened(&[], false);
    assert!(details.contains("inspect has no key"), "{details}");
    assert!(details.contains("verify-webhooks diagnose "), "{details}");
    let wrong = run(&[
        "inspect",
        folder.path().to_str().unwrap(),
        "--page-port",
        "0",
        "--url",
        "no URL",
    ]);
    assert_eq!(wrong.status.code(), Some(2));
}
