//! What memory a body takes while it is read.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use actix_web::FromRequest;
use actix_web::test::TestRequest;
use allocation_counter::measure;
use bytes::Bytes;
use http::Request;
use http_body::Frame;
use twilio_verify_webhooks::{Received, SIGNATURE_HEADER, read_body};
use verify_webhooks_benches::fixtures;
use verify_webhooks_benches::receiver::{FORM, receiver};

const LIMIT: usize = 128 * 1024;
static ZEROS: [u8; LIMIT] = [0; LIMIT];

/// A body of which one byte comes at a time.
struct Bytewise(Bytes);

impl http_body::Body for Bytewise {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let is_left = !self.0.is_empty();
        Poll::Ready(is_left.then(|| Ok(Frame::data(self.0.split_to(1)))))
    }
}

/// Runs what never waits.
fn run<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("nothing is waited for"),
    }
}

/// The most memory that was held at a time, in bytes.
fn held(work: impl FnOnce()) -> u64 {
    measure(work).bytes_max
}

#[test]
fn a_body_of_one_byte_chunks_takes_its_declared_length() {
    let request = Request::post("/").header("Content-Length", LIMIT);
    let request = request.body(Bytewise(Bytes::from_static(&ZEROS))).unwrap();
    let held = held(|| assert!(run(read_body(request, LIMIT)).is_ok()));
    assert!(held <= LIMIT as u64 + 256, "{held}");
}

#[test]
fn a_body_of_one_byte_chunks_without_a_length_takes_twice_the_limit() {
    let request = Request::new(Bytewise(Bytes::from_static(&ZEROS)));
    let held = held(|| assert!(run(read_body(request, LIMIT)).is_ok()));
    assert!(held <= 2 * LIMIT as u64 + 256, "{held}");
}

/// What an extractor of actix-web holds beside the chunks that come in.
fn extracted<T: FromRequest>(body: &'static str, signature: &str) -> u64 {
    let request = TestRequest::post()
        .app_data(receiver())
        .insert_header(("Content-Type", FORM))
        .insert_header((SIGNATURE_HEADER, signature))
        .insert_header(("Content-Length", body.len()))
        .set_payload(body);
    let (request, mut payload) = request.to_http_parts();
    held(|| assert!(run(T::from_request(&request, &mut payload)).is_ok()))
}

#[test]
fn the_extractor_of_actix_web_takes_the_body_and_the_event() {
    let fixture = fixtures::v2_challenge();
    let body: &'static str = fixture.body.clone().leak();
    let bare = extracted::<Bytes>(body, &fixture.signature);
    let received = extracted::<Received<'static>>(body, &fixture.signature);
    let event: usize = fixture
        .parameters
        .iter()
        .map(|(_, value)| value.len())
        .sum();
    assert!(
        received <= bare + (body.len() + event) as u64 + 2048,
        "{received} bytes, {bare} for the bytes alone"
    );
}
