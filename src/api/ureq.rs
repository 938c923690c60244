use std::fmt;
use std::io::{self, Read as _};
use std::time::{Duration, SystemTime};

use http::{Method, Response};
use ureq::{Agent, AsSendBody, Body, Error, RequestExt as _};

use super::{
    Call, Ensured, NewWebhook, Outcome, Plan, REPLY_LIMIT, Reply, Retry, Step, TIMEOUT, Webhook,
    Webhooks,
};
use crate::api::error::ClientError;

/// Sends calls with [`ureq`], blocking the thread.
///
/// Redirects are not followed, a complete reply must arrive within 30 seconds, no more than [`REPLY_LIMIT`] of it is read, and a
/// call is sent again as [`Retry`] says. A clone shares the connections.
#[derive(Clone)]
pub struct UreqClient {
    agent: Agent,
    timeout: Duration,
    retry: Retry,
}

impl Default for UreqClient {
    fn default() -> Self {
        Self::new()
    }
}

impl UreqClient {
    /// Makes a client that trusts Mozilla's certificates.
    #[must_use]
    pub fn new() -> Self {
        Self::from_agent(Agent::new_with_defaults())
    }

    /// Makes a client of an agent of your own: with a proxy, certificates, shared connections.
    ///
    /// Of its settings, redirects, timeout and how an error status is taken do not matter: they are set for each request.
    #[must_use]
    pub fn from_agent(agent: Agent) -> Self {
        Self {
            agent,
            timeout: TIMEOUT,
            retry: Retry::default(),
        }
    }

    /// Sets how long a complete reply may take, each time that a call is sent.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets whether and when a call is sent again.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Sends a call and reads its reply.
    ///
    /// # Errors
    ///
    /// [`ClientError`] says whether there was no reply or not the right one.
    ///
    /// ```
    /// use twilio_verify_webhooks::WebhookSid;
    /// use twilio_verify_webhooks::api::{ClientError, UreqClient, Webhook, Webhooks};
    ///
    /// /// Fetches a webhook; none if there is none with this SID.
    /// fn fetch(
    ///     client: &UreqClient,
    ///     webhooks: &Webhooks,
    ///     sid: WebhookSid,
    /// ) -> Result<Option<Webhook>, ClientError> {
    ///     match client.send(&webhooks.fetch(sid)?) {
    ///         Err(error) if error.refused().is_some_and(|reply| reply.status == 404) => Ok(None),
    ///         webhook => webhook.map(Some),
    ///     }
    /// }
    /// ```
    pub fn send<T: Reply>(&self, call: &Call<T>) -> Result<T, ClientError> {
        let mut sent_again = 0;
        loop {
            let response = self.send_once(call)?;
            let error = match call.parse(&response) {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            let Some(wait) = self.retry.wait(&error, sent_again, SystemTime::now()) else {
                return Err(error.into());
            };
            std::thread::sleep(wait);
            sent_again = sent_again.saturating_add(1);
        }
    }

    fn send_once<T: Reply>(&self, call: &Call<T>) -> Result<Response<Vec<u8>>, ClientError> {
        let request = call.to_request();
        let received = if request.method() == Method::POST {
            self.run(request)
        } else {
            self.run(request.map(|_| ()))
        };
        let (parts, body) = received.map_err(failed)?.into_parts();
        let mut bytes = Vec::new();
        let limit = u64::try_from(REPLY_LIMIT).unwrap_or(u64::MAX);
        let read = body
            .into_reader()
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes);
        match read {
            // The status of an error says more than that its body is incomplete.
            Err(error) if parts.status.is_success() => Err(failed(error.into())),
            _ => Ok(Response::from_parts(parts, bytes)),
        }
    }

    fn run<S: AsSendBody>(&self, request: http::Request<S>) -> Result<Response<Body>, Error> {
        request
            .with_agent(&self.agent)
            .configure()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_global(Some(self.timeout))
            .run()
    }

    /// Lists the webhooks of a Service, all pages of them.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send). It is all of them or none.
    ///
    /// ```
    /// use twilio_verify_webhooks::api::{ClientError, Status, UreqClient, Webhooks};
    ///
    /// fn count_disabled(client: &UreqClient, webhooks: &Webhooks) -> Result<usize, ClientError> {
    ///     let all = client.list_all(webhooks)?;
    ///     Ok(all.iter().filter(|webhook| webhook.status == Some(Status::Disabled)).count())
    /// }
    /// ```
    pub fn list_all(&self, webhooks: &Webhooks) -> Result<Vec<Webhook>, ClientError> {
        let mut listing = webhooks.list_all();
        while let Some(call) = listing.next_call() {
            let page = self.send(call)?;
            listing.add(page)?;
        }
        Ok(listing.into_webhooks())
    }

    /// Makes a Service have a wanted webhook: creates or updates it, or does nothing, as [`Plan`] says.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send). It may be repeated after any error.
    ///
    /// ```
    /// use twilio_verify_webhooks::ChallengeEventType::{Approved, Denied};
    /// use twilio_verify_webhooks::api::{EventTypes, NewWebhook, Outcome, UreqClient, Webhooks};
    ///
    /// fn deploy(client: &UreqClient, webhooks: &Webhooks) -> Result<(), Box<dyn std::error::Error>> {
    ///     let answers = EventTypes::from(Approved).and(Denied);
    ///     let wanted = NewWebhook::new("backend", answers, "https://example.com/webhook")?;
    ///     let ensured = client.ensure(webhooks, &wanted)?;
    ///     if ensured.outcome != Outcome::Unchanged {
    ///         println!("webhook {:?}, {} others have its URL", ensured.outcome, ensured.duplicates.len());
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn ensure(&self, webhooks: &Webhooks, wanted: &NewWebhook) -> Result<Ensured, ClientError> {
        let plan = Plan::new(wanted, self.list_all(webhooks)?);
        let (outcome, webhook) = match plan.step {
            Step::Create(new) => (Outcome::Created, self.send(&webhooks.create(&new))?),
            Step::Update { sid, update } => {
                let call = webhooks.update(sid, &update)?;
                (Outcome::Updated, self.send(&call)?)
            }
            Step::Nothing(webhook) => (Outcome::Unchanged, *webhook),
        };
        Ok(Ensured {
            outcome,
            webhook,
            duplicates: plan.duplicates,
        })
    }
}

impl fmt::Debug for UreqClient {
    /// Shows nothing of the settings given, which may hold the password of a proxy.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UreqClient")
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

fn failed(error: Error) -> ClientError {
    match error {
        Error::Timeout(_) => ClientError::Timeout,
        Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => ClientError::Timeout,
        error => ClientError::Transport(error.into()),
    }
}
