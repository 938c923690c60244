//! The webhook at Twilio that `--ensure` changes, and the URL of an ngrok agent.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::{Value, json};

use super::program::{PATIENCE, Program, TOKEN, URL, command, interrupt};

const SERVICE: &str = "VAa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5";
const WEBHOOK: &str = "YWa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5";
const BEFORE: &str = "https://before.example.com/webhook";

/// Twilio's Webhooks resource, with as much state as a Service has.
struct Api {
    url: String,
    webhooks: Arc<Mutex<Vec<Value>>>,
    /// Holds something after each answer.
    answered: Receiver<()>,
}

fn webhook(url: &str) -> Value {
    json!({
        "sid": WEBHOOK, "service_sid": SERVICE, "account_sid": "ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5",
        "friendly_name": "backend", "event_types": ["*"], "status": "enabled", "version": "v2",
        "webhook_url": url, "webhook_method": "POST"
    })
}

impl Api {
    fn new(webhooks: Vec<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let webhooks = Arc::new(Mutex::new(webhooks));
        let kept = Arc::clone(&webhooks);
        let (sender, answered) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = read(&mut stream);
                let (status, body) = answer(&request, &mut kept.lock().unwrap());
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
                );
                // Who asked may be gone.
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
                let _ = sender.send(());
            }
        });
        Self {
            url,
            webhooks,
            answered,
        }
    }

    fn urls(&self) -> Vec<String> {
        let webhooks = self.webhooks.lock().unwrap();
        let urls = webhooks
            .iter()
            .map(|webhook| webhook["webhook_url"].as_str());
        urls.map(|url| url.unwrap().to_owned()).collect()
    }

    fn listen(&self, folder: &std::path::Path, url: &str, service: &str) -> std::process::Command {
        let mut command = command(&[
            "listen",
            "--json",
            "--url",
            url,
            "--listen",
            "127.0.0.1:0",
            "--page-port",
            "off",
            "--ensure",
            service,
            "--base-url",
            &self.url,
        ]);
        command
            .env("TWILIO_ACCOUNT_SID", "ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5")
            .current_dir(folder)
            .stderr(std::process::Stdio::piped());
        command
    }
}

fn read(stream: &mut std::net::TcpStream) -> String {
    let mut request = String::new();
    let mut piece = [0; 4096];
    loop {
        let length = stream.read(&mut piece).unwrap();
        request.push_str(std::str::from_utf8(&piece[..length]).unwrap());
        let Some((head, body)) = request.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return request;
        }
    }
}

fn answer(request: &str, webhooks: &mut Vec<Value>) -> (u16, String) {
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let is_one = target.contains("/Webhooks/YW");
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let mut params = url::form_urlencoded::parse(body.as_bytes());
    let url = params
        .find(|(name, _)| name == "WebhookUrl")
        .map(|(_, url)| url.into_owned());
    match (method, is_one, webhooks.first_mut()) {
        ("GET", false, _) => {
            let meta =
                json!({"page": 0, "page_size": 50, "key": "webhooks", "next_page_url": null});
            (200, json!({"webhooks": webhooks, "meta": meta}).to_string())
        }
        ("POST", false, _) => {
            let new = webhook(&url.unwrap());
            webhooks.push(new.clone());
            (201, new.to_string())
        }
        ("GET", true, Some(webhook)) => (200, webhook.to_string()),
        ("POST", true, Some(webhook)) => {
            webhook["webhook_url"] = url.unwrap().into();
            (200, webhook.to_string())
        }
        ("DELETE", true, Some(_)) => {
            webhooks.clear();
            (204, String::new())
        }
        _ => (
            404,
            json!({"code": 20404, "message": "not found", "status": 404}).to_string(),
        ),
    }
}

#[test]
fn a_webhook_calls_the_url_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let api = Api::new(vec![webhook(BEFORE)]);
    let program = Program::start(api.listen(folder.path(), URL, SERVICE));
    assert_eq!(api.urls(), [URL]);
    assert!(program.ready["webhook"].as_str().unwrap().contains(BEFORE));
    assert_eq!(program.interrupt(), 0);
    assert_eq!(api.urls(), [BEFORE]);
}

#[test]
fn a_terminal_that_is_closed_puts_back_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let api = Api::new(vec![webhook(BEFORE)]);
    let listen = api.listen(folder.path(), URL, SERVICE);
    let words: Vec<String> = std::iter::once(listen.get_program())
        .chain(listen.get_args())
        .map(|word| format!("'{}'", word.to_str().unwrap()))
        .collect();
    let mut script = std::process::Command::new("script");
    script
        .args(["-qec", &words.join(" "), "/dev/null"])
        .env("TWILIO_AUTH_TOKEN", TOKEN)
        .env("TWILIO_ACCOUNT_SID", "ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5")
        .env_remove("WEBHOOK_URL")
        .current_dir(folder.path())
        .stdin(std::process::Stdio::null());
    let program = Program::start(script);
    assert_eq!(api.urls(), [URL]);
    // Without who holds its other end, a terminal hangs up.
    drop(program);
    while api.urls() != [BEFORE] {
        api.answered.recv_timeout(PATIENCE).unwrap();
    }
}

