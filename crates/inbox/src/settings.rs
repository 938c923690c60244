use std::time::Duration;

use twilio_verify_webhooks::Event;

use crate::inbox::Inbox;
use crate::kind::Kind;
use crate::store::{Store, Terms};

/// What an [`Inbox`] does with failures and time. Every default is stated and reasoned at its method.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) deadline: Duration,
    pub(crate) lease: Duration,
    pub(crate) max_tries: u32,
    pub(crate) backoff: (Duration, Duration),
    pub(crate) give_up: GiveUp,
    pub(crate) budget: Duration,
    pub(crate) at_once: usize,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum GiveUp {
    Challenges(Duration),
    All(Duration),
    ByTriesOnly,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(3),
            lease: Duration::from_secs(30),
            max_tries: 20,
            backoff: (Duration::from_secs(1), Duration::from_secs(300)),
            give_up: GiveUp::Challenges(Duration::from_secs(60 * 60)),
            budget: Duration::from_secs(5),
            at_once: 64,
        }
    }
}

impl Settings {
    pub(crate) const fn terms(&self, kinds: &'static [Kind]) -> Terms {
        Terms {
            lease: self.lease,
            max_tries: self.max_tries,
            kinds,
        }
    }

    /// How long to wait after the given number of tries: doubled with each, up to the longest, and half of it by
    /// chance, so that rows that failed together do not come back together.
    pub(crate) fn wait_after(&self, tries: u32) -> Duration {
        let (first, longest) = self.backoff;
        let doublings = tries.saturating_sub(1).min(31);
        let wait = first.saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX));
        jittered(wait.min(longest))
    }

    /// After what age an event is not acted on any more.
    pub(crate) const fn give_up_after(&self, event: &Event<'_>) -> Option<Duration> {
        match (self.give_up, event) {
            (GiveUp::All(age), _) | (GiveUp::Challenges(age), Event::Challenge(_)) => Some(age),
            _ => None,
        }
    }

    /// After what age an event is not acted on any more that is no answer to a challenge.
    #[cfg(feature = "verify-events")]
    pub(crate) const fn give_up_all_after(&self) -> Option<Duration> {
        match self.give_up {
            GiveUp::All(age) => Some(age),
            GiveUp::Challenges(_) | GiveUp::ByTriesOnly => None,
        }
    }
}

/// Takes between a half and the whole of a time.
pub(crate) fn jittered(time: Duration) -> Duration {
    let half = time.checked_div(2).unwrap_or_default();
    half.saturating_add(half.mul_f64(fastrand::f64()))
}

/// Builds an [`Inbox`] with other settings than [`Inbox::new`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct InboxBuilder<S> {
    store: S,
    settings: Settings,
}

impl<S: Store> InboxBuilder<S> {
    pub(crate) fn new(store: S) -> Self {
        let settings = Settings::default();
        Self { store, settings }
    }

    /// Sets how long a call of the store may take: 3 s.
    ///
    /// Twilio's webhooks share 15 s among all tries by default, and a store that needs longer than that is down.
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.settings.deadline = deadline;
        self
    }

    /// Sets after what time without renewal another worker may take a row: 30 s, at least 100 ms.
    ///
    /// It is renewed at a third of that, so a renewal may fail twice. Shorter, and a pause of the process or of the
    /// store makes a handler run twice; longer, and the events of a process that died wait longer.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease.max(Duration::from_millis(100));
        self
    }

    /// Sets how many tries an event has, at least one: 20, which with the default [back-off](Self::backoff) last for up to an hour,
    /// as a challenge does.
    pub const fn max_tries(mut self, max_tries: u32) -> Self {
        self.settings.max_tries = if max_tries == 0 { 1 } else { max_tries };
        self
    }

    /// Sets how long to wait after a failure: 1 s after the first, doubled with each, up to 5 minutes.
    ///
    /// Half of it is by chance.
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.backoff = (first, longest);
        self
    }

    /// Sets after what age an event of any kind is not acted on but becomes dead.
    ///
    /// By default an answer to a challenge is given up after an hour, the longest that a challenge can live: to let
    /// somebody in hours later is worse than not to. Events of factors are never too old by default.
    ///
    /// The age is by the clock of the store. If that is set forward, by more than is left of the age, rows become dead although
    /// they are young: revive them, which counts their age anew.
    pub const fn give_up_after(mut self, age: Duration) -> Self {
        self.settings.give_up = GiveUp::All(age);
        self
    }

    /// Acts on events whatever their age. They are given up after [`max_tries`](Self::max_tries) only.
    pub const fn give_up_by_tries_only(mut self) -> Self {
        self.settings.give_up = GiveUp::ByTriesOnly;
        self
    }

    /// Sets how long [`accept_and_handle`](Inbox::accept_and_handle) waits for a handler before it answers: 5 s.
    ///
    /// With the [`deadline`](Self::deadline) it stays well below the 15 s after which Twilio gives up. Keep it below
    /// the [`lease`](Self::lease).
    pub const fn budget(mut self, budget: Duration) -> Self {
        self.settings.budget = budget;
        self
    }

    /// Sets how many handlers of [`accept_and_handle`](Inbox::accept_and_handle) run at once: 64. Further events wait
    /// for a worker.
    pub const fn at_once(mut self, handlers: usize) -> Self {
        self.settings.at_once = handlers;
        self
    }

    /// Makes the inbox.
    pub fn build(self) -> Inbox<S> {
        Inbox::with(self.store, self.settings)
    }
}
