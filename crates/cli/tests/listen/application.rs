//! An application behind `listen`, which keeps what it is sent, byte by byte.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};

use twilio_verify_webhooks::{AuthToken, Delivery, Receiver as WebhookReceiver};

use super::program::{PATIENCE, TOKEN, URL};

pub(crate) struct Application {
    pub(crate) address: SocketAddr,
    requests: Receiver<Vec<u8>>,
}

impl Application {
    /// Answers every request with the same bytes.
    pub(crate) fn answering(answer: &'static str) -> Self {
        Self::new(move |_| answer.as_bytes().to_vec())
    }

    /// Verifies with this crate, as an application does.
    pub(crate) fn verifying() -> Self {
        let receiver = WebhookReceiver::new(URL, AuthToken::new(TOKEN).unwrap()).unwrap();
        Self::new(move |request| {
            let (head, body) = split(request);
            let headers: Vec<(&str, &str)> = head
                .lines()
                .skip(1)
                .filter_map(|line| line.split_once(": "))
                .collect();
            let delivery = Delivery::new("POST", body).headers(headers.iter().copied());
            let status = match receiver.receive(&delivery) {
                Ok(_) => 200,
                Err(refusal) => refusal.status(),
            };
            format!("HTTP/1.1 {status} OK\r\nContent-Length: 0\r\n\r\n").into_bytes()
        })
    }

    fn new(answer: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                let request = read(&mut stream);
                let answer = answer(&request);
                if sender.send(request).is_err() {
                    return;
                }
                let _ = stream.write_all(&answer);
            }
        });
        Self { address, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next request: head and body.
    pub(crate) fn request(&self) -> (String, Vec<u8>) {
        let request = self.requests.recv_timeout(PATIENCE).unwrap();
        let (head, body) = split(&request);
        (head.to_owned(), body.to_vec())
    }

    /// Tells whether it was sent nothing more.
    pub(crate) fn is_idle(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

fn split(request: &[u8]) -> (&str, &[u8]) {
    let end = request
        .windows(4)
        .position(|end| end == b"\r\n\r\n")
        .unwrap();
    let (head, body) = request.split_at(end + 4);
    (std::str::from_utf8(head).unwrap().trim_end(), body)
}

fn read(stream: &mut std::net::TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let length = stream.read(&mut piece).unwrap();
        request.extend_from_slice(&piece[..length]);
        let Some(end) = request.windows(4).position(|end| end == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        if request.len() >= end + 4 + length {
            return request;
        }
    }
}
