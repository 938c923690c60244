//! A server under load and faults.
//!
//! ```sh
//! cargo run --release -p webhook-conformance --bin load -- 200000
//! ```
//!
//! Sends so many deliveries to the example `axum`, built as this is, over connections that are kept. Every fourth is
//! forged. All the while other clients are slow, cut connections, send half bodies, bodies without end, and what is no
//! HTTP. Every genuine delivery must be handled exactly once as sent, every forged one be refused, and the memory of the
//! server must not grow with the number of deliveries. Fails if one of that does not hold; prints the figures.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "the output is what it is for, and a test may panic"
)]

use std::env;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use webhook_conformance::delivery::{Event, TOKEN};
use webhook_conformance::http::{Connection, chunk};
use webhook_conformance::server::{Server, example};

const SENDERS: usize = 16;

/// How much more memory the server may have after the second half of the deliveries than after the first.
///
/// Faulty clients come as fast as the machine lets them, and an allocator keeps what the most of them at a time took, in
/// whichever half that was. The more deliveries, the less this hides.
const ROOM: u64 = 32 * 1024 * 1024;

fn main() {
    let count = env::args()
        .nth(1)
        .map_or(20_000, |count| count.parse().unwrap());
    let server = Server::start(&example("axum"));
    let address = server.address.unwrap();

    let stop = AtomicBool::new(false);
    let faults = AtomicUsize::new(0);
    let (events, memory, took) = thread::scope(|scope| {
        for fault in FAULTS {
            let (stop, faults) = (&stop, &faults);
            scope.spawn(move || {
                // Connections that are still open, the oldest of which are cut.
                let mut open = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    open.extend(fault(address));
                    faults.fetch_add(1, Ordering::Relaxed);
                    if open.len() > 20 {
                        open.remove(0);
                    }
                }
            });
        }
        let start = Instant::now();
        let mut events = send(address, count / 2);
        let half = server.resident_bytes();
        events.extend(send(address, count - count / 2));
        let took = start.elapsed();
        let whole = server.resident_bytes();
        stop.store(true, Ordering::Relaxed);
        (events, half.zip(whole), took)
    });

    let genuine = events.len();
    server.stop_and_compare(&events);
    println!(
        "{count} deliveries over {SENDERS} connections in {:.1} s",
        took.as_secs_f64()
    );
    println!("{genuine} genuine, each handled once, as sent");
    println!("{} forged, each refused", count - genuine);
    println!(
        "{} faulty clients meanwhile",
        faults.load(Ordering::Relaxed)
    );
    if let Some((half, whole)) = memory {
        let megabytes = |bytes| bytes / 1024 / 1024;
        println!(
            "memory: {} MiB after half, {} MiB at the end",
            megabytes(half),
            megabytes(whole)
        );
        assert!(
            whole <= half + ROOM,
            "memory grew from {half} to {whole} bytes"
        );
    }
}

/// Sends deliveries over connections that are kept, and returns the events of the genuine ones.
fn send(address: SocketAddr, count: usize) -> Vec<Event> {
    let send = |sender: usize| {
        let mut events = Vec::new();
        let mut connection = Connection::open(address).unwrap();
        for n in (sender..count).step_by(SENDERS) {
            let event =
                Event::v2(["challenge.approved", "challenge.denied", "factor.verified"][n % 3]);
            let is_forged = n % 4 == 0;
            let mut request = event.request();
            if is_forged {
                let other = Event::v2("challenge.approved").signature(TOKEN);
                request = request.replace("X-Twilio-Signature", &other);
            }
            let response = connection.send(&request).unwrap();
            assert_eq!(response.status, if is_forged { 403 } else { 200 });
            events.extend((!is_forged).then_some(event));
        }
        events
    };
    thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS).map(|n| scope.spawn(move || send(n))).collect();
        let events = senders
            .into_iter()
            .flat_map(|sender| sender.join().unwrap());
        events.collect()
    })
}

/// Does something wrong on a connection, and leaves it open.
type Fault = fn(SocketAddr) -> Option<Connection>;

const FAULTS: [Fault; 5] = [slow, cut, half_a_body, endless, no_http];

/// A part of a head, and then nothing.
fn slow(address: SocketAddr) -> Option<Connection> {
    let mut connection = Connection::open(address).ok()?;
    let head = Event::v2("challenge.approved").request().head();
    let (start, _) = head.as_bytes().split_at(head.len() / 2);
    connection.stream.write_all(start).ok()?;
    Some(connection)
}

/// A whole delivery without its last byte, the connection cut after it.
fn cut(address: SocketAddr) -> Option<Connection> {
    let mut connection = Connection::open(address).ok()?;
    let mut bytes = Event::v2("challenge.approved").request().bytes();
    bytes.pop();
    let _ = connection.stream.write_all(&bytes);
    None
}

/// Half a body, and then nothing.
fn half_a_body(address: SocketAddr) -> Option<Connection> {
    let mut connection = Connection::open(address).ok()?;
    let mut bytes = Event::v2("challenge.approved").request().bytes();
    bytes.truncate(bytes.len() - 200);
    connection.stream.write_all(&bytes).ok()?;
    Some(connection)
}

/// More than the limit in chunks, until the server has had enough.
fn endless(address: SocketAddr) -> Option<Connection> {
    let mut connection = Connection::open(address).ok()?;
    let head = Event::v2("challenge.approved").request().head();
    let head = head.replace("Content-Length: ", "Transfer-Encoding: chunked\r\nX: ");
    let mut sent = connection.stream.write_all(head.as_bytes());
    for _ in 0..1000 {
        if sent.is_err() {
            break;
        }
        sent = connection.stream.write_all(&chunk(&[b'x'; 16 * 1024]));
    }
    None
}

/// What is no HTTP.
fn no_http(address: SocketAddr) -> Option<Connection> {
    let mut connection = Connection::open(address).ok()?;
    let _ = connection
        .stream
        .write_all(b"\x16\x03\x01\x02\x00\x01\r\n\r\nPOST / HTTP/9\r\nContent-Length: -1\r\n\r\n");
    let _ = connection.response();
    None
}
