//! Who may ask for the page: the browser of this machine, for its own user.
//!
//! Any site that a developer visits can make the browser send requests to loopback, and can give its own name the
//! address 127.0.0.1 (DNS rebinding). Such a request names a foreign `Host`, or says in `Sec-Fetch-Site` or `Origin` where
//! it comes from. A tunnel that leads to the wrong port adds headers of a proxy. And another user of the machine does not
//! know the key.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use subtle::ConstantTimeEq as _;

use super::problem;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

pub(super) struct Guard {
    /// The names of loopback with the port.
    hosts: [String; 3],
    key: String,
}

impl Guard {
    pub(super) fn new(port: u16, key: &str) -> Self {
        Self {
            hosts: ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}:{port}")),
            key: key.to_owned(),
        }
    }

    /// Says what is wrong with a request, if something is.
    fn refusal(&self, request: &Request) -> Option<(StatusCode, &'static str)> {
        let headers = request.headers();
        let Some(host) = only(headers, &header::HOST).filter(|host| self.is_own(host)) else {
            return Some((
                StatusCode::FORBIDDEN,
                "This page answers to 127.0.0.1 and localhost alone. Open the address that the program printed when it started.",
            ));
        };
        let authority = request.uri().authority();
        if authority.is_some_and(|authority| authority.as_str() != host) {
            return Some((
                StatusCode::FORBIDDEN,
                "The request line names another host than the Host header.",
            ));
        }
        if headers.keys().any(is_of_proxy) {
            return Some((
                StatusCode::FORBIDDEN,
                "This request came through a proxy or tunnel, and this page is for this machine alone. Let the tunnel lead to the address of --listen.",
            ));
        }
        let is_post = request.method() != Method::GET && request.method() != Method::HEAD;
        let is_own_site = match (headers.get(SEC_FETCH_SITE), is_post) {
            (None, _) => true,
            (Some(_), true) => only(headers, &SEC_FETCH_SITE) == Some("same-origin"),
            (Some(_), false) => {
                let site = only(headers, &SEC_FETCH_SITE);
                matches!(site, Some("same-origin" | "none"))
            }
        };
        let is_own_origin = match (headers.get(header::ORIGIN), is_post) {
            (None, is_post) => !is_post,
            (Some(_), _) => {
                let origin = only(headers, &header::ORIGIN);
                origin.and_then(|origin| origin.strip_prefix("http://")) == Some(host)
            }
        };
        if !is_own_site || !is_own_origin {
            return Some((
                StatusCode::FORBIDDEN,
                "Another site sent this request. Open the address that the program printed when it started, in a window of its own.",
            ));
        }
        let path = request.uri().path();
        let key = path.trim_start_matches('/').split('/').next();
        let key = key.unwrap_or_default();
        if !bool::from(key.as_bytes().ct_eq(self.key.as_bytes())) {
            return Some((
                StatusCode::NOT_FOUND,
                "There is nothing here. Open the address that the program printed when it started; it holds a new key each time.",
            ));
        }
        None
    }

    fn is_own(&self, host: &str) -> bool {
        self.hosts.iter().any(|own| own == host)
    }
}

/// Lets requests through that nothing is wrong with, and sets the headers that keep the page to itself.
pub(super) async fn guard(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match guard.refusal(&request) {
        Some((status, text)) => problem(status, text),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // Not `no-referrer`: with it, browsers send `Origin: null` with the page's own forms.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Returns the value of a header that is there once, as text.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// Tells whether a proxy adds this header.
fn is_of_proxy(name: &HeaderName) -> bool {
    let name = name.as_str();
    matches!(name, "forwarded" | "via" | "x-real-ip" | "x-original-host")
        || name.starts_with("x-forwarded-")
}
