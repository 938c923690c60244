//! Tries one hypothesis after the other, the simpler ones first, until one reproduces the signature.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::form::{Alteration, Form, Plan};
use super::ways::Way;
use super::{Cause, Finding, MAX_BYTES, MAX_TRIES, ways};
use super::{urls, ways::Request};
use crate::signature::{Algorithm, Key, Tag};

/// A key that may have signed.
pub(super) struct Candidate<'k> {
    pub(super) key: &'k Key,
    pub(super) name: String,
    pub(super) findings: Vec<Finding>,
}

/// A text that may have been signed: a URL, in one of several forms, and what follows.
struct Text<'t> {
    forms: &'t [String],
    tail: &'t [u8],
}

/// What reproduces the signature.
pub(super) struct Match {
    pub(super) findings: Vec<Finding>,
    pub(super) form: String,
    pub(super) key: String,
}

/// What a search came to.
pub(super) struct Outcome {
    pub(super) found: Option<Match>,
    pub(super) tried: BTreeSet<Cause>,
    pub(super) tries: usize,
    pub(super) complete: bool,
}

/// `Some` is what was found; `None` that a bound was reached.
type Step = ControlFlow<Option<Match>>;

pub(super) struct Search<'s> {
    pub(super) request: &'s Request<'s>,
    pub(super) urls: &'s urls::Hypotheses,
    pub(super) tags: &'s [(Algorithm, Tag)],
    /// The keys that the receiver may use for this delivery.
    pub(super) allowed: &'s [Candidate<'s>],
    pub(super) others: &'s [Candidate<'s>],
    tried: BTreeSet<Cause>,
    tries: usize,
    bytes: usize,
}

impl<'s> Search<'s> {
    pub(super) const fn new(
        request: &'s Request<'s>,
        urls: &'s urls::Hypotheses,
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
            tried: BTreeSet::new(),
            tries: 0,
            bytes: 0,
        }
    }

    pub(super) fn run(mut self) -> Outcome {
        let (found, complete) = match self.levels() {
            ControlFlow::Continue(()) => (None, true),
            ControlFlow::Break(None) => (None, false),
            ControlFlow::Break(found) => (found, true),
        };
        Outcome {
            found,
            tried: self.tried,
            tries: self.tries,
            complete,
        }
    }

    /// As configured; then with one difference; then with two, those that a proxy makes counting as one.
    fn levels(&mut self) -> Step {
        let (request, urls) = (self.request, self.urls);
        let (allowed, others) = (self.allowed, self.others);
        let base_forms = request.base.forms();
        let tail = request.tail.as_slice();
        let base = Text {
            forms: &base_forms,
            tail,
        };
        self.attempt(&base, &[], allowed)?;
        self.attempt(&base, &[], others)?;
        self.locations(&urls.one, tail, allowed)?;
        self.ways(&ways::of(request, &request.base), &[], allowed)?;
        let plans: Vec<Plan> = Plan::one().collect();
        for plan in plans.iter().filter(|_| request.form_is_signed) {
            self.plan(plan, &base_forms, &[], allowed)?;
        }
        self.alterations(&base_forms)?;

        self.locations(&urls.origin, tail, allowed)?;
        self.locations(&urls.origin, tail, others)?;
        self.locations(&urls.two, tail, allowed)?;
        for url in urls.one.iter().filter(|url| url.combines) {
            self.attempt(
                &Text {
                    forms: &url.forms,
                    tail,
                },
                &url.findings,
                others,
            )?;
            self.ways(&ways::of(request, &url.location), &url.findings, allowed)?;
        }
        self.ways(&ways::of(request, &request.base), &[], others)?;
        for plan in plans
            .iter()
            .filter(|plan| request.form_is_signed && plan.combines())
        {
            self.plan(plan, &base_forms, &[], others)?;
            for url in urls.one.iter().filter(|url| url.combines) {
                self.plan(plan, &url.forms, &url.findings, allowed)?;
            }
        }
        for plan in Plan::two().filter(|_| request.form_is_signed) {
            self.plan(&plan, &base_forms, &[], allowed)?;
        }
        Step::Continue(())
    }

    fn locations(
        &mut self,
        locations: &[urls::Hypothesis],
        tail: &[u8],
        keys: &[Candidate<'_>],
    ) -> Step {
        for url in locations {
            self.attempt(
                &Text {
                    forms: &url.forms,
                    tail,
                },
                &url.findings,
                keys,
            )?;
        }
        Step::Continue(())
    }

    fn ways(&mut self, ways: &[Way], findings: &[Finding], keys: &[Candidate<'_>]) -> Step {
        for way in ways {
            let findings = [findings, &way.findings].concat();
            let text = Text {
                forms: &way.forms,
                tail: &way.tail,
            };
            self.attempt(&text, &findings, keys)?;
        }
        Step::Continue(())
    }

    fn plan(
        &mut self,
        plan: &Plan,
        forms: &[String],
        findings: &[Finding],
        keys: &[Candidate<'_>],
    ) -> Step {
        let form = &self.request.form;
        if keys.is_empty() || !form.is_small() {
            return Step::Continue(());
        }
        self.afford(form)?;
        match plan.render(form) {
            Some(tail) => {
                let findings = [findings, &plan.findings()].concat();
                self.attempt(&Text { forms, tail: &tail }, &findings, keys)
            }
            None => Step::Continue(()),
        }
    }

    fn alterations(&mut self, forms: &[String]) -> Step {
        let (form, allowed) = (&self.request.form, self.allowed);
        if !self.request.form_is_signed || allowed.is_empty() || !form.is_small() {
            return Step::Continue(());
        }
        for alteration in Alteration::all(form) {
            self.afford(form)?;
            if let Some(tail) = alteration.render(form) {
                let findings = alteration.findings(form);
                self.attempt(&Text { forms, tail: &tail }, &findings, allowed)?;
            }
        }
        Step::Continue(())
    }

    /// Stops where no further text could be tried.
    const fn afford(&self, form: &Form<'_>) -> Step {
        if self.bytes.saturating_add(form.signed.len()) > MAX_BYTES {
            return Step::Break(None);
        }
        Step::Continue(())
    }

    fn attempt(&mut self, text: &Text<'_>, findings: &[Finding], keys: &[Candidate<'_>]) -> Step {
        for candidate in keys {
            let tags = self.tags.iter();
            for (_, tag) in tags.filter(|(algorithm, _)| *algorithm == candidate.key.algorithm()) {
                let causes = findings.iter().chain(&candidate.findings);
                self.tried.extend(causes.map(|finding| finding.cause));
                for form in text.forms {
                    let bytes = form.len().saturating_add(text.tail.len());
                    self.bytes = self.bytes.saturating_add(bytes);
                    if self.tries >= MAX_TRIES || self.bytes > MAX_BYTES {
                        return Step::Break(None);
                    }
                    self.tries = self.tries.saturating_add(1);
                    let mut mac = candidate.key.mac().clone();
                    mac.update(form.as_bytes());
                    if mac.verify([text.tail], tag) {
                        return Step::Break(Some(Match {
                            findings: [findings, &candidate.findings].concat(),
                            form: form.clone(),
                            key: candidate.name.clone(),
                        }));
                    }
                }
            }
        }
        Step::Continue(())
    }
}
