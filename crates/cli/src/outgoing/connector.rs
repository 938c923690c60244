//! What opens connections: to the host of the URL, or to the proxy that the environment names for it.

use std::error::Error;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

type BoxError = Box<dyn Error + Send + Sync>;

#[derive(Debug, Clone)]
pub(super) struct Connector {
    direct: HttpConnector,
    /// The proxies of `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`; `None` if they are not asked.
    proxies: Option<Arc<Matcher>>,
}

impl Connector {
    /// Opens connections to the host of the URL.
    pub(super) fn direct() -> Self {
        let mut direct = HttpConnector::new();
        direct.enforce_http(false);
        direct.set_nodelay(true);
        Self {
            direct,
            proxies: None,
        }
    }

    /// Opens them through the proxy that the environment names for `https`, if it does.
    pub(super) fn through_proxies() -> Self {
        Self {
            proxies: Some(Arc::new(Matcher::from_env())),
            ..Self::direct()
        }
    }

    fn proxy(&self, uri: &Uri) -> Option<Intercept> {
        let is_https = uri.scheme_str() == Some("https");
        self.proxies.as_ref().filter(|_| is_https)?.intercept(uri)
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.direct.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let Some(proxy) = self.proxy(&uri) else {
            let connecting = self.direct.call(uri);
            return Box::pin(async move { connecting.await.map_err(Into::into) });
        };
        if proxy.uri().scheme_str() != Some("http") {
            let text = "expected the proxy that the environment names to start with http://";
            return Box::pin(ready(Err(text.into())));
        }
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.direct.clone());
        if let Some(credentials) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credentials.clone());
        }
        let connecting = tunnel.call(uri);
        let through = |error| format!("through the proxy that the environment names: {error}");
        Box::pin(async move { connecting.await.map_err(|error| through(error).into()) })
    }
}
