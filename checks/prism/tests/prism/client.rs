//! Both clients as one, told what to ask the mock server for.

use http::{HeaderMap, HeaderValue};
use tokio::runtime::Runtime;
use twilio_verify_webhooks::WebhookSid;
use twilio_verify_webhooks::api::*;
use ureq::middleware::MiddlewareNext;

/// The webhook of the mock server's examples.
pub(crate) const HOOK: &str = "https://hooks.example.com/verify";

pub(crate) fn base_url() -> String {
    std::env::var("PRISM_URL").expect("start this test with checks/prism/run")
}

pub(crate) fn webhooks() -> Webhooks {
    let service_sid = "VAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".parse().unwrap();
    let credentials = Credentials::api_key("SK0123456789abcdef0123456789abcdef", "secret").unwrap();
    let webhooks = Webhooks::new(service_sid, credentials).unwrap();
    webhooks.with_base_url(&base_url()).unwrap()
}

pub(crate) fn webhook_sid() -> WebhookSid {
    "YWaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".parse().unwrap()
}

pub(crate) enum TestClient {
    Reqwest(Runtime, ReqwestClient),
    Ureq(UreqClient),
}

impl TestClient {
    /// One of each, which send a `Prefer` header: what the server should answer with.
    pub(crate) fn each(prefer: &'static str) -> [Self; 2] {
        let prefer = HeaderValue::from_static(prefer);
        let headers = HeaderMap::from_iter([("prefer".parse().unwrap(), prefer.clone())]);
        let builder = reqwest::Client::builder()
            .no_proxy()
            .default_headers(headers);
        let reqwest = ReqwestClient::from_builder(builder).unwrap();
        let agent = ureq::Agent::config_builder()
            .proxy(None)
            .middleware(
                move |mut request: http::Request<ureq::SendBody<'_>>, next: MiddlewareNext<'_>| {
                    request.headers_mut().insert("prefer", prefer.clone());
                    next.handle(request)
                },
            )
            .build()
            .new_agent();
        let retry = Retry::never();
        [
            Self::Reqwest(Runtime::new().unwrap(), reqwest.retry(retry)),
            Self::Ureq(UreqClient::from_agent(agent).retry(retry)),
        ]
    }

    pub(crate) fn send<T: Reply>(&self, call: &Call<T>) -> Result<T, ClientError> {
        match self {
            Self::Reqwest(runtime, client) => runtime.block_on(client.send(call)),
            Self::Ureq(client) => client.send(call),
        }
    }

    pub(crate) fn list_all(&self) -> Result<Vec<Webhook>, ClientError> {
        match self {
            Self::Reqwest(runtime, client) => runtime.block_on(client.list_all(&webhooks())),
            Self::Ureq(client) => client.list_all(&webhooks()),
        }
    }

    pub(crate) fn ensure(&self, wanted: &NewWebhook) -> Result<Ensured, ClientError> {
        match self {
            Self::Reqwest(runtime, client) => runtime.block_on(client.ensure(&webhooks(), wanted)),
            Self::Ureq(client) => client.ensure(&webhooks(), wanted),
        }
    }
}
