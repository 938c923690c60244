//! Reading a body up to a limit.

use std::pin::Pin;
use std::task::{Context, Poll};

use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use twilio_verify_webhooks::*;

use super::http::genuine;
use crate::support::receiver;

const LIMIT: usize = 100;

/// Yields pieces of ten bytes, as many as there are; reading on behind that is an error.
struct Pieces {
    left: usize,
    ends: bool,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        Poll::Ready(match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Some(Ok(Frame::data(Bytes::from_static(b"0123456789"))))
            }
            None if self.ends => None,
            None => Some(Err("connection lost")),
        })
    }
}

/// A body that must not be read.
struct Untouched(u64);

impl Body for Untouched {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        panic!("it was read")
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0)
    }
}

#[tokio::test]
async fn a_body_is_read_up_to_the_limit() {
    for len in [0, 1, LIMIT - 1, LIMIT] {
        let body = Full::<Bytes>::from("x".repeat(len));
        let read = read_body(Request::new(body), LIMIT).await.unwrap();
        assert_eq!(read.body().len(), len);
    }
    let body = Pieces {
        left: LIMIT / 10,
        ends: true,
    };
    let read = read_body(Request::new(body), LIMIT).await.unwrap();
    assert_eq!(read.body().len(), LIMIT);
}

#[tokio::test]
async fn pieces_are_put_together_in_their_order() {
    let body = Pieces {
        left: 3,
        ends: true,
    };
    let read = read_body(Request::new(body), LIMIT).await.unwrap();
    assert_eq!(read.body(), "012345678901234567890123456789");
}

#[tokio::test]
async fn a_body_in_one_piece_is_not_copied() {
    let body = Bytes::from("x".repeat(LIMIT));
    let read = read_body(Request::new(Full::new(body.clone())), LIMIT).await;
    assert_eq!(read.unwrap().body().as_ptr(), body.as_ptr());
}

#[tokio::test]
async fn a_body_that_says_it_is_longer_is_not_read() {
    let refusal = read_body(Request::new(Untouched(101)), LIMIT)
        .await
        .unwrap_err();
    assert_eq!(
        refusal,
        Refusal::TooLarge {
            limit: LIMIT,
            found: 101
        }
    );

    for (declared, found) in [("101", 101), ("18446744073709551615", usize::MAX)] {
        let request = Request::builder().header("content-length", declared);
        let request = request.body(Untouched(0)).unwrap();
        let refusal = read_body(request, LIMIT).await.unwrap_err();
        assert_eq!(
            refusal,
            Refusal::TooLarge {
                limit: LIMIT,
                found
            }
        );
    }
}

#[tokio::test]
async fn a_body_that_turns_out_to_be_longer_is_given_up_on() {
    // Reading one piece more than the one that goes over the limit would end in an error.
    let body = Pieces {
        left: LIMIT / 10 + 1,
        ends: false,
    };
    let refusal = read_body(Request::new(body), LIMIT).await.unwrap_err();
    assert_eq!(
        refusal,
        Refusal::TooLarge {
            limit: LIMIT,
            found: LIMIT + 1
        }
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let body = Pieces {
        left: 3,
        ends: false,
    };
    let refusal = read_body(Request::new(body), LIMIT).await.unwrap_err();
    assert_eq!(refusal, Refusal::Incomplete);
}

#[tokio::test]
async fn a_nonsensical_content_length_is_left_to_the_server() {
    for declared in ["", "-1", "1e9", "18446744073709551616", "\u{fffd}"] {
        let request = Request::builder().header("content-length", declared.as_bytes());
        let request = request.body(Full::<Bytes>::from("abc")).unwrap();
        assert_eq!(read_body(request, LIMIT).await.unwrap().body(), "abc");
    }
}

#[tokio::test]
async fn the_head_is_kept_and_trailers_are_dropped() {
    let (head, body) = genuine().into_parts();
    let mut trailers = http::HeaderMap::new();
    trailers.insert(SIGNATURE_HEADER, "another".parse().unwrap());
    let body = Full::<Bytes>::from(body).with_trailers(async { Some(Ok(trailers)) });
    let request = Request::from_parts(head, body);
    let request = read_body(request, receiver().body_limit()).await.unwrap();
    let received = receiver().receive(&Delivery::from_request(&request));
    assert!(received.is_ok());
}