#[test]
fn a_second_interrupt_waits_for_nothing_and_says_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let api = Api::new(vec![webhook(BEFORE)]);
    let mut program = Program::start(api.listen(folder.path(), URL, SERVICE));
    let mut stderr = program.child.stderr.take().unwrap();
    // As long as this is held, no call is answered.
    let held = api.webhooks.lock().unwrap();
    let start = Instant::now();
    let code = loop {
        interrupt(&program.child);
        if let Some(status) = program.child.try_wait().unwrap() {
            break status.code();
        }
        assert!(start.elapsed() < PATIENCE);
    };
    drop(held);
    assert_eq!(code, Some(130));
    let mut text = String::new();
    stderr.read_to_string(&mut text).unwrap();
    let expected =
        format!("verify-webhooks webhooks update {WEBHOOK} --service {SERVICE} --url {BEFORE}");
    assert!(text.contains(&expected), "{text}");
}

#[test]
fn one_that_was_not_there_is_deleted_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let api = Api::new(Vec::new());
    let program = Program::start(api.listen(folder.path(), URL, SERVICE));
    assert_eq!(api.urls(), [URL]);
    assert_eq!(program.interrupt(), 0);
    assert!(api.urls().is_empty());
    // One that calls the URL already is left as it is.
    let api = Api::new(vec![webhook(URL)]);
    let program = Program::start(api.listen(folder.path(), URL, SERVICE));
    assert_eq!(program.interrupt(), 0);
    assert_eq!(api.urls(), [URL]);
}

#[test]
fn one_that_somebody_else_changed_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let api = Api::new(vec![webhook(BEFORE)]);
    let program = Program::start(api.listen(folder.path(), URL, SERVICE));
    api.webhooks.lock().unwrap()[0]["webhook_url"] = "https://other.example.com/".into();
    assert_eq!(program.interrupt(), 0);
    assert_eq!(api.urls(), ["https://other.example.com/"]);
}

#[test]
fn after_an_end_out_of_order_the_next_start_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let api = Api::new(vec![webhook(BEFORE)]);
    let mut program = Program::start(api.listen(folder.path(), URL, SERVICE));
    program.child.kill().unwrap();
    drop(program);
    assert_eq!(api.urls(), [URL]);
    let next = "https://next.example.com/webhook";
    let mut program = Program::start(api.listen(folder.path(), next, SERVICE));
    let mut stderr = program.child.stderr.take().unwrap();
    assert_eq!(api.urls(), [next]);
    assert_eq!(program.interrupt(), 0);
    let mut text = String::new();
    stderr.read_to_string(&mut text).unwrap();
    let expected =
        format!("verify-webhooks webhooks update {WEBHOOK} --service {SERVICE} --url {BEFORE}");
    assert!(text.contains(&expected), "{text}");
    // What was there before both is put back.
    assert_eq!(api.urls(), [BEFORE]);
}

#[test]
fn one_of_several_must_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let other = "YW00000000000000000000000000000001";
    let mut second = webhook("https://second.example.com/");
    second["sid"] = other.into();
    let api = Api::new(vec![webhook(BEFORE), second]);
    let output = api.listen(folder.path(), URL, SERVICE).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains(&format!("{SERVICE}/{WEBHOOK}")), "{error}");
    let program = Program::start(api.listen(folder.path(), URL, &format!("{SERVICE}/{WEBHOOK}")));
    assert_eq!(api.urls(), [URL, "https://second.example.com/"]);
    assert_eq!(program.interrupt(), 0);
    assert_eq!(api.urls(), [BEFORE, "https://second.example.com/"]);
}

/// Answers as the API of an ngrok agent does, once.
fn agent(tunnels: impl Fn(u16) -> Value + Send + 'static, port: u16) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let length = stream.read(&mut request).unwrap();
        assert!(request[..length].starts_with(b"GET /api/tunnels HTTP/1.1\r\n"));
        let body = tunnels(port).to_string();
        let length = body.len();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        stream
            .write_all(format!("{head}{body}").as_bytes())
            .unwrap();
    });
    url
}

fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port()
}

#[test]
fn the_url_is_that_of_the_tunnel_that_leads_here() {
    let port = free_port();
    let tunnels = |port: u16| {
        json!({"uri": "/api/tunnels", "tunnels": [
            {"name": "other", "public_url": "https://other.ngrok.app", "proto": "https", "config": {"addr": "http://localhost:1", "inspect": true}},
            {"name": "plain", "public_url": "http://abc.ngrok.app", "proto": "http", "config": {"addr": format!("http://localhost:{port}"), "inspect": true}},
            {"name": "this", "public_url": "https://abc.ngrok.app", "proto": "https", "config": {"addr": format!("http://localhost:{port}"), "inspect": true}},
        ]})
    };
    let api = agent(tunnels, port);
    let listen = format!("127.0.0.1:{port}");
    let program = Program::start(command(&[
        "listen",
        "--json",
        "--url",
        "auto/webhook",
        "--ngrok-api",
        &api,
        "--listen",
        &listen,
        "--page-port",
        "off",
    ]));
    assert_eq!(program.ready["url"], "https://abc.ngrok.app/webhook");
}

#[test]
fn a_tunnel_that_leads_elsewhere_or_none_says_what_to_start() {
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let elsewhere = |_| json!({"tunnels": [{"public_url": "https://a.ngrok.app", "config": {"addr": "http://localhost:1"}}]});
    let none = |_| json!({"tunnels": []});
    for api in [
        agent(elsewhere, port),
        agent(none, port),
        "http://127.0.0.1:1".to_owned(),
    ] {
        let mut command = command(&[
            "listen",
            "--url",
            "auto",
            "--ngrok-api",
            &api,
            "--listen",
            &listen,
            "--page-port",
            "off",
        ]);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(&format!("ngrok http {port}")), "{error}");
    }
}
