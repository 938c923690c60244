//! Tries one hypothesis after the other, the simpler ones first, until one reproduces the signature.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::ops::ControlFlow;

use super::form::{Change, Form};
use super::urls::{Url, Urls};
use super::ways::Request;
use super::{Cause, Finding, MAX_BYTES, MAX_TRIES, ways};
use crate::signature::{Algorithm, Key, Tag};

/// How many changes of several parameters are tried together with what a proxy hides.
const MOST_BEHIND_PROXIES: usize = 400;

/// How many URLs without what may have been added are tried with what was done to the body.
const MOST_ADDED_TO: usize = 24;

/// A key that may have signed.
pub(super) struct Candidate<'k> {
    pub(super) key: &'k Key,
    pub(super) name: String,
    pub(super) findings: Vec<Finding>,
}

/// A text that may have been signed: a URL, in one of several variants, and what follows.
struct Text<'t> {
    variants: &'t [String],
    tail: &'t [u8],
}

/// What reproduces the signature.
pub(super) struct Match {
    pub(super) findings: Vec<Finding>,
    pub(super) variant: String,
    pub(super) key: String,
}

/// What a search came to.
pub(super) struct Outcome {
    pub(super) found: Option<Match>,
    /// What was tried with nothing else.
    pub(super) tried_alone: BTreeSet<Cause>,
    pub(super) tries: usize,
    pub(super) complete: bool,
}

/// `Some` is what was found; `None` that a bound was reached.
type Step = ControlFlow<Option<Match>>;

/// Texts that were tried in a stage.
#[derive(Default)]
struct Seen {
    hasher: RandomState,
    texts: HashSet<u64>,
}

impl Seen {
    fn insert(&mut self, text: &[u8]) -> bool {
        self.texts.insert(self.hasher.hash_one(text))
    }
}

/// URLs, by how far they are from the one configured.
struct Places {
    base: [Url; 1],
    likely_base: [Url; 1],
    one: Vec<Url>,
    origins: Vec<Url>,
    /// Without a pair of the query or an index page.
    added_to: Vec<Url>,
    proxies: Vec<Url>,
    /// The URL as configured, and the first of those that a proxy hides.
    likely_origins: Vec<Url>,
    led_to: Vec<Url>,
    rests: Vec<Url>,
    with_prefix_and_query: Vec<Url>,
    paths_behind_proxies: Vec<Url>,
    likely_paths: Vec<Url>,
}

impl Places {
    fn new(urls: &mut Urls<'_>) -> Self {
        let first_proxies = urls.proxies().into_iter().take(2);
        let is_added = |url: &&Url| {
            let causes = [Cause::QueryExtra, Cause::IndexPage];
            let mut found = url.findings.iter();
            found.all(|finding| causes.contains(&finding.cause))
        };
        let added_to = urls.one.iter().filter(is_added).take(MOST_ADDED_TO);
        Self {
            added_to: added_to.cloned().collect(),
            base: [urls.base()],
            likely_base: [urls.likely_base()],
            one: std::mem::take(&mut urls.one),
            origins: std::mem::take(&mut urls.origins),
            proxies: urls.proxies(),
            likely_origins: [urls.likely_base()]
                .into_iter()
                .chain(first_proxies)
                .collect(),
            led_to: urls.led_to(),
            rests: urls.rests(),
            with_prefix_and_query: urls.with_prefix_and_query(),
            paths_behind_proxies: urls.paths_behind_proxies(),
            likely_paths: urls.places(),
        }
    }
}

/// Changes of the form, as it came.
struct Changes {
    whole: Vec<Change>,
    one_parameter: Vec<Change>,
    several_parameters: Vec<Change>,
}

impl Changes {
    /// Those with one difference.
    fn one(&self) -> [&[Change]; 2] {
        [&self.whole, &self.one_parameter]
    }
}

pub(super) struct Search<'s> {
    request: &'s Request<'s>,
    urls: Urls<'s>,
    tags: &'s [(Algorithm, Tag)],
    /// The keys that the receiver may use for this delivery.
    allowed: &'s [Candidate<'s>],
    others: &'s [Candidate<'s>],
    tried_alone: BTreeSet<Cause>,
    tries: usize,
    bytes: usize,
}

