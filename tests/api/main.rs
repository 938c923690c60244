//! Calls of the API and their replies, without a network.

mod base_url;
mod ensure;
mod errors;
mod messages;
mod paging;
mod redaction;
mod replies;
mod requests;
mod retry;
mod support;
mod values;
