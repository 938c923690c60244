//! Which other URLs may have been signed.

mod escapes;
mod origin;
mod path;
mod query;

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use url::Url as ParsedUrl;

pub(super) use self::origin::{is_private, other_port};
use super::context::Context;
use super::location::{Location, path_and_query};
use super::{Cause, Finding};

/// How many origins are tried together with another path or query.
const MOST_WITH_URLS: usize = 6;

/// How many origins are tried together with another body.
const MOST_WITH_BODIES: usize = 4;

/// How many paths and queries are tried together with another parameter.
const MOST_RESTS: usize = 12;

/// How many queries are tried together with a prefix and what a proxy hides.
const MOST_QUERIES: usize = 8;

/// How many paths, by themselves and with what a proxy hides, are tried together with frequent changes of parameters.
const MOST_PLACES: usize = 30;

/// What takes the place of a piece of a URL.
enum Piece {
    Scheme(String),
    Host(String),
    Port(String),
    Path(String),
    Query(Option<String>),
    /// All of it.
    Whole(Location),
}

/// One piece in place of another.
pub(super) struct Change {
    piece: Piece,
    findings: Vec<Finding>,
    /// Whether something in the request leads to it, so that it is tried together with more.
    is_led_to: bool,
    /// Whether the request line or a header gives it and no guess does.
    is_given: bool,
}

impl Change {
    fn new(piece: Piece, finding: impl Into<Finding>, is_led_to: bool) -> Self {
        Self {
            piece,
            findings: vec![finding.into()],
            is_led_to,
            is_given: false,
        }
    }

    fn is_of_prefix(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|finding| finding.cause == Cause::PathPrefix)
    }

    fn apply(&self, to: &mut Location) {
        match &self.piece {
            Piece::Scheme(scheme) => to.scheme.clone_from(scheme),
            Piece::Host(host) => to.host.clone_from(host),
            Piece::Port(port) => to.port.clone_from(port),
            Piece::Path(path) => to.path.clone_from(path),
            Piece::Query(query) => to.query.clone_from(query),
            Piece::Whole(location) => to.clone_from(location),
        }
    }
}

/// A URL that may have been signed.
#[derive(Clone)]
pub(super) struct Url {
    pub(super) location: Location,
    /// The texts to try.
    pub(super) variants: Vec<String>,
    pub(super) findings: Vec<Finding>,
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

/// The changes, each piece's together, the likelier first.
pub(super) struct Changes {
    schemes: Vec<Change>,
    hosts: Vec<Change>,
    ports: Vec<Change>,
    paths: Vec<Change>,
    queries: Vec<Change>,
    /// Path and query together, as one header has them.
    targets: Vec<[Change; 2]>,
    wholes: Vec<Change>,
}

impl Changes {
    pub(super) fn new(evidence: &Evidence<'_>) -> Self {
        Self {
            schemes: origin::schemes(evidence),
            hosts: origin::hosts(evidence),
            ports: origin::ports(evidence),
            paths: path::changes(evidence),
            queries: query::changes(evidence),
            targets: targets(evidence)
                .into_iter()
                .filter_map(|(at, path, query)| {
                    let path = path::given(evidence.base, at, path)?;
                    Some([path, query::given(evidence.base, at, query)?])
                })
                .collect(),
            wholes: wholes(evidence),
        }
    }

    /// Path, query, or both in place of others.
    fn rests(&self) -> Vec<Vec<&Change>> {
        let one = self.paths.iter().chain(&self.queries);
        let mut rests: Vec<Vec<&Change>> = one.map(|change| vec![change]).collect();
        rests.extend(self.targets.iter().map(|both| both.iter().collect()));
        rests.extend(self.both(|path| path.is_led_to));
        rests
    }

