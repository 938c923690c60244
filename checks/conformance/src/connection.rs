//! What a server must do with a connection, whatever comes over it.

use std::io::{self, Write as _};
use std::net::{Shutdown, SocketAddr};
use std::thread;

use crate::cases::{self, Case};
use crate::delivery::{Event, LIMIT, TOKEN};
use crate::http::{Connection, Framing, Response, chunk};
use crate::server::Server;

/// Runs all there is against a server, and then looks at what its handler did.
pub fn check(server: Server) {
    let address = server.address.unwrap();
    let mut events = Vec::new();
    for list in [cases::accepted(), cases::refused(), cases::chunked()] {
        for case in list {
            let response =
                Connection::open(address).and_then(|mut connection| connection.send(&case.request));
            compare(&case, response);
            events.extend(case.event);
        }
    }
    not_found(address);
    events.extend(reuse(address));
    declared_too_long(address);
    endless(address);
    half_a_body(address);
    events.extend(concurrent(address));
    events.extend(one_byte_chunks(&server));
    server.stop_and_compare(&events);
}

/// Compares an answer with what it must be.
///
/// # Panics
///
/// If it is another.
pub fn compare(case: &Case, response: io::Result<Response>) {
    let name = case.name;
    let response = response.unwrap_or_else(|error| panic!("{name}: {error}"));
    let text = String::from_utf8_lossy(&response.body);
    assert_eq!(response.status, case.status, "{name}: {text}");
    let expected = match case.status {
        405 => {
            assert_eq!(response.header("allow"), Some("POST"), "{name}");
            "unsupported"
        }
        415 => "unsupported",
        413 => "too large",
        400 => "malformed",
        403 => "signature refused",
        _ => return,
    };
    assert_eq!(text, expected, "{name}");
}

/// Nothing but the webhook is there.
fn not_found(address: SocketAddr) {
    let mut request = Event::v2("challenge.approved").request();
    request.target = "/webhooks".into();
    let response = Connection::open(address).unwrap().send(&request).unwrap();
    assert_eq!(response.status, 404);
}

/// A connection goes on being of use after refusals.
fn reuse(address: SocketAddr) -> Vec<Event> {
    let mut connection = Connection::open(address).unwrap();
    let mut events = Vec::new();
    let small = cases::refused()
        .into_iter()
        .filter(|case| case.status != 413);
    for refused in small {
        let response = connection.send(&refused.request);
        compare(&refused, response);
        let event = Event::v2("challenge.approved");
        let response = connection.send(&event.request());
        let response = response.unwrap_or_else(|error| panic!("after {}: {error}", refused.name));
        assert_eq!(response.status, 200, "after {}", refused.name);
        events.push(event);
    }
    events
}

/// A body that says it is too long is refused before it is sent, but for the first bytes, which Rocket waits for.
fn declared_too_long(address: SocketAddr) {
    let request = Event::v2("challenge.approved").request();
    let head = request.head();
    let declared = format!("Content-Length: {}\r\n", request.body.len());
    assert!(head.contains(&declared));
    let head = head.replace(&declared, "Content-Length: 1000000000\r\n");
    let mut connection = Connection::open(address).unwrap();
    connection.stream.write_all(head.as_bytes()).unwrap();
    connection.stream.write_all(&[b'x'; 1024]).unwrap();
    assert_eq!(connection.response().unwrap().status, 413);
}

/// A body without end is refused while it is being sent.
fn endless(address: SocketAddr) {
    let mut request = Event::v2("challenge.approved").request();
    request.framing = Framing::Chunks(1);
    let mut connection = Connection::open(address).unwrap();
    let mut stream = connection.stream.try_clone().unwrap();
    let sender = thread::spawn(move || {
        let chunk = chunk(&[b'x'; 16 * 1024]);
        let mut sent = stream.write_all(request.head().as_bytes());
        while sent.is_ok() {
            sent = stream.write_all(&chunk);
        }
    });
    assert_eq!(connection.response().unwrap().status, 413);
    let _ = connection.stream.shutdown(Shutdown::Both);
    sender.join().unwrap();
}

/// A body that breaks off is no delivery, even where what is there is one.
fn half_a_body(address: SocketAddr) {
    let event = Event::v2("challenge.approved");
    let mut bytes = event.request().bytes();
    bytes.truncate(bytes.len() - 5);
    let whole = event.request();
    let declared = format!("Content-Length: {}", whole.body.len());
    let longer = format!("Content-Length: {}", whole.body.len() + 1);
    let longer = String::from_utf8(whole.bytes())
        .unwrap()
        .replace(&declared, &longer);
    let mut unfinished = event.request();
    unfinished.framing = Framing::Chunks(100);
    let mut unfinished = unfinished.bytes();
    unfinished.truncate(unfinished.len() - 5);
    for bytes in [bytes, longer.into_bytes(), unfinished] {
        let mut connection = Connection::open(address).unwrap();
        connection.stream.write_all(&bytes).unwrap();
        connection.stream.shutdown(Shutdown::Write).unwrap();
        if let Ok(response) = connection.response() {
            assert!((400..500).contains(&response.status), "{}", response.status);
        }
    }
}

/// 200 deliveries at once, every fourth of them forged.
fn concurrent(address: SocketAddr) -> Vec<Event> {
    let deliver = |n: usize| {
        let event = Event::v2(["challenge.approved", "challenge.denied"][n % 2]);
        let genuine = !n.is_multiple_of(4);
        let key = if genuine { TOKEN } else { "another" };
        let signature = event.signature(key);
        let request = event.request().replace("X-Twilio-Signature", &signature);
        let response = Connection::open(address).unwrap().send(&request).unwrap();
        assert_eq!(response.status, if genuine { 200 } else { 403 });
        genuine.then_some(event)
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..200).map(|n| scope.spawn(move || deliver(n))).collect();
        let events = threads
            .into_iter()
            .filter_map(|thread| thread.join().unwrap());
        events.collect()
    })
}

/// How many bodies are sent at a time to see what memory they take.
const BODIES: usize = 8;

/// What a body may take, in bytes: a buffer that grows to the limit is there twice while it grows, and frameworks have
/// queues of their own, the longest that of actix-web. Kept chunk by chunk, one-byte chunks take about fifty times the
/// limit.
const MEMORY_OF_A_BODY: u64 = 16 * LIMIT as u64;

/// Bodies of the longest length in chunks of one byte take no more memory than a few times their length.
fn one_byte_chunks(server: &Server) -> Vec<Event> {
    let address = server.address.unwrap();
    let deliver = || {
        let event = Event::of_len(LIMIT);
        let mut request = event.request();
        request.framing = Framing::Chunks(1);
        let response = Connection::open(address).unwrap().send(&request).unwrap();
        assert_eq!(response.status, 200);
        event
    };
    let before = server.peak_bytes();
    let events = thread::scope(|scope| {
        let threads: Vec<_> = (0..BODIES).map(|_| scope.spawn(deliver)).collect();
        let events = threads.into_iter().map(|thread| thread.join().unwrap());
        events.collect()
    });
    if let Some((before, after)) = before.zip(server.peak_bytes()) {
        let grown = after - before;
        assert!(
            grown <= BODIES as u64 * MEMORY_OF_A_BODY,
            "{BODIES} bodies of {LIMIT} bytes took {grown} bytes"
        );
    }
    events
}
