//! The Webhooks resource of Twilio's API, kept in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Form, Json};
use serde_json::{Value, json};

pub(crate) const SERVICE: &str = "VA0123456789abcdef0123456789abcdef";

#[derive(Default)]
struct Service {
    webhooks: Vec<Value>,
    /// What each request was authenticated with.
    credentials: Vec<String>,
}

type Shared = Arc<Mutex<Service>>;

pub(crate) struct Api {
    pub(crate) url: String,
    service: Shared,
    _runtime: tokio::runtime::Runtime,
}

impl Api {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_io()
            .build()
            .unwrap();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = Shared::default();
        let router = Router::new()
            .route("/v2/Services/{service}/Webhooks", get(list).post(create))
            .route(
                "/v2/Services/{service}/Webhooks/{sid}",
                get(fetch).post(update).delete(delete),
            )
            .with_state(Arc::clone(&service));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self {
            url,
            service,
            _runtime: runtime,
        }
    }

    /// What it has, as it would send it.
    pub(crate) fn webhooks(&self) -> Vec<Value> {
        self.service.lock().unwrap().webhooks.clone()
    }

    pub(crate) fn credentials(&self) -> Vec<String> {
        self.service.lock().unwrap().credentials.clone()
    }
}

fn authenticated(service: &mut Service, headers: &HeaderMap) {
    let credentials = headers["authorization"].to_str().unwrap().to_owned();
    service.credentials.push(credentials);
}

/// Reads a form in which names are repeated.
fn apply(webhook: &mut Value, form: Vec<(String, String)>) {
    let mut values: HashMap<String, Vec<String>> = HashMap::new();
    for (name, value) in form {
        values.entry(name).or_default().push(value);
    }
    for (parameter, member) in [
        ("FriendlyName", "friendly_name"),
        ("WebhookUrl", "webhook_url"),
        ("Status", "status"),
        ("Version", "version"),
    ] {
        if let Some(values) = values.get(parameter) {
            webhook[member] = json!(values[0]);
        }
    }
    if let Some(values) = values.get("EventTypes") {
        webhook["event_types"] = json!(values);
    }
}

async fn list(
    State(service): State<Shared>,
    Path(_): Path<String>,
    headers: HeaderMap,
) -> Response {
    let mut service = service.lock().unwrap();
    authenticated(&mut service, &headers);
    let meta = json!({"key": "webhooks", "page": 0, "page_size": 50, "next_page_url": null, "previous_page_url": null, "first_page_url": "", "url": ""});
    Json(json!({"webhooks": service.webhooks, "meta": meta})).into_response()
}

async fn create(
    State(service): State<Shared>,
    Path(sid): Path<String>,
    headers: HeaderMap,
    Form(form): Form<Vec<(String, String)>>,
) -> Response {
    let mut service = service.lock().unwrap();
    authenticated(&mut service, &headers);
    let mut webhook = json!({
        "sid": format!("YW{:032x}", service.webhooks.len()), "service_sid": sid, "status": "enabled", "version": "v2",
        "webhook_method": "POST", "date_created": "2026-11-26T12:00:00Z", "account_sid": null, "date_updated": null, "url": null,
    });
    apply(&mut webhook, form);
    service.webhooks.push(webhook.clone());
    (StatusCode::CREATED, Json(webhook)).into_response()
}

async fn fetch(State(service): State<Shared>, Path((_, sid)): Path<(String, String)>) -> Response {
    let service = service.lock().unwrap();
    let mut webhooks = service.webhooks.iter();
    match webhooks.find(|webhook| webhook["sid"] == *sid) {
        Some(webhook) => Json(webhook.clone()).into_response(),
        None => not_found(),
    }
}

async fn update(
    State(service): State<Shared>,
    Path((_, sid)): Path<(String, String)>,
    Form(form): Form<Vec<(String, String)>>,
) -> Response {
    let mut service = service.lock().unwrap();
    let mut webhooks = service.webhooks.iter_mut();
    match webhooks.find(|webhook| webhook["sid"] == *sid) {
        Some(webhook) => {
            apply(webhook, form);
            Json(webhook.clone()).into_response()
        }
        None => not_found(),
    }
}

async fn delete(State(service): State<Shared>, Path((_, sid)): Path<(String, String)>) -> Response {
    let mut service = service.lock().unwrap();
    let before = service.webhooks.len();
    service.webhooks.retain(|webhook| webhook["sid"] != *sid);
    match service.webhooks.len() == before {
        true => not_found(),
        false => StatusCode::NO_CONTENT.into_response(),
    }
}

fn not_found() -> Response {
    let error = json!({"code": 20404, "message": "not found \u{1b}[31m", "more_info": "https://www.twilio.com/docs/errors/20404", "status": 404});
    (StatusCode::NOT_FOUND, Json(error)).into_response()
}
