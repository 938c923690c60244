//! Verify Events through the public API.

mod adapters;
mod answers;
mod elements;
mod envelope;
mod identity;
mod kit;
mod messages;
mod properties;
mod redaction;
mod samples;
mod signed_requests;
mod support;
mod values;