    /// A path and a query, each with one difference, and one that something leads to.
    fn both(&self, of_path: impl Fn(&Change) -> bool) -> Vec<Vec<&Change>> {
        let mut both = Vec::new();
        for path in self
            .paths
            .iter()
            .filter(|path| path.findings.len() == 1 && of_path(path))
        {
            let is_simple = |query: &&Change| query.is_led_to && query.findings.len() == 1;
            both.extend(
                self.queries
                    .iter()
                    .filter(is_simple)
                    .map(|query| vec![path, query]),
            );
        }
        both
    }
}

/// The URLs that may have been signed, by how many pieces differ. Each text is in one of them only, the simplest.
pub(super) struct Urls<'c> {
    base: Location,
    changes: &'c Changes,
    /// One difference.
    pub(super) one: Vec<Url>,
    /// Scheme, host and port, two or three of them.
    pub(super) origins: Vec<Url>,
    /// What a proxy hides as a rule.
    proxies: Vec<Vec<&'c Change>>,
    hasher: RandomState,
    seen: HashSet<u64>,
}

impl<'c> Urls<'c> {
    pub(super) fn new(base: &Location, changes: &'c Changes) -> Self {
        let mut urls = Self {
            base: base.clone(),
            changes,
            one: Vec::new(),
            origins: Vec::new(),
            proxies: origin::proxies(&changes.schemes, &changes.hosts, &changes.ports),
            hasher: RandomState::new(),
            seen: HashSet::new(),
        };
        for variant in base.variants() {
            urls.seen.insert(urls.hasher.hash_one(&variant));
        }
        let Changes {
            schemes,
            hosts,
            ports,
            paths,
            queries,
            wholes,
            ..
        } = changes;
        let is_one = |change: &&Change| change.findings.len() == 1;
        for is_given in [false, true] {
            for pieces in [schemes, hosts, ports, paths, queries, wholes] {
                let pieces = pieces.iter().filter(|change| change.is_given == is_given);
                for change in pieces.filter(is_one) {
                    let url = urls.unseen(&[change]);
                    urls.one.extend(url);
                }
            }
        }
        for picks in origin::together(schemes, hosts, ports) {
            let url = urls.unseen(&picks);
            urls.origins.extend(url);
        }
        urls
    }

    /// The URL as the receiver tries it.
    pub(super) fn base(&self) -> Url {
        self.url(&[])
    }

    /// The URL as the receiver tries it, without variants that are rarely signed.
    pub(super) fn likely_base(&self) -> Url {
        self.likely(&[])
    }

    /// The origins that a proxy hides as a rule, to be tried with another body.
    pub(super) fn proxies(&self) -> Vec<Url> {
        let proxies = self.proxies.iter().take(MOST_WITH_BODIES);
        self.distinct(proxies.map(Vec::as_slice))
    }

