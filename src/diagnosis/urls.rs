//! Which other URLs may have been signed.

mod escapes;
mod path;
mod query;

use std::collections::HashSet;

use url::{Host, Url};

use super::context::Context;
use super::location::{Location, cut};
use super::{Cause, Finding};

/// Ports that servers in development and behind proxies listen on.
const USUAL_PORTS: [&str; 8] = [
    ":3000", ":3001", ":4000", ":5000", ":8000", ":8080", ":8443", ":8888",
];

/// A piece of a URL.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    Scheme,
    Host,
    Port,
    Path,
    Query,
    /// All of it.
    Whole,
}

impl Piece {
    /// Whether a proxy changes it together with the others of the origin.
    const fn is_origin(self) -> bool {
        matches!(self, Self::Scheme | Self::Host | Self::Port)
    }
}

/// One piece in place of another.
struct Change {
    piece: Piece,
    /// A URL that has the piece.
    donor: Location,
    finding: Finding,
    /// Whether something leads to it, so that it is tried together with others.
    combines: bool,
}

impl Change {
    fn apply(&self, to: &mut Location) {
        let donor = self.donor.clone();
        match self.piece {
            Piece::Scheme => to.scheme = donor.scheme,
            Piece::Host => to.host = donor.host,
            Piece::Port => to.port = donor.port,
            Piece::Path => to.path = donor.path,
            Piece::Query => to.query = donor.query,
            Piece::Whole => *to = donor,
        }
    }
}

/// A URL that may have been signed.
pub(super) struct Hypothesis {
    pub(super) location: Location,
    /// The texts to try that no simpler hypothesis has.
    pub(super) forms: Vec<String>,
    pub(super) findings: Vec<Finding>,
    pub(super) combines: bool,
}

/// The hypotheses, by how many pieces differ.
pub(super) struct Hypotheses {
    pub(super) one: Vec<Hypothesis>,
    /// Two or all three of scheme, host and port, which a proxy hides together.
    pub(super) origin: Vec<Hypothesis>,
    /// Two others.
    pub(super) two: Vec<Hypothesis>,
}

/// What the URLs are derived from.
pub(super) struct Evidence<'a> {
    /// The URL as the receiver tries it.
    pub(super) base: &'a Location,
    /// Path and query of the request.
    pub(super) target: Option<&'a str>,
    pub(super) fragment: Option<&'a str>,
    /// The query configured, which that of a GET delivery starts with.
    pub(super) configured_query: Option<&'a str>,
    pub(super) context: &'a Context<'a>,
}

impl Hypotheses {
    pub(super) fn new(evidence: &Evidence<'_>) -> Self {
        let base = evidence.base;
        let changes = changes(evidence);
        let mut seen: HashSet<String> = base.forms().into_iter().collect();
        let mut add = |to: &mut Vec<Hypothesis>, changes: &[&Change]| {
            let mut location = base.clone();
            for change in changes {
                change.apply(&mut location);
            }
            let mut forms = location.forms();
            forms.retain(|form| seen.insert(form.clone()));
            if !forms.is_empty() {
                to.push(Hypothesis {
                    findings: changes
                        .iter()
                        .map(|change| change.finding.clone())
                        .collect(),
                    combines: changes.iter().all(|change| change.combines),
                    location,
                    forms,
                });
            }
        };
        let (mut one, mut origin, mut two) = (Vec::new(), Vec::new(), Vec::new());
        for change in &changes {
            add(&mut one, &[change]);
        }
        let combining: Vec<&Change> = changes.iter().filter(|change| change.combines).collect();
        let pairs = || {
            combining.iter().enumerate().flat_map(|(index, first)| {
                let others = combining.iter().skip(index.saturating_add(1));
                others
                    .filter(|second| first.piece != second.piece)
                    .map(move |second| [*first, *second])
            })
        };
        let of_origin = |pair: &[&Change; 2]| pair.iter().all(|change| change.piece.is_origin());
        for pair in pairs().filter(of_origin) {
            add(&mut origin, &pair);
        }
        for [scheme, host] in pairs() {
            if (scheme.piece, host.piece) == (Piece::Scheme, Piece::Host) {
                for port in combining
                    .iter()
                    .filter(|change| change.piece == Piece::Port)
                {
                    add(&mut origin, &[scheme, host, port]);
                }
            }
        }
        for pair in pairs().filter(|pair| !of_origin(pair)) {
            add(&mut two, &pair);
        }
        Self { one, origin, two }
    }
}

/// Lists the changes, each piece's together, the likelier first.
fn changes(evidence: &Evidence<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    scheme(evidence.base, &mut changes);
    host(evidence, &mut changes);
    port(evidence, &mut changes);
    path::changes(evidence, &mut changes);
    query::changes(evidence, &mut changes);
    whole(evidence, &mut changes);
    changes
}

