//! The same deliveries over TCP, through hyper and axum.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRequest as _, Request, State};
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;
use twilio_verify_webhooks::*;

use super::case::{self, Built, Case, Configuration, OverHttp, Raw};

/// Answers as the adapter does, and says in a header what the refusal was.
async fn webhook(State(receiver): State<Built>, request: Request) -> Response {
    match receive(&receiver, request).await {
        Ok(event) => format!("{} {}", event.event_type(), event.uuid()).into_response(),
        Err(refusal) => {
            let text = format!("{refusal:?}");
            let mut response = refusal.into_response();
            response
                .headers_mut()
                .insert("refusal", text.parse().unwrap());
            response
        }
    }
}

async fn receive(receiver: &Built, request: Request) -> Result<Event<'static>, Refusal> {
    match receiver {
        Built::One(receiver) => Event::from_request(request, receiver).await,
        Built::Accounts(receiver, accounts) => {
            let request = read_body(request, receiver.body_limit()).await?;
            let delivery = Delivery::from_request(&request);
            let received = receiver.receive(&delivery, |sid| accounts.get(&sid));
            received.map(|received| received.event)
        }
    }
}

/// A server for each configuration.
async fn start(configurations: HashSet<Configuration>) -> HashMap<Configuration, SocketAddr> {
    let mut addresses = HashMap::new();
    for configuration in configurations {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new()
            .fallback(webhook)
            .with_state(configuration.build());
        tokio::spawn(async { axum::serve(listener, app).await });
        addresses.insert(configuration, address);
    }
    addresses
}

fn bytes(request: &Raw) -> Vec<u8> {
    let target = request.target.as_deref().unwrap_or("/webhook");
    let mut bytes = format!(
        "{} {target} HTTP/1.1\r\nHost: example.com\r\n",
        request.method
    );
    bytes.push_str("Connection: close\r\n");
    let mut bytes = bytes.into_bytes();
    for (name, value) in &request.headers {
        bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    let length = format!("Content-Length: {}\r\n\r\n", request.body.len());
    bytes.extend_from_slice(length.as_bytes());
    bytes.extend_from_slice(&request.body);
    bytes
}

/// Sends a request and returns the head and body of the answer.
fn send(address: SocketAddr, request: &Raw) -> io::Result<(String, String)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut writer = stream.try_clone()?;
    let bytes = bytes(request);
    let sender = thread::spawn(move || {
        // A server may stop reading once it has answered.
        let _ = writer.write_all(&bytes);
    });
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(len) => answer.extend_from_slice(&piece[..len]),
            Err(_) if !answer.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    sender.join().unwrap();
    let answer = String::from_utf8(answer).map_err(io::Error::other)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    Ok((head.to_owned(), body.to_owned()))
}

/// What is not as the case says.
fn fault(case: &Case, address: SocketAddr) -> Option<String> {
    let (head, body) = match send(address, &case.request()) {
        Ok(answer) => answer,
        Err(error) => return Some(error.to_string()),
    };
    let Some(Ok(status)) = head.get(9..12).map(str::parse::<u16>) else {
        return Some(format!("no answer but {head:?}"));
    };
    let refusal = head.lines().find_map(|line| line.strip_prefix("refusal: "));
    let as_expected = match (&case.over_http, &case.accepted) {
        (Some((OverHttp::Status(expected), _)), _) => status == *expected,
        (Some(_), _) => status == 200,
        (None, Some(event_type)) => {
            status == 200 && body == format!("{event_type} {}", crate::support::UUID)
        }
        (None, None) => {
            let class = match case.class.as_deref() {
                // Nothing but a head is an answer to HEAD.
                _ if case.request().method == "HEAD" => "",
                Some("Unsupported") => "unsupported",
                Some("TooLarge") => "too large",
                Some("Malformed") => "malformed",
                Some("Signature") => "signature refused",
                other => panic!("{other:?}"),
            };
            (Some(status), refusal, &*body) == (case.status, case.refusal.as_deref(), class)
        }
    };
    (!as_expected).then(|| format!("{head}\n{body}"))
}

#[test]
fn each_delivery_is_answered_over_tcp_as_it_is_in_memory() {
    let cases: Vec<(String, Case)> = case::all()
        .into_iter()
        .filter(|(_, case)| {
            !matches!(&case.over_http, Some((OverHttp::Outcome(outcome), _)) if outcome == "not sent")
        })
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let configurations = cases.iter().map(|(_, case)| case.receiver.clone());
    let servers = runtime.block_on(start(configurations.collect()));
    let faults = cases.iter().filter_map(|(group, case)| {
        let fault = fault(case, servers[&case.receiver])?;
        Some(format!("{group}: {}: {fault}", case.name))
    });
    let faults: Vec<_> = faults.collect();
    assert!(faults.is_empty(), "{faults:#?}");
}