    /// What makes URLs with two differences, what a proxy hides counting as one.
    pub(super) fn two(&self) -> Vec<Vec<&'c Change>> {
        let changes = self.changes;
        let origins = [&changes.schemes, &changes.hosts, &changes.ports];
        let led_to = |pieces: &'c [Change]| pieces.iter().filter(|change| change.is_led_to);
        let rests = changes.rests();
        let several = rests.iter().filter(|rest| rest.len() > 1);
        let mut picks: Vec<Vec<&Change>> = several.cloned().collect();
        let several = changes.paths.iter().chain(&changes.queries);
        let several = several.filter(|change| change.findings.len() > 1);
        picks.extend(several.map(|change| vec![change]));
        picks.extend(changes.both(|path| !path.is_led_to));
        for proxy in self.proxies.iter().take(MOST_WITH_URLS) {
            picks.extend(rests.iter().map(|rest| [proxy.as_slice(), rest].concat()));
        }
        for origin in origins.into_iter().flat_map(|pieces| led_to(pieces)) {
            let rests = rests.iter();
            let rests = rests.filter(|rest| rest.iter().all(|change| change.is_led_to));
            picks.extend(rests.map(|rest| [&[origin], rest.as_slice()].concat()));
        }
        picks
    }

    /// The URLs with one difference that something leads to or a usual prefix makes, and what headers say of path and
    /// query with what a proxy hides: to be tried with another body.
    pub(super) fn led_to(&self) -> Vec<Url> {
        let changes = self.changes;
        let Changes {
            schemes,
            hosts,
            ports,
            paths,
            queries,
            wholes,
            ..
        } = changes;
        let pieces = [schemes, hosts, ports, paths, queries, wholes];
        let is_likely = |change: &&Change| {
            change.findings.len() == 1 && (change.is_led_to || change.is_of_prefix())
        };
        let one = pieces.into_iter().flatten().filter(is_likely);
        let mut picks: Vec<Vec<&Change>> = one.map(|change| vec![change]).collect();
        let is_given = |change: &&Change| {
            change.is_led_to && change.findings.iter().all(|finding| finding.at.is_some())
        };
        let mut rests: Vec<Vec<&Change>> = changes.rests();
        rests.retain(|rest| rest.iter().all(is_given));
        picks.extend(rests.iter().filter(|rest| rest.len() > 1).cloned());
        for proxy in self.proxies.iter().take(MOST_WITH_BODIES) {
            picks.extend(rests.iter().map(|rest| [proxy.as_slice(), rest].concat()));
        }
        self.distinct(picks.iter().map(Vec::as_slice))
    }

    /// The URLs with another path or query that something leads to, or a usual prefix: to be tried with another
    /// parameter. What a header names comes first.
    pub(super) fn rests(&self) -> Vec<Url> {
        let rests = self.changes.paths.iter().chain(&self.changes.queries);
        let is_likely = |change: &&Change| {
            change.findings.len() == 1 && (change.is_led_to || change.is_of_prefix())
        };
        let mut picks: Vec<[&Change; 1]> = rests.filter(is_likely).map(|change| [change]).collect();
        picks.sort_by_key(|[change]| !change.is_led_to);
        picks.truncate(MOST_RESTS);
        self.distinct(picks.iter().map(<[&Change; 1]>::as_slice))
    }

    /// The paths that something leads to, and usual prefixes. What a header names comes first.
    fn likely_paths(&self) -> Vec<&'c Change> {
        let paths = self.changes.paths.iter();
        let is_likely = |change: &&Change| {
            change.findings.len() == 1 && (change.is_led_to || change.is_of_prefix())
        };
        let mut paths: Vec<&Change> = paths.filter(is_likely).collect();
        let is_named = |change: &Change| {
            change.is_led_to && change.findings.iter().all(|finding| finding.at.is_some())
        };
        paths.sort_by_key(|change| (!is_named(change), !change.is_led_to));
        paths
    }

    /// The URLs with a prefix and another query, both with what a proxy hides.
    pub(super) fn with_prefix_and_query(&self) -> Vec<Url> {
        let is_simple = |query: &&Change| query.is_led_to && query.findings.len() == 1;
        let queries = self.changes.queries.iter().filter(is_simple);
        let queries: Vec<&Change> = queries.take(MOST_QUERIES).collect();
        let mut picks: Vec<Vec<&Change>> = Vec::new();
        for proxy in self.proxies.iter().take(MOST_WITH_BODIES) {
            let paths = self.likely_paths().into_iter();
            for path in paths.filter(|path| path.is_of_prefix()) {
                let both = queries
                    .iter()
                    .map(|query| [proxy.as_slice(), &[path, query]].concat());
                picks.extend(both);
            }
        }
        self.distinct(picks.iter().map(Vec::as_slice))
    }

    /// The URLs with what a proxy hides and another path that something leads to or a usual prefix makes.
    pub(super) fn paths_behind_proxies(&self) -> Vec<Url> {
        let paths = self.likely_paths();
        let proxies = self.proxies.iter().take(MOST_WITH_BODIES);
        let picks: Vec<Vec<&Change>> = proxies
            .flat_map(|proxy| {
                paths
                    .iter()
                    .map(|path| [proxy.as_slice(), &[path]].concat())
            })
            .collect();
        self.distinct(picks.iter().map(Vec::as_slice))
    }

    /// The likeliest of those, and the paths by themselves.
    pub(super) fn places(&self) -> Vec<Url> {
        let mut picks: Vec<Vec<&Change>> = Vec::new();
        for path in self.likely_paths() {
            let proxies = self.proxies.iter().take(2);
            picks.push(vec![path]);
            picks.extend(proxies.map(|proxy| [proxy.as_slice(), &[path]].concat()));
        }
        picks.truncate(MOST_PLACES);
        self.distinct(picks.iter().map(Vec::as_slice))
    }

    /// The URLs with the variants that are likely, each text once.
    fn distinct<'p>(&self, picks: impl Iterator<Item = &'p [&'c Change]>) -> Vec<Url>
    where
        'c: 'p,
    {
        let mut seen: HashSet<u64> = HashSet::new();
        let mut urls = Vec::new();
        for picks in picks {
            let mut url = self.likely(picks);
            url.variants
                .retain(|variant| seen.insert(self.hasher.hash_one(variant)));
            if !url.variants.is_empty() {
                urls.push(url);
            }
        }
        urls
    }

    /// The URL without variants that are rarely signed: with the default port, and with the port of a private host at
    /// that of a proxy.
    fn likely(&self, picks: &[&Change]) -> Url {
        let mut url = self.url(picks);
        let is = |wanted: fn(&Piece) -> bool| picks.iter().any(|change| wanted(&change.piece));
        // The port of a server in development is not that of the proxy.
        let other_host = is_private(&self.base.host) && is(|piece| matches!(piece, Piece::Host(_)));
        let other_port = is(|piece| matches!(piece, Piece::Port(_)));
        let rare = match (url.location.port.is_empty(), other_host && !other_port) {
            (true, _) => 1,
            (false, true) => 0,
            (false, false) => return url,
        };
        if url.location.fragment.is_none() {
            let mut position = 0_usize..;
            url.variants
                .retain(|_| position.next().is_some_and(|position| position % 2 != rare));
        }
        url
    }

    fn url(&self, picks: &[&Change]) -> Url {
        let mut location = self.base.clone();
        for change in picks {
            change.apply(&mut location);
        }
        let findings = picks.iter().flat_map(|change| change.findings.iter());
        Url {
            variants: location.variants(),
            findings: findings.cloned().collect(),
            location,
        }
    }

    /// The URL with the texts that no simpler one has.
    pub(super) fn unseen(&mut self, picks: &[&Change]) -> Option<Url> {
        let mut url = self.url(picks);
        let (seen, hasher) = (&mut self.seen, &self.hasher);
        url.variants
            .retain(|variant| seen.insert(hasher.hash_one(variant)));
        (!url.variants.is_empty()).then_some(url)
    }
}

