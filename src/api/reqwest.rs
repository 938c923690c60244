use std::fmt;
use std::time::{Duration, SystemTime};

use http::Response;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Request};

use super::{
    Call, Ensured, NewWebhook, Outcome, Plan, REPLY_LIMIT, Reply, Retry, Step, TIMEOUT, Webhook,
    Webhooks,
};
use crate::api::error::ClientError;

/// Sends calls with [`reqwest`], within a [`tokio`] runtime.
///
/// Redirects are not followed, a complete reply must arrive within 30 seconds, no more than [`REPLY_LIMIT`] of it is read, and a
/// call is sent again as [`Retry`] says. A clone shares the connections.
#[derive(Clone)]
pub struct ReqwestClient {
    client: Client,
    timeout: Duration,
    retry: Retry,
}

impl ReqwestClient {
    /// Makes a client that trusts the certificates the platform does.
    ///
    /// # Errors
    ///
    /// [`ClientError::Build`] if there are none, or TLS does not work for another reason.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use twilio_verify_webhooks::api::ReqwestClient;
    ///
    /// let client = ReqwestClient::new()?.timeout(Duration::from_secs(5));
    /// # Ok::<(), twilio_verify_webhooks::api::ClientError>(())
    /// ```
    pub fn new() -> Result<Self, ClientError> {
        Self::from_builder(Client::builder())
    }

    /// Makes a client with settings of your own: proxy, certificates, addresses.
    ///
    /// Redirects are switched off whatever the builder says, since credentials could travel with them.
    ///
    /// # Errors
    ///
    /// [`ClientError::Build`] if the settings cannot be used.
    ///
    /// ```no_run
    /// use twilio_verify_webhooks::api::ReqwestClient;
    ///
    /// let proxy = reqwest::Proxy::https("http://proxy.internal:3128")?;
    /// let client = ReqwestClient::from_builder(reqwest::Client::builder().proxy(proxy))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_builder(builder: ClientBuilder) -> Result<Self, ClientError> {
        let client = builder.redirect(Policy::none()).build();
        Ok(Self {
            client: client.map_err(|error| ClientError::Build(error.into()))?,
            timeout: TIMEOUT,
            retry: Retry::default(),
        })
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
    /// use twilio_verify_webhooks::api::{ClientError, ReqwestClient, Webhook, Webhooks};
    ///
    /// /// Fetches a webhook; none if there is none with this SID.
    /// async fn fetch(
    ///     client: &ReqwestClient,
    ///     webhooks: &Webhooks,
    ///     sid: WebhookSid,
    /// ) -> Result<Option<Webhook>, ClientError> {
    ///     match client.send(&webhooks.fetch(sid)?).await {
    ///         Err(error) if error.refused().is_some_and(|reply| reply.status == 404) => Ok(None),
    ///         webhook => webhook.map(Some),
    ///     }
    /// }
    /// ```
    pub async fn send<T: Reply>(&self, call: &Call<T>) -> Result<T, ClientError> {
        let mut sent_again = 0;
        loop {
            let response = self.send_once(call).await?;
            let error = match call.parse(&response) {
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

    async fn send_once<T: Reply>(&self, call: &Call<T>) -> Result<Response<Vec<u8>>, ClientError> {
        let mut request = Request::try_from(call.to_request()).map_err(failed)?;
        *request.timeout_mut() = Some(self.timeout);
        let mut received = self.client.execute(request).await.map_err(failed)?;
        let mut response = Response::new(Vec::new());
        *response.status_mut() = received.status();
        response.headers_mut().clone_from(received.headers());
        while response.body().len() <= REPLY_LIMIT {
            match received.chunk().await {
                Ok(Some(chunk)) => response.body_mut().extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) if received.status().is_success() => return Err(failed(error)),
                // The status of an error says more than that its body is incomplete.
                Err(_) => break,
            }
        }
        Ok(response)
    }

    /// Lists the webhooks of a Service, all pages of them.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send). It is all of them or none.
    ///
    /// ```
    /// use twilio_verify_webhooks::api::{ClientError, ReqwestClient, Status, Webhooks};
    ///
    /// async fn count_disabled(client: &ReqwestClient, webhooks: &Webhooks) -> Result<usize, ClientError> {
    ///     let all = client.list_all(webhooks).await?;
    ///     Ok(all.iter().filter(|webhook| webhook.status == Some(Status::Disabled)).count())
    /// }
    /// ```
    pub async fn list_all(&self, webhooks: &Webhooks) -> Result<Vec<Webhook>, ClientError> {
        let mut listing = webhooks.list_all();
        while let Some(call) = listing.next_call() {
            let page = self.send(call).await?;
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
    /// use twilio_verify_webhooks::api::{EventTypes, NewWebhook, Outcome, ReqwestClient, Webhooks};
    ///
    /// async fn deploy(client: &ReqwestClient, webhooks: &Webhooks) -> Result<(), Box<dyn std::error::Error>> {
    ///     let answers = EventTypes::from(Approved).and(Denied);
    ///     let wanted = NewWebhook::new("backend", answers, "https://example.com/webhook")?;
    ///     let ensured = client.ensure(webhooks, &wanted).await?;
    ///     if ensured.outcome != Outcome::Unchanged {
    ///         println!("webhook {:?}, {} others have its URL", ensured.outcome, ensured.duplicates.len());
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub async fn ensure(
        &self,
        webhooks: &Webhooks,
        wanted: &NewWebhook,
    ) -> Result<Ensured, ClientError> {
        let plan = Plan::new(wanted, self.list_all(webhooks).await?);
        let (outcome, webhook) = match plan.step {
            Step::Create(new) => (Outcome::Created, self.send(&webhooks.create(&new)).await?),
            Step::Update { sid, update } => {
                let call = webhooks.update(sid, &update)?;
                (Outcome::Updated, self.send(&call).await?)
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

impl fmt::Debug for ReqwestClient {
    /// Shows nothing of the settings given, which may hold the password of a proxy.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestClient")
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

fn failed(error: reqwest::Error) -> ClientError {
    if error.is_timeout() {
        return ClientError::Timeout;
    }
    ClientError::Transport(error.without_url().into())
}
