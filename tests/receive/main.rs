//! The crate through its public API.

mod accounts;
mod adapters;
mod admission;
mod altered;
mod cuts;
mod delivery_id;
mod events;
mod forms;
mod headers;
mod hmac;
mod hostile;
mod json;
mod json_webhooks;
mod keys;
mod large;
mod messages;
mod one_reading;
mod properties;
mod redaction;
mod samples;
mod serde_form;
mod spelling;
mod support;
mod urls;
mod vectors;
