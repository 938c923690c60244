use super::{NewWebhook, Webhook, WebhookUpdate};
use crate::sid::WebhookSid;

/// The least that makes a Service have a wanted webhook.
///
/// Two webhooks are the same if their URLs are, byte for byte: `https://example.com/hook` and
/// `https://example.com:443/hook` are two. A webhook with the URL is compared with the wanted one in friendly name and
/// event types, whose order does not matter, and in status and version where they are given. Of several with the URL,
/// that which needs no change is taken, or else the first enabled one, or else the first; the others are duplicates, each
/// of which is called for the same events. They are found, not deleted.
///
/// Once it is done, the next plan for the same wanted webhook is to do nothing. Two that are carried out at the same time
/// may both create; the next plan finds the duplicate.
///
/// ```
/// use twilio_verify_webhooks::ChallengeEventType::Approved;
/// use twilio_verify_webhooks::api::{NewWebhook, Plan, Step};
///
/// let wanted = NewWebhook::new("backend", Approved, "https://example.com/hook")?;
/// let plan = Plan::new(&wanted, []);
/// assert_eq!(plan.step, Step::Create(wanted));
/// assert!(plan.duplicates.is_empty());
/// # Ok::<(), twilio_verify_webhooks::api::RequestError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// What to do.
    pub step: Step,
    /// Other webhooks with the URL.
    pub duplicates: Vec<Webhook>,
}

/// What to do so that a Service has the wanted webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Create it: no webhook has its URL.
    Create(NewWebhook),
    /// Change what differs.
    Update {
        /// The webhook to change.
        sid: WebhookSid,
        /// What is to change.
        update: WebhookUpdate,
    },
    /// Nothing: it exists.
    Nothing(Box<Webhook>),
}

impl Plan {
    /// Compares a wanted webhook with all that a Service has.
    ///
    /// A webhook that the list holds twice, as may happen when the list changes between two pages, counts once. One without
    /// a SID is passed over, as it could not be changed.
    #[must_use]
    pub fn new(wanted: &NewWebhook, existing: impl IntoIterator<Item = Webhook>) -> Self {
        let mut same: Vec<(WebhookSid, WebhookUpdate, Webhook)> = Vec::new();
        for webhook in existing {
            if webhook.webhook_url.as_deref() != Some(wanted.webhook_url()) {
                continue;
            }
            if let Some(sid) = webhook.sid
                && same.iter().all(|(other, ..)| *other != sid)
            {
                same.push((sid, wanted.changes(&webhook), webhook));
            }
        }
        same.sort_by_key(|(_, update, webhook)| {
            let enabled = webhook.status == Some(super::Status::Enabled);
            (!update.is_empty(), !enabled)
        });
        let mut same = same.into_iter();
        let step = match same.next() {
            None => Step::Create(wanted.clone()),
            Some((_, update, webhook)) if update.is_empty() => Step::Nothing(Box::new(webhook)),
            Some((sid, update, _)) => Step::Update { sid, update },
        };
        Self {
            step,
            duplicates: same.map(|(_, _, webhook)| webhook).collect(),
        }
    }
}

/// What a client did so that a Service has a wanted webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ensured {
    /// What was done.
    pub outcome: Outcome,
    /// The webhook as it is now.
    pub webhook: Webhook,
    /// Other webhooks with its URL.
    pub duplicates: Vec<Webhook>,
}

/// What was done so that a Service has a wanted webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was not there.
    Created,
    /// It differed.
    Updated,
    /// It was there already.
    Unchanged,
}