fn scheme(base: &Location, changes: &mut Vec<Change>) {
    let (here, other) = if base.scheme.eq_ignore_ascii_case("https://") {
        ("https", "http")
    } else {
        ("http", "https")
    };
    changes.push(Change {
        piece: Piece::Scheme,
        donor: Location {
            scheme: format!("{other}://"),
            ..base.clone()
        },
        finding: Finding::new(Cause::Scheme).differs(here, other),
        combines: true,
    });
    let lower = base.scheme.to_ascii_lowercase();
    if lower != base.scheme {
        changes.push(Change {
            piece: Piece::Scheme,
            finding: Finding::new(Cause::Scheme).differs(
                base.scheme.trim_end_matches("://").to_owned(),
                lower.trim_end_matches("://").to_owned(),
            ),
            donor: Location {
                scheme: lower,
                ..base.clone()
            },
            combines: true,
        });
    }
}

fn host(evidence: &Evidence<'_>, changes: &mut Vec<Change>) {
    let base = evidence.base;
    let mut add = |host: &str, at: Option<&'static str>, combines| {
        let cause = if ascii(host).eq_ignore_ascii_case(&ascii(&base.host)) {
            Cause::HostSpelling
        } else {
            Cause::Host
        };
        let mut finding = Finding::new(cause).differs(base.host.clone(), host.to_owned());
        finding.at = at.map(Into::into);
        changes.push(Change {
            piece: Piece::Host,
            donor: Location {
                host: host.to_owned(),
                ..base.clone()
            },
            finding,
            combines,
        });
    };
    for (header, host, _) in &evidence.context.hosts {
        add(host, Some(header), true);
    }
    add(&base.host.to_ascii_lowercase(), None, true);
    add(&ascii(&base.host), None, true);
    match base.host.strip_prefix("www.") {
        Some(bare) => add(bare, None, true),
        None => add(&format!("www.{}", base.host), None, true),
    }
    match base.host.strip_suffix('.') {
        Some(bare) => add(bare, None, false),
        None => add(&format!("{}.", base.host), None, false),
    }
}

/// The host as it is looked up: letters outside ASCII in Punycode, and no dot at the end.
fn ascii(host: &str) -> String {
    let host = host.strip_suffix('.').unwrap_or(host);
    Host::parse(host).map_or_else(|_| host.to_owned(), |host| host.to_string())
}

fn port(evidence: &Evidence<'_>, changes: &mut Vec<Change>) {
    let base = evidence.base;
    let context = evidence.context;
    let mut add = |port: &str, at: Option<&'static str>, combines| {
        let mut finding = other_port(&base.port, port);
        finding.at = at.map(Into::into);
        changes.push(Change {
            piece: Piece::Port,
            donor: Location {
                port: port.to_owned(),
                ..base.clone()
            },
            finding,
            combines,
        });
    };
    for (header, _, port) in &context.hosts {
        if port.len() > 1 {
            add(port, Some(header), true);
        }
    }
    for (header, port) in &context.ports {
        add(&format!(":{port}"), Some(header), true);
    }
    add("", None, true);
    add(":443", None, true);
    add(":80", None, true);
    for port in USUAL_PORTS {
        add(port, None, false);
    }
}

/// Names the difference between two ports, each with its `:`.
pub(super) fn other_port(here: &str, signed: &str) -> Finding {
    let number = |port: &str| match port.strip_prefix(':') {
        Some(number) if !number.is_empty() => number.to_owned(),
        _ => "none".to_owned(),
    };
    Finding::new(Cause::Port).differs(number(here), number(signed))
}

fn whole(evidence: &Evidence<'_>, changes: &mut Vec<Change>) {
    let base = evidence.base;
    let context = evidence.context;
    let mut add = |donor: Location, finding: Finding| {
        changes.push(Change {
            piece: Piece::Whole,
            donor,
            finding,
            combines: false,
        });
    };
    if let Some(credentials) = &context.credentials {
        let user = format!("{credentials}@");
        add(
            Location {
                user,
                ..base.clone()
            },
            Cause::Credentials.into(),
        );
    }
    if let Some(fragment) = evidence.fragment {
        let fragment = Some(fragment.to_owned());
        add(
            Location {
                fragment,
                ..base.clone()
            },
            Cause::Fragment.into(),
        );
    }
    let parsed = Url::parse(&base.text()).ok();
    if let Some(location) = parsed.and_then(|url| Location::new(url.as_str())) {
        add(location, Cause::UrlNormalised.into());
    }
    for (position, url) in context.urls.iter().enumerate() {
        if let Some(location) = Location::new(url) {
            let at = format!("other URL {position}");
            add(location, Finding::new(Cause::OtherUrl).at(at));
        }
    }
}

/// The path and query of the request, and what headers say they were before.
fn targets<'e>(evidence: &'e Evidence<'_>) -> Vec<(&'static str, &'e str, Option<&'e str>)> {
    let request = evidence.target.map(|target| ("the request line", target));
    let headers = evidence.context.targets.iter().copied();
    request
        .into_iter()
        .chain(headers)
        .filter(|(_, target)| target.len() <= super::MAX_TARGET)
        .map(|(at, target)| {
            let (path, query) = cut(target);
            (at, path, query)
        })
        .collect()
}
