//! HTTP over TCP, byte by byte.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use twilio_verify_webhooks::testing::OwnedDelivery;

use super::program::PATIENCE;

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| {
            let (other, value) = line.split_once(':')?;
            other.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends bytes, and reads until the other side closes.
pub(crate) fn exchange(address: SocketAddr, request: &[u8]) -> Response {
    let mut stream = connect(address);
    stream.write_all(request).unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    let text = String::from_utf8_lossy(&response).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    Response {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// Writes a request whose answer ends the connection.
pub(crate) fn request(
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<u8> {
    let mut head = format!("{method} {target} HTTP/1.1\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() || method == "POST" {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("Connection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// Sends a delivery.
pub(crate) fn deliver(address: SocketAddr, delivery: &OwnedDelivery) -> Response {
    exchange(address, &bytes_of(delivery))
}

/// Writes a delivery as it goes over the wire.
pub(crate) fn bytes_of(delivery: &OwnedDelivery) -> Vec<u8> {
    let headers: Vec<(&str, &str)> = delivery.headers().collect();
    request(
        delivery.method(),
        delivery.target(),
        &headers,
        delivery.body(),
    )
}

/// Asks for a page as a browser does when its address is typed.
pub(crate) fn open(address: SocketAddr, path: &str) -> Response {
    let host = address.to_string();
    exchange(address, &request("GET", path, &[("Host", &host)], b""))
}

/// Sends a form of the page as its own button does.
pub(crate) fn submit(address: SocketAddr, path: &str, form: &str) -> Response {
    let (host, origin) = (address.to_string(), format!("http://{address}"));
    let headers = [
        ("Host", host.as_str()),
        ("Origin", &origin),
        ("Sec-Fetch-Site", "same-origin"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    exchange(address, &request("POST", path, &headers, form.as_bytes()))
}