impl<'s> Search<'s> {
    pub(super) const fn new(
        request: &'s Request<'s>,
        urls: Urls<'s>,
        tags: &'s [(Algorithm, Tag)],
        allowed: &'s [Candidate<'s>],
        others: &'s [Candidate<'s>],
    ) -> Self {
        Self {
            request,
            urls,
            tags,
            allowed,
            others,
            tried_alone: BTreeSet::new(),
            tries: 0,
            bytes: 0,
        }
    }

    pub(super) fn run(mut self) -> Outcome {
        let (found, complete) = match self.stages() {
            ControlFlow::Continue(()) => (None, true),
            ControlFlow::Break(None) => (None, false),
            ControlFlow::Break(found) => (found, true),
        };
        Outcome {
            found,
            tried_alone: self.tried_alone,
            tries: self.tries,
            complete,
        }
    }

    /// The stages, in the order of the table in the documentation of [`order`](super::order).
    fn stages(&mut self) -> Step {
        let places = Places::new(&mut self.urls);
        let form = &self.request.form;
        let changes = Changes {
            whole: Change::whole(),
            one_parameter: Change::one_parameter(form),
            several_parameters: Change::several_parameters(form),
        };
        // Bodies that were tried without another URL, and with what a proxy hides.
        let (mut seen, mut behind_proxies) = (Seen::default(), Seen::default());
        self.one_difference(&places, &changes, &mut seen)?;
        self.two_differences(&places, &changes, &mut seen, &mut behind_proxies)?;
        self.three_differences(&places)?;
        self.unlikely(&places, &changes, &mut behind_proxies)
    }

    /// 1 to 3: as configured, one difference, and what a proxy hides.
    fn one_difference(&mut self, places: &Places, changes: &Changes, seen: &mut Seen) -> Step {
        let (allowed, others) = (self.allowed, self.others);
        let form = &self.request.form;
        self.urls(&places.base, allowed)?;
        self.urls(&places.base, others)?;
        self.urls(&places.one, allowed)?;
        self.ways(&places.base, allowed)?;
        self.bodies(form, &changes.one(), &[], &places.base, allowed, seen)?;
        self.urls(&places.origins, allowed)?;
        self.urls(&places.origins, others)
    }

    /// 4 to 8: two differences, what a proxy hides counting as one.
    fn two_differences(
        &mut self,
        places: &Places,
        changes: &Changes,
        seen: &mut Seen,
        behind_proxies: &mut Seen,
    ) -> Step {
        let (allowed, others) = (self.allowed, self.others);
        let form = &self.request.form;
        for picks in self.urls.two() {
            if let Some(url) = self.urls.unseen(&picks) {
                self.urls(&[url], allowed)?;
            }
        }
        self.urls(&places.one, others)?;
        self.urls(&places.led_to, others)?;
        self.ways(&places.base, others)?;
        let (base, new) = (&places.likely_base, &mut Seen::default());
        self.bodies(form, &changes.one(), &[], base, others, new)?;
        let proxies = &places.proxies;
        self.ways(proxies, allowed)?;
        self.bodies(form, &changes.one(), &[], proxies, allowed, behind_proxies)?;
        let whole_twice = Change::whole_twice();
        let two: [&[Change]; 2] = [&changes.several_parameters, &whole_twice];
        self.bodies(form, &two, &[], &places.base, allowed, seen)?;
        for reading in form.readings() {
            let (form, before) = (&reading.form, [reading.finding]);
            let one = Change::one_parameter(form);
            let several = Change::several_parameters(form);
            let seen = &mut Seen::default();
            seen.insert(&form.signed);
            let all: [&[Change]; 3] = [&changes.whole, &one, &several];
            self.bodies(form, &all, &before, &places.base, allowed, seen)?;
            let (one, seen): ([&[Change]; 2], _) = ([&changes.whole, &one], &mut Seen::default());
            self.bodies(form, &one, &before, proxies, allowed, seen)?;
        }
        Step::Continue(())
    }

    /// 9 and 10: what a proxy hides, another path or another key, and one difference more.
    fn three_differences(&mut self, places: &Places) -> Step {
        let (allowed, others) = (self.allowed, self.others);
        let form = &self.request.form;
        self.urls(&places.with_prefix_and_query, allowed)?;
        let done = Change::done_to_body(form);
        let behind = &places.paths_behind_proxies;
        self.bodies(form, &[&done], &[], behind, allowed, &mut Seen::default())?;
        let (frequent, seen) = (Change::frequent(form), &mut Seen::default());
        self.bodies(form, &[&frequent], &[], &places.likely_paths, allowed, seen)?;
        for reading in form.before_usual() {
            let (form, before) = (&reading.form, [reading.finding]);
            let (frequent, seen) = (Change::frequent(form), &mut Seen::default());
            self.bodies(
                form,
                &[&frequent],
                &before,
                &places.likely_origins,
                allowed,
                seen,
            )?;
        }
        self.urls(behind, others)?;
        let seen = &mut Seen::default();
        self.bodies(form, &[&done], &[], &places.proxies, others, seen)
    }

    /// 11 to 14: the same with more that is less likely.
    fn unlikely(&mut self, places: &Places, changes: &Changes, behind_proxies: &mut Seen) -> Step {
        let allowed = self.allowed;
        let form = &self.request.form;
        let proxies = &places.proxies;
        let several = &changes.several_parameters;
        let first = [several.get(..MOST_BEHIND_PROXIES).unwrap_or(several)];
        self.bodies(form, &first, &[], proxies, allowed, behind_proxies)?;
        self.ways(&places.led_to, allowed)?;
        let (whole, one): ([&[Change]; 1], [&[Change]; 1]) =
            ([&changes.whole], [&changes.one_parameter]);
        let seen = &mut Seen::default();
        self.bodies(form, &whole, &[], &places.led_to, allowed, seen)?;
        let seen = &mut Seen::default();
        self.bodies(form, &one, &[], &places.rests, allowed, seen)?;
        for reading in form.readings() {
            let (form, before) = (&reading.form, [reading.finding]);
            let (frequent, seen) = (Change::frequent(form), &mut Seen::default());
            self.bodies(form, &[&frequent], &before, proxies, allowed, seen)?;
        }
        let (done, seen) = (Change::done_to_body(form), &mut Seen::default());
        self.bodies(form, &[&done], &[], &places.added_to, allowed, seen)
    }

    fn urls(&mut self, urls: &[Url], keys: &[Candidate<'_>]) -> Step {
        let tail = &self.request.tail;
        for url in urls {
            let variants = &url.variants;
            self.attempt(&Text { variants, tail }, &url.findings, keys)?;
        }
        Step::Continue(())
    }

    fn ways(&mut self, urls: &[Url], keys: &[Candidate<'_>]) -> Step {
        // What parameters of the query are signed with takes as long as there are parameters.
        let is_tried = |url: &&Url| url.findings.is_empty() || self.request.form.is_small();
        let urls: Vec<&Url> = urls.iter().filter(is_tried).collect();
        for url in urls.into_iter().filter(|_| !keys.is_empty()) {
            for way in ways::of(self.request, &url.location) {
                let findings = [url.findings.as_slice(), &way.findings].concat();
                let (variants, tail) = (&way.variants, &way.tail);
                self.attempt(&Text { variants, tail }, &findings, keys)?;
            }
        }
        Step::Continue(())
    }

    /// Tries a form with changes, each with every one of the URLs.
    fn bodies(
        &mut self,
        form: &Form<'_>,
        changes: &[&[Change]],
        before: &[Finding],
        urls: &[Url],
        keys: &[Candidate<'_>],
        seen: &mut Seen,
    ) -> Step {
        if keys.is_empty() || !form.is_small() || !self.request.form_is_signed {
            return Step::Continue(());
        }
        for change in changes.iter().copied().flatten() {
            // What is made of a form costs as much as what is hashed.
            self.bytes = self
                .bytes
                .saturating_add(form.body.len().max(form.signed.len()));
            if self.bytes > MAX_BYTES {
                return Step::Break(None);
            }
            let Some(tail) = change.render(form).filter(|tail| seen.insert(tail)) else {
                continue;
            };
            let changed = change.findings(form);
            for url in urls {
                let findings = [url.findings.as_slice(), before, &changed].concat();
                let (variants, tail) = (&url.variants, &tail);
                self.attempt(&Text { variants, tail }, &findings, keys)?;
            }
        }
        Step::Continue(())
    }

    fn attempt(&mut self, text: &Text<'_>, findings: &[Finding], keys: &[Candidate<'_>]) -> Step {
        for candidate in keys {
            let tags = self.tags.iter();
            for (_, tag) in tags.filter(|(algorithm, _)| *algorithm == candidate.key.algorithm()) {
                let mut causes = findings.iter().chain(&candidate.findings);
                if let Some(first) = causes.next()
                    && causes.all(|finding| finding.cause == first.cause)
                {
                    self.tried_alone.insert(first.cause);
                }
                for variant in text.variants {
                    let bytes = variant.len().saturating_add(text.tail.len());
                    self.bytes = self.bytes.saturating_add(bytes);
                    if self.tries >= MAX_TRIES || self.bytes > MAX_BYTES {
                        return Step::Break(None);
                    }
                    self.tries = self.tries.saturating_add(1);
                    let mut mac = candidate.key.mac().clone();
                    mac.update(variant.as_bytes());
                    if mac.verify([text.tail], tag) {
                        return Step::Break(Some(Match {
                            findings: [findings, &candidate.findings].concat(),
                            variant: variant.clone(),
                            key: candidate.name.clone(),
                        }));
                    }
                }
            }
        }
        Step::Continue(())
    }
}
