use crate::signature::{UrlParts, url_variants};

/// A URL in pieces that can be exchanged.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Location {
    /// With its `://`.
    pub(super) scheme: String,
    /// User name and password with their `@`.
    pub(super) user: String,
    pub(super) host: String,
    /// With its `:`.
    pub(super) port: String,
    pub(super) path: String,
    pub(super) query: Option<String>,
    /// Where it is signed.
    pub(super) fragment: Option<String>,
}

impl Location {
    pub(super) fn new(url: &str) -> Option<Self> {
        let parts = UrlParts::new(url).ok()?;
        let (user, host, port) = parts.authority();
        let (path, query) = path_and_query(parts.rest);
        Some(Self {
            scheme: parts.scheme.to_owned(),
            user: user.to_owned(),
            host: host.to_owned(),
            port: port.to_owned(),
            path: path.to_owned(),
            query: query.map(str::to_owned),
            fragment: None,
        })
    }

    pub(super) fn text(&self) -> String {
        let Self {
            scheme,
            user,
            host,
            port,
            path,
            ..
        } = self;
        let mut text = format!("{scheme}{user}{host}{port}{path}");
        for (delimiter, piece) in [('?', &self.query), ('#', &self.fragment)] {
            if let Some(piece) = piece {
                text.push(delimiter);
                text.push_str(piece);
            }
        }
        text
    }

    /// The texts that a receiver configured with this URL would try, even if no receiver can be: the path and query of
    /// a request may hold anything.
    pub(super) fn variants(&self) -> Vec<String> {
        if self.fragment.is_some() {
            return vec![self.text()];
        }
        let mut rest = self.path.clone();
        if let Some(query) = &self.query {
            rest.extend(["?", query]);
        }
        let variants = url_variants(&self.scheme, (&self.user, &self.host, &self.port), &rest);
        variants.into_iter().map(String::from).collect()
    }

    /// Puts parameters after the query.
    pub(super) fn with_parameters(mut self, parameters: &str) -> Self {
        self.query = Some(match self.query {
            None => parameters.to_owned(),
            Some(query) if query.is_empty() || query.ends_with('&') => query + parameters,
            Some(query) => query + "&" + parameters,
        });
        self
    }
}

/// Splits a target into its path and its query.
pub(super) fn path_and_query(target: &str) -> (&str, Option<&str>) {
    match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    }
}
