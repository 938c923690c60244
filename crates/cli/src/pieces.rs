//! URLs side by side: as configured, and as a request shows it.

use crate::request::Request;

/// A URL cut into what people compare.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pieces {
    pub(crate) scheme: String,
    pub(crate) host: String,
    /// Empty where none is named.
    pub(crate) port: String,
    pub(crate) path: String,
    /// Without its `?`.
    pub(crate) query: Option<String>,
}

impl Pieces {
    /// Cuts a URL as text: nothing is decoded or normalised.
    pub(crate) fn of(url: &str) -> Self {
        let url = url.split_once('#').map_or(url, |(url, _)| url);
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let end = rest.find(['/', '?', '\\']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let authority = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let (host, port) = host_and_port(authority);
        let mut pieces = Self {
            scheme: scheme.to_owned(),
            host: host.to_owned(),
            port: port.to_owned(),
            ..Self::default()
        };
        pieces.set_target(target);
        pieces
    }

    /// Cuts the URL that a request shows: what a proxy says in headers comes before what this server sees.
    pub(crate) fn seen(request: &Request) -> Self {
        let first = |name| {
            let value = request.header(name)?.split(',').next()?.trim();
            (!value.is_empty()).then_some(value)
        };
        let host = first("x-forwarded-host")
            .or_else(|| first("x-original-host"))
            .or_else(|| first("host"))
            .unwrap_or_default();
        let (host, port) = host_and_port(host);
        let mut pieces = Self {
            scheme: first("x-forwarded-proto").unwrap_or("http").to_owned(),
            host: host.to_owned(),
            port: first("x-forwarded-port").unwrap_or(port).to_owned(),
            ..Self::default()
        };
        if (pieces.scheme == "https" && pieces.port == "443")
            || (pieces.scheme == "http" && pieces.port == "80")
        {
            pieces.port.clear();
        }
        pieces.set_target(&request.target);
        pieces
    }

    pub(crate) fn set_target(&mut self, target: &str) {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        path.clone_into(&mut self.path);
        self.query = query.map(str::to_owned);
    }

    /// Path and query.
    pub(crate) fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// Puts the URL together.
    pub(crate) fn url(&self) -> String {
        let colon = if self.port.is_empty() { "" } else { ":" };
        let Self {
            scheme,
            host,
            port,
            path,
            ..
        } = self;
        let query = self.query.as_deref();
        let query = query.map_or(String::new(), |query| format!("?{query}"));
        format!("{scheme}://{host}{colon}{port}{path}{query}")
    }

    /// Compares it with another, piece by piece.
    pub(crate) fn beside(&self, seen: &Self) -> [Beside; 5] {
        let query = |pieces: &Self| pieces.query.clone().unwrap_or_default();
        [
            Beside::new("scheme", &self.scheme, &seen.scheme),
            Beside::new("host", &self.host, &seen.host),
            Beside::new("port", &self.port, &seen.port),
            Beside::new("path", &self.path, &seen.path),
            Beside::new("query", &query(self), &query(seen)),
        ]
    }
}

/// One piece of two URLs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Beside {
    pub(crate) name: &'static str,
    pub(crate) configured: String,
    pub(crate) seen: String,
}

impl Beside {
    fn new(name: &'static str, configured: &str, seen: &str) -> Self {
        Self {
            name,
            configured: configured.to_owned(),
            seen: seen.to_owned(),
        }
    }

    pub(crate) fn differs(&self) -> bool {
        self.configured != self.seen
    }
}

/// Cuts a host from its port. The colons of an IPv6 address are inside its brackets.
pub(crate) fn host_and_port(authority: &str) -> (&str, &str) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (authority, ""),
    }
}
