//! The application that deliveries are handed to: where it is, and what it is sent.

use std::fmt;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Extensions, Method, Response, Uri};

use crate::outgoing::Client;
use crate::pieces::Pieces;
use crate::request::Request;

/// Twilio waits 15 seconds. An application that stops in a debugger takes longer, and its answer is to be seen.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The largest answer that is handed back: 8 MiB.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

/// Headers that end at the next hop (RFC 9110, section 7.6.1), and `Expect`, which asks for an answer before the body.
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Scheme, host and port of an application. Path and query are those of each request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    scheme: Scheme,
    authority: Authority,
    /// What follows the origin in the URL given: nothing or a slash, mostly.
    path_and_query: String,
}

/// Why a URL is no target.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum TargetError {
    #[error("expected a URL such as http://127.0.0.1:3000")]
    Url,
    #[error("expected a URL without user name and password")]
    Credentials,
}

impl Target {
    /// Reads a URL.
    pub(crate) fn new(url: &str) -> Result<Self, TargetError> {
        let uri: Uri = url.parse().map_err(|_| TargetError::Url)?;
        let scheme = uri.scheme().filter(|scheme| {
            [Scheme::HTTP, Scheme::HTTPS]
                .iter()
                .any(|known| known == *scheme)
        });
        let scheme = scheme.ok_or(TargetError::Url)?;
        let authority = uri.authority().ok_or(TargetError::Url)?;
        if authority.as_str().contains('@') {
            return Err(TargetError::Credentials);
        }
        let path_and_query = uri.path_and_query().map_or("", PathAndQuery::as_str);
        Ok(Self {
            scheme: scheme.clone(),
            authority: authority.clone(),
            path_and_query: path_and_query.to_owned(),
        })
    }

    /// Tells whether a URL that it was made of is an origin, or has the path and query of another URL.
    pub(crate) fn has_no_path_but(&self, url: &str) -> bool {
        let pieces = Pieces::of(url);
        ["", "/", &pieces.target()].contains(&self.path_and_query.as_str())
    }

    /// Tells whether it is the origin of a URL. A tunnel answers to both schemes, each on its default port.
    pub(crate) fn is_origin_of(&self, url: &str) -> bool {
        Self::new(url).is_ok_and(|other| {
            let default = [80, 443];
            let is_port = other.port() == self.port()
                || default.contains(&other.port()) && default.contains(&self.port());
            other.host().eq_ignore_ascii_case(self.host()) && is_port
        })
    }

    pub(crate) fn host(&self) -> &str {
        self.authority.host()
    }

    pub(crate) fn port(&self) -> u16 {
        let default = if self.scheme == Scheme::HTTPS {
            443
        } else {
            80
        };
        self.authority.port_u16().unwrap_or(default)
    }

    /// Tells whether it leads to this machine.
    pub(crate) async fn is_local(&self) -> bool {
        let addresses = self.addresses().await;
        !addresses.is_empty()
            && addresses
                .iter()
                .all(|address| address.ip().to_canonical().is_loopback())
    }

    /// Tells whether it leads to a socket that this process listens on.
    pub(crate) async fn leads_to(&self, listened: SocketAddr) -> bool {
        if self.port() != listened.port() {
            return false;
        }
        let addresses = self.addresses().await;
        addresses.iter().any(|address| {
            let ip = address.ip().to_canonical();
            let is_any = listened.ip().is_unspecified() && is_of_this_machine(ip);
            ip.is_loopback() || ip.is_unspecified() || ip == listened.ip() || is_any
        })
    }

    async fn addresses(&self) -> Vec<SocketAddr> {
        let host = self.host().trim_start_matches('[').trim_end_matches(']');
        match tokio::net::lookup_host((host, self.port())).await {
            Ok(addresses) => addresses.collect(),
            Err(_) => Vec::new(),
        }
    }

    fn uri(&self, path_and_query: &str) -> Option<Uri> {
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(PathAndQuery::try_from(path_and_query).ok()?)
            .build()
            .ok()
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

/// Which `Host` an application is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum ForwardHost {
    /// The one received, so that a framework that rebuilds the URL sees what it would see without the tool.
    #[default]
    Received,
    /// The one of the application's own URL.
    App,
}

/// An application, and how it is reached.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub(crate) target: Target,
    pub(crate) host: ForwardHost,
    client: Client,
}