fn wholes(evidence: &Evidence<'_>) -> Vec<Change> {
    let base = evidence.base;
    let context = evidence.context;
    let mut changes = Vec::new();
    let mut add = |location: Location, finding: Finding| {
        changes.push(Change::new(Piece::Whole(location), finding, true));
    };
    if let Some(credentials) = &context.credentials {
        let user = format!("{credentials}@");
        let location = Location {
            user,
            ..base.clone()
        };
        add(location, Cause::Credentials.into());
    }
    if let Some(fragment) = evidence.fragment {
        let fragment = Some(fragment.to_owned());
        let location = Location {
            fragment,
            ..base.clone()
        };
        add(location, Cause::Fragment.into());
    }
    let parsed = ParsedUrl::parse(&base.text()).ok();
    if let Some(location) = parsed.and_then(|url| Location::new(url.as_str())) {
        add(location, Cause::UrlNormalised.into());
    }
    for (position, url) in context.urls.iter().enumerate() {
        if let Some(location) = Location::new(url) {
            let at = format!("other URL {position}");
            add(location, Finding::new(Cause::OtherUrl).at(at));
        }
    }
    changes
}

/// The path and query of the request, and what headers say they were before.
fn targets<'e>(evidence: &Evidence<'e>) -> Vec<(&'static str, &'e str, Option<&'e str>)> {
    let request = evidence.target.map(|target| ("the request line", target));
    let headers = evidence
        .context
        .targets
        .iter()
        .map(|hint| (hint.header, hint.value));
    request
        .into_iter()
        .chain(headers)
        .filter(|(_, target)| target.len() <= super::MAX_TARGET)
        .map(|(at, target)| {
            let (path, query) = path_and_query(target);
            (at, path, query)
        })
        .collect()
}
