//! Both clients as one.

use std::time::Duration;

use tokio::runtime::Runtime;
use twilio_verify_webhooks::ChallengeEventType::Approved;
use twilio_verify_webhooks::WebhookSid;
use twilio_verify_webhooks::api::*;

use crate::server::Server;

pub(crate) const SERVICE: &str = "VA0123456789abcdef0123456789abcdef";
pub(crate) const WEBHOOK: &str = "YW0123456789abcdef0123456789abcdef";
pub(crate) const HOOK: &str = "https://example.com/webhook";
pub(crate) const SECRET: &str = "GpXvs0nOtArEaLsEcReTaTaLl0000000";
/// The API key and its secret in base64.
pub(crate) const BASIC: &str = "Basic U0swMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjpHcFh2czBuT3RBckVhTHNFY1JlVGFUYUxsMDAwMDAwMA==";

pub(crate) fn webhooks(server: &Server) -> Webhooks {
    webhooks_at(&server.base_url())
}

pub(crate) fn webhooks_at(base_url: &str) -> Webhooks {
    let credentials = Credentials::api_key("SK0123456789abcdef0123456789abcdef", SECRET).unwrap();
    let webhooks = Webhooks::new(SERVICE.parse().unwrap(), credentials).unwrap();
    webhooks.with_base_url(base_url).unwrap()
}

pub(crate) fn webhook_sid() -> WebhookSid {
    WEBHOOK.parse().unwrap()
}

pub(crate) fn fetch(server: &Server) -> Call<Webhook> {
    webhooks(server).fetch(webhook_sid()).unwrap()
}

pub(crate) fn wanted() -> NewWebhook {
    NewWebhook::new("backend", Approved, HOOK).unwrap()
}

pub(crate) enum TestClient {
    Reqwest(Runtime, ReqwestClient),
    Ureq(UreqClient),
}

impl TestClient {
    /// One of each, with settings of the user's own that could do harm.
    pub(crate) fn each() -> [Self; 2] {
        let builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::limited(10));
        let agent = ureq::Agent::config_builder()
            .proxy(None)
            .max_redirects(10)
            .max_redirects_will_error(true)
            .http_status_as_error(true)
            .timeout_global(None)
            .build()
            .new_agent();
        [
            Self::Reqwest(
                Runtime::new().unwrap(),
                ReqwestClient::from_builder(builder).unwrap(),
            ),
            Self::Ureq(UreqClient::from_agent(agent)),
        ]
    }

    pub(crate) fn timeout(self, timeout: Duration) -> Self {
        match self {
            Self::Reqwest(runtime, client) => Self::Reqwest(runtime, client.timeout(timeout)),
            Self::Ureq(client) => Self::Ureq(client.timeout(timeout)),
        }
    }

    pub(crate) fn retry(self, retry: Retry) -> Self {
        match self {
            Self::Reqwest(runtime, client) => Self::Reqwest(runtime, client.retry(retry)),
            Self::Ureq(client) => Self::Ureq(client.retry(retry)),
        }
    }

    pub(crate) fn send<T: Reply>(&self, call: &Call<T>) -> Result<T, ClientError> {
        match self {
            Self::Reqwest(runtime, client) => runtime.block_on(client.send(call)),
            Self::Ureq(client) => client.send(call),
        }
    }

    pub(crate) fn list_all(&self, webhooks: &Webhooks) -> Result<Vec<Webhook>, ClientError> {
        match self {
            Self::Reqwest(runtime, client) => runtime.block_on(client.list_all(webhooks)),
            Self::Ureq(client) => client.list_all(webhooks),
        }
    }

    pub(crate) fn ensure(
        &self,
        webhooks: &Webhooks,
        wanted: &NewWebhook,
    ) -> Result<Ensured, ClientError> {
        match self {
            Self::Reqwest(runtime, client) => runtime.block_on(client.ensure(webhooks, wanted)),
            Self::Ureq(client) => client.ensure(webhooks, wanted),
        }
    }
}
