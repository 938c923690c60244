//! Calls of Twilio's API.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use twilio_verify_webhooks::api::{
    Call, ClientError, NewWebhook, Outcome, Plan, REPLY_LIMIT, Reply, ReplyError, Retry, Step,
    Webhook, Webhooks,
};

use crate::outgoing::{Client, NoAnswer};
use crate::output::Failure;

/// How long a reply may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What was done so that a Service has a wanted webhook.
#[derive(Debug)]
pub(super) struct Ensured {
    pub(super) outcome: Outcome,
    pub(super) webhook: Webhook,
    /// Other webhooks with its URL.
    pub(super) duplicates: Vec<Webhook>,
}

/// Sends calls, and sends them again as [`Retry`] says.
#[derive(Debug, Clone)]
pub(crate) struct ApiClient {
    client: Client,
    retry: Retry,
}

impl ApiClient {
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self {
            client: Client::for_api()?,
            retry: Retry::default(),
        })
    }

    /// Sends a call and reads its reply.
    pub(crate) async fn send<T: Reply>(&self, call: &Call<T>) -> Result<T, ClientError> {
        let mut sent_again: u32 = 0;
        loop {
            let error = match self.send_once(call).await? {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            let Some(wait) = self.retry.wait(&error, sent_again, SystemTime::now()) else {
                return Err(error.into());
            };
            tokio::time::sleep(wait).await;
            sent_again = sent_again.saturating_add(1);
        }
    }

    async fn send_once<T: Reply>(
        &self,
        call: &Call<T>,
    ) -> Result<Result<T, ReplyError>, ClientError> {
        let request = call.to_request().map(Bytes::from);
        let most = REPLY_LIMIT.saturating_add(1);
        let sent = self.client.send(request, most, TIMEOUT).await;
        let answer = sent.map_err(failed)?;
        let response = answer.response;
        // The status of an error says more than that its body is incomplete.
        let is_incomplete = answer.is_cut && response.body().len() < most;
        if is_incomplete && response.status().is_success() {
            return Err(ClientError::Transport("the reply ended early".into()));
        }
        Ok(call.parse(&response))
    }

    /// Lists the webhooks of a Service, all pages of them.
    pub(crate) async fn list_all(&self, webhooks: &Webhooks) -> Result<Vec<Webhook>, ClientError> {
        let mut listing = webhooks.list_all();
        while let Some(call) = listing.next_call() {
            let page = self.send(call).await?;
            listing.add(page)?;
        }
        Ok(listing.into_webhooks())
    }

    /// Makes a Service have a wanted webhook.
    pub(super) async fn ensure(
        &self,
        webhooks: &Webhooks,
        wanted: &NewWebhook,
    ) -> Result<Ensured, Failure> {
        let plan = Plan::new(wanted, self.list_all(webhooks).await?);
        let (outcome, webhook) = match plan.step {
            Step::Create(new) => {
                let created = self.send(&webhooks.create(&new)).await?;
                (Outcome::Created, created)
            }
            Step::Update { sid, update } => {
                let call = webhooks.update(sid, &update).map_err(Failure::failed)?;
                (Outcome::Updated, self.send(&call).await?)
            }
            Step::Nothing(webhook) => (Outcome::Unchanged, *webhook),
            step => return Err(Failure::failed(format!("unknown step {step:?}"))),
        };
        Ok(Ensured {
            outcome,
            webhook,
            duplicates: plan.duplicates,
        })
    }
}

fn failed(error: NoAnswer) -> ClientError {
    match error.is_late {
        true => ClientError::Timeout,
        false => ClientError::Transport(error.into()),
    }
}
