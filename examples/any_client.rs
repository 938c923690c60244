//! Calls the API with an HTTP client that this crate does not know: hyper's.
//!
//! ```sh
//! cargo run --example any_client --features api
//! ```
//!
//! What is called is a server on loopback. For Twilio's, use a connector with TLS, such as that of `hyper-rustls`.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::get;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use twilio_verify_webhooks::api::{Call, Credentials, REPLY_LIMIT, Reply, Webhooks};

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type HyperClient = Client<HttpConnector, Full<Bytes>>;

/// Sends a call and reads its reply. This client follows no redirects; timeout and limit are seen to here.
async fn send<T: Reply>(client: &HyperClient, call: &Call<T>) -> Result<T, BoxError> {
    let request = call.to_request().map(|body| Full::new(Bytes::from(body)));
    let reply = async {
        let (head, body) = client.request(request).await?.into_parts();
        let body = Limited::new(body, REPLY_LIMIT).collect().await?.to_bytes();
        Ok(call.parse(&Response::from_parts(head, body))?)
    };
    tokio::time::timeout(Duration::from_secs(30), reply).await?
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let credentials = Credentials::api_key("SK0123456789abcdef0123456789abcdef", "secret")?;
    let service_sid = "VA0123456789abcdef0123456789abcdef".parse()?;
    let webhooks = Webhooks::new(service_sid, credentials)?.with_base_url(&serve().await?)?;
    let client = Client::builder(TokioExecutor::new()).build_http();

    let page = send(&client, &webhooks.list()).await?;
    for webhook in &page.webhooks {
        let url = webhook.webhook_url.as_deref().unwrap_or_default();
        println!(
            "{} {url}",
            webhook.friendly_name.as_deref().unwrap_or_default()
        );
    }
    if page.webhooks.len() != 1 {
        return Err("expected one webhook".into());
    }
    let call = webhooks.fetch("YW0123456789abcdef0123456789abcdef".parse()?)?;
    match send(&client, &call).await {
        Err(error) if error.to_string().contains("20404") => println!("as expected: {error}"),
        _ => return Err("expected an error".into()),
    }
    Ok(())
}

/// Starts a server with one webhook in its list, and returns its base URL.
async fn serve() -> Result<String, BoxError> {
    let list = |headers: HeaderMap| async move {
        match headers.contains_key("authorization") {
            true => (
                StatusCode::OK,
                r#"{"webhooks":[{"sid":null,"friendly_name":"backend","webhook_url":"https://mywebsite.com/webhook"}],
                    "meta":{"next_page_url":null}}"#,
            ),
            false => (
                StatusCode::UNAUTHORIZED,
                r#"{"code":20003,"message":"Authenticate"}"#,
            ),
        }
    };
    let not_found = || async {
        let body = r#"{"code":20404,"message":"The requested resource was not found"}"#;
        (StatusCode::NOT_FOUND, body)
    };
    let app = axum::Router::new()
        .route("/v2/Services/{sid}/Webhooks", get(list))
        .fallback(not_found);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(format!("http://{address}"))
}
