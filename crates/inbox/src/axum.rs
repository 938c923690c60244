//! Answers as responses of `axum`.

use axum_core::body::Body;
use axum_core::response::{IntoResponse, Response};

use crate::answer::Answer;

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        self.to_response::<Body>()
    }
}