/// What an application answered, or why it did not.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) response: Result<Response<Bytes>, String>,
    pub(crate) took: Duration,
}

impl Application {
    pub(crate) fn new(target: Target, host: ForwardHost, client: Client) -> Self {
        Self {
            target,
            host,
            client,
        }
    }

    /// Sends it a request.
    ///
    /// `spelling` are the extensions of a request that was received, in which the server keeps how header names were
    /// spelled.
    pub(crate) async fn send(&self, request: &Request, spelling: Extensions) -> Answered {
        let start = Instant::now();
        let response = self.exchange(request, spelling).await;
        Answered {
            response,
            took: start.elapsed(),
        }
    }

    async fn exchange(
        &self,
        request: &Request,
        spelling: Extensions,
    ) -> Result<Response<Bytes>, String> {
        let message = self.message(request, spelling);
        let message = message.ok_or_else(|| format!("cannot be sent to {}", self.target))?;
        let answer = self.client.send(message, LARGEST_ANSWER, TIMEOUT).await;
        let answer = answer.map_err(|error| format!("no answer from {}: {error}", self.target))?;
        if answer.is_cut {
            let reason = "its answer broke off, or has more than 8 MiB";
            return Err(format!("no answer from {}: {reason}", self.target));
        }
        let (mut head, body) = answer.response.into_parts();
        keep_end_to_end(&mut head.headers);
        Ok(Response::from_parts(head, body))
    }

    fn message(&self, request: &Request, spelling: Extensions) -> Option<http::Request<Bytes>> {
        let mut headers = HeaderMap::with_capacity(request.headers.len());
        for (name, value) in &request.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            headers.append(name, HeaderValue::from_bytes(value).ok()?);
        }
        keep_end_to_end(&mut headers);
        if self.host == ForwardHost::App || !headers.contains_key(HOST) {
            let own = HeaderValue::from_str(self.target.authority.as_str()).ok()?;
            headers.insert(HOST, own);
        }
        // A capture may have been changed, and a length that is not the body's makes another request of its rest.
        if let Some(length) = headers.get_mut(CONTENT_LENGTH) {
            *length = HeaderValue::from(request.body.len());
        }
        let mut message = http::Request::new(Bytes::copy_from_slice(&request.body));
        *message.method_mut() = Method::from_bytes(request.method.as_bytes()).ok()?;
        *message.uri_mut() = self.target.uri(&request.target)?;
        *message.headers_mut() = headers;
        *message.extensions_mut() = spelling;
        Some(message)
    }
}

/// Tells whether an address is one of this machine: no other can be bound.
fn is_of_this_machine(ip: IpAddr) -> bool {
    UdpSocket::bind((ip, 0)).is_ok()
}

/// Leaves out what ends at this hop, and keeps the order of the others.
fn keep_end_to_end(headers: &mut HeaderMap) {
    let named: Vec<String> = headers
        .get_all("connection")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let ends_here =
        |name: &str| HOP_BY_HOP.contains(&name) || named.iter().any(|other| other == name);
    if !headers.keys().any(|name| ends_here(name.as_str())) {
        return;
    }
    // `HeaderMap::remove` changes the order of what is left.
    let mut kept = HeaderMap::with_capacity(headers.len());
    for (name, value) in &*headers {
        if !ends_here(name.as_str()) {
            kept.append(name, value.clone());
        }
    }
    *headers = kept;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_but_one_of_this_machine_leads_to_a_socket_on_all() {
        for (ip, is_own) in [
            ("127.0.0.1", true),
            ("127.8.0.1", true),
            ("203.0.113.7", false),
        ] {
            assert_eq!(is_of_this_machine(ip.parse().unwrap()), is_own, "{ip}");
        }
    }

    #[test]
    fn a_target_leads_back_by_either_scheme() {
        let url = "https://hooks.example.com/webhook";
        for (target, leads_back) in [
            ("https://hooks.example.com", true),
            ("http://HOOKS.example.com/", true),
            ("http://hooks.example.com:443", true),
            ("http://hooks.example.com:3000", false),
            ("https://app.example.com", false),
        ] {
            let made = Target::new(target).unwrap();
            assert_eq!(made.is_origin_of(url), leads_back, "{target}");
        }
    }
}
