use super::context::Context;
use super::location::{Location, path_and_query};
use super::urls::is_private;
use crate::delivery::Delivery;
use crate::receiver::{AccountReceiver, Endpoint, Receiver};

/// A piece of the URL that a receiver is configured with, beside what a request shows of it.
///
/// It is for the screen of whoever configures the receiver, not for a log: unlike a [`Diagnosis`](super::Diagnosis) it
/// shows path and query, and what a request claims of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UrlPiece {
    /// `scheme`, `host`, `port`, `path` or `query`.
    pub name: &'static str,
    /// What the receiver is configured with. `None` if that has no such piece, or if the request is to say it.
    pub configured: Option<String>,
    /// What the request shows. `None` if nothing in it says, or it has no such piece.
    pub seen: Option<String>,
    /// Which header shows it, or the request line.
    pub at: Option<&'static str>,
}

impl UrlPiece {
    /// Tells whether the request shows another piece. What it does not show differs from nothing.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.at.is_some() && self.configured != self.seen
    }
}

impl Receiver {
    /// Puts the URL that the receiver is configured with beside what a request shows of it, piece by piece.
    ///
    /// The request may show what a proxy made of the URL, and anyone may send headers: what differs is a hint where to
    /// look, and [`diagnose`](Self::diagnose) tells what was signed.
    #[must_use]
    pub fn compare_url(&self, delivery: &Delivery<'_>, context: &Context<'_>) -> Vec<UrlPiece> {
        compare(self.endpoint(), delivery, context)
    }
}

impl AccountReceiver {
    /// Puts the URL that the receiver is configured with beside what a request shows of it. See
    /// [`Receiver::compare_url`].
    #[must_use]
    pub fn compare_url(&self, delivery: &Delivery<'_>, context: &Context<'_>) -> Vec<UrlPiece> {
        compare(self.endpoint(), delivery, context)
    }
}

fn compare(endpoint: &Endpoint, delivery: &Delivery<'_>, context: &Context<'_>) -> Vec<UrlPiece> {
    let Some(here) = endpoint.address.variants().next().and_then(Location::new) else {
        return Vec::new();
    };
    let is_origin = matches!(endpoint.address, crate::receiver::Address::Origin(_));
    let scheme = context.schemes.first();
    let is_public = |hint: &&super::context::Hint<(&str, &str)>| !is_private(hint.value.0);
    let host = context
        .hosts
        .iter()
        .find(is_public)
        .or(context.hosts.first());
    let named_port = host.filter(|hint| hint.value.1.len() > 1);
    let port = match (context.ports.first(), named_port) {
        (_, Some(hint)) => Some((hint.header, hint.value.1.trim_start_matches(':'))),
        (Some(hint), None) => Some((hint.header, hint.value)),
        (None, None) => host.map(|hint| (hint.header, "")),
    };
    let header = context
        .targets
        .first()
        .map(|hint| (hint.header, hint.value));
    let line = delivery.target.map(|target| ("the request line", target));
    let target = header.or(line);
    let of_target = |piece: fn(&str) -> Option<&str>| {
        let (at, target) = target?;
        Some((at, piece(target).unwrap_or_default()))
    };
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let piece = |name, configured: &str, seen: Option<(&'static str, &str)>| UrlPiece {
        name,
        configured: text(configured),
        seen: seen.and_then(|(_, seen)| text(seen)),
        at: seen.map(|(at, _)| at),
    };
    let (path, query) = if is_origin {
        ("", "")
    } else {
        (
            here.path.as_str(),
            here.query.as_deref().unwrap_or_default(),
        )
    };
    vec![
        piece(
            "scheme",
            here.scheme.trim_end_matches("://"),
            scheme.map(|hint| (hint.header, hint.value)),
        ),
        piece(
            "host",
            &here.host,
            host.map(|hint| (hint.header, hint.value.0)),
        ),
        piece("port", here.port.trim_start_matches(':'), port),
        piece(
            "path",
            path,
            of_target(|target| Some(path_and_query(target).0)),
        ),
        piece("query", query, of_target(|target| path_and_query(target).1)),
    ]
}
