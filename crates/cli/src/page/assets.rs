//! Script, style sheet and icon, which are part of the program.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use super::{Shared, not_found};

/// An asset, under a name that changes with its text.
struct Asset {
    name: String,
    media_type: &'static str,
    text: &'static str,
}

pub(super) struct Assets {
    script: Asset,
    style: Asset,
    icon: Asset,
}

impl Asset {
    fn new(extension: &str, media_type: &'static str, text: &'static str) -> Self {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Self {
            name: format!("{:016x}.{extension}", hasher.finish()),
            media_type,
            text,
        }
    }
}

impl Assets {
    pub(super) fn new() -> Self {
        Self {
            script: Asset::new(
                "js",
                "text/javascript; charset=utf-8",
                include_str!("../../assets/page.js"),
            ),
            style: Asset::new(
                "css",
                "text/css; charset=utf-8",
                include_str!("../../assets/page.css"),
            ),
            icon: Asset::new(
                "svg",
                "image/svg+xml",
                include_str!("../../assets/icon.svg"),
            ),
        }
    }

    pub(super) fn script(&self) -> &str {
        &self.script.name
    }

    pub(super) fn style(&self) -> &str {
        &self.style.name
    }

    pub(super) fn icon(&self) -> &str {
        &self.icon.name
    }
}

pub(super) async fn asset(
    State(shared): State<Shared>,
    Path((_, name)): Path<(String, String)>,
) -> Response {
    let Assets {
        script,
        style,
        icon,
    } = &*shared.assets;
    let mut assets = [script, style, icon].into_iter();
    match assets.find(|asset| asset.name == name) {
        Some(asset) => ([(header::CONTENT_TYPE, asset.media_type)], asset.text).into_response(),
        None => not_found().await,
    }
}
