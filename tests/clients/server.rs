//! A server on loopback that answers each connection with what a test has laid ready, however wrong.

use std::io::{self, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;

use serde_json::{Value, json};

use crate::client::{HOOK, SERVICE, WEBHOOK};

pub(crate) enum Answer {
    /// Sends this and closes the connection.
    Bytes(Vec<u8>),
    /// Sends this and then nothing, until the client has gone.
    Stall(Vec<u8>),
    /// Sends this and then spaces, until the client has gone.
    Endless(Vec<u8>),
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::with_headers(status, "", body.to_string())
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::with_headers(status, "", "")
    }

    pub(crate) fn with_headers(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut answer =
            format!("HTTP/1.1 {status} x\r\nconnection: close\r\n{headers}").into_bytes();
        if status != 204 {
            answer.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
        }
        answer.extend_from_slice(b"\r\n");
        answer.extend_from_slice(body);
        Self::Bytes(answer)
    }
}

pub(crate) struct Server {
    address: SocketAddr,
    requests: Receiver<String>,
    thread: JoinHandle<()>,
}

impl Server {
    /// Answers that many connections.
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer> + Send + 'static) -> Self {
        Self::at(|_| answers)
    }

    /// As `new`, for answers that name the server itself.
    pub(crate) fn at<A>(answers: impl FnOnce(&str) -> A) -> Self
    where
        A: IntoIterator<Item = Answer> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = mpsc::channel();
        let answers: Vec<_> = answers(&format!("http://{address}")).into_iter().collect();
        let thread = std::thread::spawn(move || {
            let mut answers = answers.into_iter();
            loop {
                let (mut stream, _) = listener.accept().unwrap();
                let request = read_request(&mut stream);
                if request == STOP {
                    return;
                }
                sender.send(request).unwrap();
                // Failing to write is what a client that has gone looks like.
                let _ = answers.next().map(|answer| reply(&mut stream, answer));
            }
        });
        Self {
            address,
            requests,
            thread,
        }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the requests that came, those without an answer laid ready included.
    pub(crate) fn requests(self) -> Vec<String> {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(STOP.as_bytes()).unwrap();
        drop(stream);
        self.thread.join().unwrap();
        self.requests.into_iter().collect()
    }
}

/// What ends the server.
const STOP: &str = "stop";

/// The whole request, its line ends as `\n` and its header names in lower case; or whatever came until the end.
fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut received = BufReader::new(stream).bytes().map_while(Result::ok);
    while !bytes.ends_with(b"\r\n\r\n") {
        let Some(byte) = received.next() else {
            return String::from_utf8_lossy(&bytes).into_owned();
        };
        bytes.push(byte);
    }
    let head = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
    let mut lines = head.trim_end().lines();
    let mut request = format!("{}\n", lines.next().unwrap_or_default());
    let mut length = 0;
    let mut headers: Vec<_> = lines
        .map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            let name = name.to_ascii_lowercase();
            if name == "content-length" {
                length = value.parse().unwrap();
            }
            format!("{name}: {value}\n")
        })
        .collect();
    headers.sort();
    request.extend(headers);
    let body = received.take(length).collect();
    request.push('\n');
    request.push_str(&String::from_utf8(body).unwrap());
    request
}

fn reply(stream: &mut TcpStream, answer: Answer) -> io::Result<()> {
    match answer {
        Answer::Bytes(bytes) => stream.write_all(&bytes),
        Answer::Stall(bytes) => {
            stream.write_all(&bytes)?;
            stream.read_to_end(&mut Vec::new()).map(drop)
        }
        Answer::Endless(bytes) => {
            stream.write_all(&bytes)?;
            loop {
                stream.write_all(&[b' '; 65536])?;
            }
        }
    }
}

pub(crate) fn resource(members: Value) -> Value {
    let mut resource = json!({
        "sid": WEBHOOK,
        "friendly_name": "backend",
        "event_types": ["challenge.approved"],
        "status": "enabled",
        "version": "v2",
        "webhook_url": HOOK,
        "webhook_method": "POST",
    });
    let Value::Object(members) = members else {
        panic!("expected an object")
    };
    resource.as_object_mut().unwrap().extend(members);
    resource
}

pub(crate) fn page(webhooks: &[Value], next_page_url: Option<String>) -> Value {
    json!({"webhooks": webhooks, "meta": {"next_page_url": next_page_url}})
}

pub(crate) fn list_url(base_url: &str, query: &str) -> String {
    format!("{base_url}/v2/Services/{SERVICE}/Webhooks{query}")
}
