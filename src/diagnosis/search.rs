//! Tries one hypothesis after the other, the simpler ones first, until one reproduces the signature.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::ops::ControlFlow;

use super::form::{Change, Form};
use super::urls::{Url, Urls};
use super::ways::Request;
use super::{Cause, Finding, MAX_BYTES, MAX_TRIES, ways};
use crate::signature::{Algorithm, Key, Tag};

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
        let (allowed, others) = (self.allowed, self.others);
        let base = [self.urls.base()];
        let one = std::mem::take(&mut self.urls.one);
        let origins = std::mem::take(&mut self.urls.origins);
        let proxies = self.urls.proxies();
        let likely_base = [self.urls.likely_base()];
        let led_to = self.urls.led_to();
        let rests = self.urls.rests();
        let request = self.request;
        let form = &request.form;
        let whole = Change::whole();
        let one_parameter = Change::one_parameter(form);
        let several_parameters = Change::several_parameters(form);

        // 1 and 2: as configured, and one difference.
        self.urls(&base, allowed)?;
        self.urls(&base, others)?;
        self.urls(&one, allowed)?;
        self.ways(&base, allowed)?;
        let mut seen = Seen::default();
        self.bodies(
            form,
            &[&whole, &one_parameter],
            &[],
            &base,
            allowed,
            &mut seen,
        )?;
        // 3: what a proxy hides, by itself and with another key.
        self.urls(&origins, allowed)?;
        self.urls(&origins, others)?;
        // 4: two differences in the URL, what a proxy hides counting as one.
        for picks in self.urls.two() {
            if let Some(url) = self.urls.unseen(&picks) {
                self.urls(&[url], allowed)?;
            }
        }
        // 5: another key and one difference.
        self.urls(&one, others)?;
        self.urls(&led_to, others)?;
        self.ways(&base, others)?;
        let changes: [&[Change]; 2] = [&whole, &one_parameter];
        self.bodies(
            form,
            &changes,
            &[],
            &likely_base,
            others,
            &mut Seen::default(),
        )?;
        // 6: what a proxy hides, and another way to sign or one difference in the body.
        self.ways(&proxies, allowed)?;
        let mut seen_with_proxies = Seen::default();
        let changes: [&[Change]; 2] = [&whole, &one_parameter];
        self.bodies(
            form,
            &changes,
            &[],
            &proxies,
            allowed,
            &mut seen_with_proxies,
        )?;
        // 7: two differences in the body.
        let whole_twice = Change::whole_twice();
        let changes: [&[Change]; 2] = [&several_parameters, &whole_twice];
        self.bodies(form, &changes, &[], &base, allowed, &mut seen)?;
        // 8: what was done to the body, and one difference or several in what it was before.
        for reading in form.readings() {
            let form = &reading.form;
            let (one, several) = (
                Change::one_parameter(form),
                Change::several_parameters(form),
            );
            let changes: [&[Change]; 3] = [&whole, &one, &several];
            let before = [reading.finding.clone()];
            let mut seen = Seen::default();
            seen.insert(&form.signed);
            self.bodies(form, &changes, &before, &base, allowed, &mut seen)?;
            let changes: [&[Change]; 2] = [&whole, &one];
            self.bodies(
                form,
                &changes,
                &before,
                &proxies,
                allowed,
                &mut Seen::default(),
            )?;
        }
        // 9: what a proxy hides, and several differences in the body.
        let changes: [&[Change]; 1] = [&several_parameters];
        self.bodies(
            form,
            &changes,
            &[],
            &proxies,
            allowed,
            &mut seen_with_proxies,
        )?;
        // 10: what headers say of the URL, or a usual prefix, and one difference in the body.
        self.ways(&led_to, allowed)?;
        let mut seen = Seen::default();
        self.bodies(form, &[&whole], &[], &led_to, allowed, &mut seen)?;
        let mut seen = Seen::default();
        self.bodies(form, &[&one_parameter], &[], &rests, allowed, &mut seen)?;
        Step::Continue(())
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
            self.bytes = self.bytes.saturating_add(form.body.len());
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
