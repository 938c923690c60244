//! The one place from which requests go out.
//!
//! A request goes to the address in its URI and nowhere else: redirects are not followed, and a proxy is used for calls of
//! Twilio's API alone, if the environment names one. It is sent as it is, with a `Host` header if it has none, and the answer
//! is returned as it is, not decompressed.

mod connector;

use std::error::Error;
use std::fmt;
use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use self::connector::Connector;
use crate::output::Failure;

/// The longest that Twilio waits for an answer.
pub(crate) const TWILIO_WAITS: Duration = Duration::from_secs(15);

#[derive(Debug, Clone)]
pub(crate) struct Client(legacy::Client<HttpsConnector<Connector>, Full<Bytes>>);

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// Status, headers, and the body up to the limit.
    pub(crate) response: Response<Bytes>,
    /// Whether the body is longer than that, or ended too early.
    pub(crate) is_cut: bool,
}

/// Why nothing came back.
#[derive(Debug, Clone)]
pub(crate) struct NoAnswer {
    pub(crate) reason: String,
    /// The server closed the connection instead.
    pub(crate) is_closed: bool,
    /// It did not come in time.
    pub(crate) is_late: bool,
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl Error for NoAnswer {}

impl NoAnswer {
    fn new(error: &(dyn Error + 'static)) -> Self {
        let mut reason = error.to_string();
        let mut is_closed = false;
        let mut next = Some(error);
        while let Some(error) = next {
            let text = error.to_string();
            if !reason.contains(&text) {
                reason = format!("{reason}: {text}");
            }
            if let Some(error) = error.downcast_ref::<std::io::Error>() {
                let closed = [
                    BrokenPipe,
                    ConnectionAborted,
                    ConnectionReset,
                    UnexpectedEof,
                ];
                is_closed |= closed.contains(&error.kind());
            }
            if let Some(error) = error.downcast_ref::<hyper::Error>() {
                is_closed |= error.is_incomplete_message() || error.is_canceled();
            }
            next = error.source();
        }
        Self {
            reason,
            is_closed,
            is_late: false,
        }
    }
}

impl Client {
    /// A client that opens a connection for each request, and trusts Mozilla's certificates and those of a PEM file.
    ///
    /// A server may close a connection that was kept at any time: an application under development restarts, and one that
    /// refused a body without reading it hangs up.
    pub(crate) fn new(ca_file: Option<&Path>) -> Result<Self, Failure> {
        Self::build(ca_file, 0, Connector::direct())
    }

    /// The same, but connections are kept, as under load.
    pub(crate) fn that_keeps_connections(ca_file: Option<&Path>) -> Result<Self, Failure> {
        Self::build(ca_file, usize::MAX, Connector::direct())
    }

    /// A client for Twilio's API, through the proxy that `HTTPS_PROXY` names, if it does.
    pub(crate) fn for_api() -> Result<Self, Failure> {
        Self::build(None, usize::MAX, Connector::through_proxies())
    }

    fn build(
        ca_file: Option<&Path>,
        most_idle: usize,
        connector: Connector,
    ) -> Result<Self, Failure> {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        if let Some(path) = ca_file {
            let unreadable =
                |error: &dyn fmt::Display| Failure::usage(format!("{}: {error}", path.display()));
            let certificates =
                CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| unreadable(&error))?;
                roots.add(certificate).map_err(|error| unreadable(&error))?;
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(Failure::failed)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        Ok(Self(
            legacy::Client::builder(TokioExecutor::new())
                .http1_preserve_header_case(true)
                .pool_max_idle_per_host(most_idle)
                .build(connector),
        ))
    }

    /// Sends a request and reads at most `most` bytes of the answer's body. All of it may take as long as `timeout`.
    pub(crate) async fn send(
        &self,
        request: Request<Bytes>,
        most: usize,
        timeout: Duration,
    ) -> Result<Answer, NoAnswer> {
        match tokio::time::timeout(timeout, self.exchange(request, most)).await {
            Ok(answer) => answer,
            Err(_) => Err(NoAnswer {
                reason: format!("no answer within {} s", timeout.as_secs_f32()),
                is_closed: false,
                is_late: true,
            }),
        }
    }

    async fn exchange(&self, request: Request<Bytes>, most: usize) -> Result<Answer, NoAnswer> {
        let response = self.0.request(request.map(Full::new)).await;
        let response = response.map_err(|error| NoAnswer::new(&error))?;
        let (parts, mut body) = response.into_parts();
        let mut read = BytesMut::new();
        let mut is_cut = false;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else {
                is_cut = true;
                break;
            };
            let Ok(mut data) = frame.into_data() else {
                continue;
            };
            let room = most.saturating_sub(read.len());
            is_cut = data.len() > room;
            data.truncate(room);
            read.extend_from_slice(&data);
            if is_cut {
                break;
            }
        }
        Ok(Answer {
            response: Response::from_parts(parts, read.freeze()),
            is_cut,
        })
    }
}
