//! The adapters, each with its feature.

#[cfg(feature = "actix-web")]
mod actix_web;
#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "http-body")]
mod http_body;
#[cfg(feature = "tower")]
mod tower;
