//! The server as a child process, while its file of accounts changes.

use std::env;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Lines, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use tempfile::TempDir;
use twilio_verify_webhooks::{Algorithm, AuthToken, Key, SharedKey};

const URL: &str = "https://example.com/webhook";
const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const OTHER: &str = "ACfedcba9876543210fedcba9876543210";

struct Server {
    process: Child,
    address: String,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: Lines<BufReader<ChildStderr>>,
    file: PathBuf,
    _folder: TempDir,
}

impl Server {
    fn start(accounts: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("accounts.json");
        fs::write(&file, accounts).unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_webhook-multi-tenant"))
            .env("WEBHOOK_URL", URL)
            .env("ACCOUNTS", &file)
            .env("EVENTS", folder.path().join("events.db"))
            .env("LISTEN", "127.0.0.1:0")
            .env("CACHE_SECONDS", "0")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap()).lines();
        let stderr = BufReader::new(process.stderr.take().unwrap()).lines();
        let line = stdout.next().unwrap().unwrap();
        let address = line.strip_prefix("listening on http://").unwrap();
        Self {
            address: address.to_owned(),
            process,
            stdout,
            stderr,
            file,
            _folder: folder,
        }
    }

    /// Sends an approved challenge and returns the status.
    fn deliver(&self, account_sid: &str, uuid: &str, key: &Key) -> String {
        let params = [
            ("uuid", uuid),
            ("type", "challenge.approved"),
            ("account_sid", account_sid),
            ("service_sid", "VA0123456789abcdef0123456789abcdef"),
            ("entity_identity", "ff483d1ff591898a9942916050d2ca3f"),
            ("factor_sid", "YF0123456789abcdef0123456789abcdef"),
            ("challenge_sid", "YC0123456789abcdef0123456789abcdef"),
        ];
        let body = serde_urlencoded::to_string(params).unwrap();
        let settings = match key {
            Key::SharedKey(key) => {
                let settings = key.settings();
                format!("X-Twilio-Webhooks-Signature-Settings: {settings}\r\n")
            }
            _ => String::new(),
        };
        let request = format!(
            "POST /webhook HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
             X-Twilio-Signature: {}\r\n{settings}\r\n{body}",
            body.len(),
            key.sign(URL, params),
        );
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response.split(' ').nth(1).unwrap().to_owned()
    }

    fn replace_accounts(&mut self, accounts: &str) {
        fs::write(&self.file, accounts).unwrap();
    }

    /// Reads the log up to a line that ends so, which is not far.
    fn wait_for(&mut self, end: &str) -> String {
        let mut lines = self.stderr.by_ref().take(20);
        let line = lines.find(|line| line.as_ref().unwrap().ends_with(end));
        line.unwrap().unwrap()
    }

    #[track_caller]
    fn expect_action(&mut self, account_sid: &str, uuid: &str) {
        let line = self.stdout.next().unwrap().unwrap();
        let identity = "ff483d1ff591898a9942916050d2ca3f";
        assert_eq!(line, format!("{account_sid}: let {identity} in: {uuid}"));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn token(token: &str) -> Key {
    AuthToken::new(token).unwrap().into()
}

fn with_tokens(tokens: &str) -> String {
    format!(r#"{{"{ACCOUNT}": {{"auth_tokens": [{tokens}]}}}}"#)
}

#[test]
fn a_token_is_replaced_while_the_server_runs() {
    let (old, new) = (token("old"), token("new"));
    let mut server = Server::start(&with_tokens(r#""old""#));
    assert_eq!(server.deliver(ACCOUNT, "1", &old), "200");
    server.expect_action(ACCOUNT, "1");
    assert_eq!(server.deliver(ACCOUNT, "2", &new), "403");

    server.replace_accounts(&with_tokens(r#""new", "old""#));
    server.wait_for("keys of 1 accounts loaded");
    assert_eq!(server.deliver(ACCOUNT, "3", &new), "200");
    server.expect_action(ACCOUNT, "3");
    assert_eq!(server.deliver(ACCOUNT, "4", &old), "200");
    server.expect_action(ACCOUNT, "4");
    let line = server.wait_for("is still in use");
    assert_eq!(
        line,
        format!("{ACCOUNT}: AuthToken (key 1) is still in use")
    );

    server.replace_accounts(&with_tokens(r#""new""#));
    server.wait_for("keys of 1 accounts loaded");
    assert_eq!(server.deliver(ACCOUNT, "5", &old), "403");
    assert_eq!(server.deliver(ACCOUNT, "6", &new), "200");
    server.expect_action(ACCOUNT, "6");
}

#[test]
fn a_file_of_the_same_size_and_time_is_read_again() {
    let (old, new) = (token("old"), token("new"));
    let mut server = Server::start(&with_tokens(r#""old""#));
    let modified = fs::metadata(&server.file).unwrap().modified().unwrap();
    // Moved into place, so that it is never there with another time.
    let next = server.file.with_extension("next");
    fs::write(&next, with_tokens(r#""new""#)).unwrap();
    let file = File::options().write(true).open(&next).unwrap();
    file.set_modified(modified).unwrap();
    drop(file);
    fs::rename(next, &server.file).unwrap();
    server.wait_for("keys of 1 accounts loaded");
    assert_eq!(server.deliver(ACCOUNT, "1", &old), "403");
    assert_eq!(server.deliver(ACCOUNT, "2", &new), "200");
}

#[test]
fn a_deleted_file_takes_the_keys_along_until_it_is_back() {
    let (accounts, token) = (with_tokens(r#""token""#), token("token"));
    let mut server = Server::start(&accounts);
    assert_eq!(server.deliver(ACCOUNT, "1", &token), "200");
    fs::remove_file(&server.file).unwrap();
    let mut lines = server.stderr.by_ref().map(Result::unwrap);
    // It may be about to be written again.
    for _ in 0..2 {
        let line = lines.next().unwrap();
        assert!(line.starts_with("keys stay as they are: "), "{line}");
    }
    let line = lines.next().unwrap();
    assert!(
        line.ends_with(" is gone: keys of all accounts dropped"),
        "{line}"
    );
    // That is no word on the account, so it is not 403.
    assert_eq!(server.deliver(ACCOUNT, "2", &token), "503");

    server.replace_accounts(&accounts);
    server.wait_for("keys of 1 accounts loaded");
    assert_eq!(server.deliver(ACCOUNT, "3", &token), "200");
}

#[test]
fn a_file_that_cannot_be_used_leaves_the_keys_as_they_are() {
    let mut server = Server::start(&with_tokens(r#""old""#));
    for (accounts, complaint) in [
        (with_tokens(r#""n"#), "at 1:61"),
        (with_tokens("7"), "at 1:57"),
        (with_tokens(""), "expected at least one key"),
    ] {
        server.replace_accounts(&accounts);
        let line = server.wait_for(complaint);
        assert!(line.starts_with("keys stay as they are: "), "{line}");
    }
    assert_eq!(server.deliver(ACCOUNT, "1", &token("old")), "200");
}

#[test]
fn each_account_has_its_own_keys() {
    let shared = SharedKey::new("id", "secret", Algorithm::HmacSha256).unwrap();
    let (shared, own) = (Key::from(shared), token("token"));
    let mut server = Server::start(&format!(
        r#"{{
            "{ACCOUNT}": {{"auth_tokens": ["token"]}},
            "{OTHER}": {{"shared_keys": [{{"id": "id", "secret": "secret", "algorithm": "HMAC_SHA256"}}]}}
        }}"#
    ));
    assert_eq!(server.deliver(ACCOUNT, "1", &shared), "403");
    assert_eq!(server.deliver(OTHER, "1", &own), "403");
    assert_eq!(
        server.deliver("AC00000000000000000000000000000000", "1", &own),
        "403"
    );
    for (account_sid, key) in [(ACCOUNT, own), (OTHER, shared)] {
        assert_eq!(server.deliver(account_sid, "1", &key), "200");
        server.expect_action(account_sid, "1");
    }
}

#[test]
fn a_repeated_delivery_is_accepted_and_acted_on_once() {
    let mut server = Server::start(&with_tokens(r#""token""#));
    for uuid in ["1", "1", "2"] {
        assert_eq!(server.deliver(ACCOUNT, uuid, &token("token")), "200");
    }
    server.expect_action(ACCOUNT, "1");
    server.expect_action(ACCOUNT, "2");
}

#[test]
fn a_uuid_cannot_forge_a_line() {
    let mut server = Server::start(&with_tokens(r#""token""#));
    assert_eq!(server.deliver(ACCOUNT, "1\n2", &token("token")), "400");
    let separated = "1\u{2028}2";
    assert_eq!(server.deliver(ACCOUNT, separated, &token("token")), "200");
    server.expect_action(ACCOUNT, r"1\u{2028}2");
}

#[test]
fn a_complaint_about_the_file_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("accounts.json");
    for accounts in [
        r#"{"AC0123456789abcdef0123456789abcdef": "s3cret"}"#,
        r#"{"AC0123456789abcdef0123456789abcdef": {"auth_tokens": "s3cret"}}"#,
        r#"{"AC0123456789abcdef0123456789abcdef": {"s3cret": 1}}"#,
        r#"{"AC0123456789abcdef0123456789abcdef": {"auth_tokens": [" s3cret"]}}"#,
    ] {
        fs::write(&file, accounts).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_webhook-multi-tenant"))
            .env("WEBHOOK_URL", URL)
            .env("ACCOUNTS", &file)
            .env("EVENTS", folder.path().join("events.db"))
            .output()
            .unwrap();
        assert!(!output.status.success());
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(
            text.contains("accounts.json") && !text.contains("s3cret"),
            "{text}"
        );
    }
}
