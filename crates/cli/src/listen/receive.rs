//! The server that takes deliveries, on any path.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Extensions, Response, StatusCode, request};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};

use super::lines::Lines;
use crate::application::Answered;
use crate::session::{Budget, Session, from_application, milliseconds, request as read_request};
use crate::store::{Answer, AnsweredBy, Entry};
use crate::timestamp::Timestamp;

/// How long a request may take to come in.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// How many connections are open at once.
const MOST_CONNECTIONS: u16 = 512;

/// Receives deliveries for a session.
pub(super) struct Receiving {
    session: Arc<Session>,
    lines: Arc<Lines>,
    forward_refused: bool,
    budget: Mutex<Budget>,
}

impl Receiving {
    pub(super) fn new(session: Arc<Session>, lines: Arc<Lines>, forward_refused: bool) -> Self {
        Self {
            session,
            lines,
            forward_refused,
            budget: Mutex::new(Budget::new()),
        }
    }

    /// Serves until the session is stopped, and the answers that were due then are sent.
    pub(super) async fn serve(self, listener: TcpListener) {
        let this = Arc::new(self);
        let connections = Arc::new(Semaphore::new(usize::from(MOST_CONNECTIONS)));
        let mut stopped = std::pin::pin!(this.session.stopped());
        loop {
            let accepted = async {
                let permit = Arc::clone(&connections).acquire_owned().await;
                (listener.accept().await, permit)
            };
            let (accepted, permit) = tokio::select! {
                accepted = accepted => accepted,
                () = &mut stopped => break,
            };
            let Ok((stream, _)) = accepted else {
                // Out of file descriptors, most likely: some will be free again.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            // An answer is to leave at once; without it some wait for 40 ms.
            let _ = stream.set_nodelay(true);
            let this = Arc::clone(&this);
            tokio::spawn(async move {
                let _permit = permit;
                let stopped = this.session.stopped();
                let service = service_fn(move |request| Arc::clone(&this).handle(request));
                let mut builder = http1::Builder::new();
                builder
                    .preserve_header_case(true)
                    .auto_date_header(false)
                    .timer(TokioTimer::new())
                    .header_read_timeout(READ_TIMEOUT);
                let connection = builder.serve_connection(TokioIo::new(stream), service);
                let mut connection = std::pin::pin!(connection);
                tokio::select! {
                    // Whatever a stranger does to a connection is no event of this program.
                    _ = connection.as_mut() => return,
                    () = stopped => connection.as_mut().graceful_shutdown(),
                }
                let _ = connection.await;
            });
        }
        // Each connection has one of them.
        let _ = connections.acquire_many(u32::from(MOST_CONNECTIONS)).await;
    }

    /// Handles a request to its end, also if who sent it does not wait for the answer.
    async fn handle(
        self: Arc<Self>,
        request: http::Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let (sender, answer) = oneshot::channel();
        tokio::spawn(async move { self.deliver(request, sender).await });
        let answer = answer.await.unwrap_or_else(|_| {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        });
        Ok(answer.map(Full::new))
    }

    async fn deliver(
        &self,
        request: http::Request<Incoming>,
        sender: oneshot::Sender<Response<Bytes>>,
    ) {
        let (start, received_at) = (Instant::now(), Timestamp::now());
        let session = &self.session;
        let Some(verification) = session.verification() else {
            return;
        };
        let (head, body) = request.into_parts();
        let body = read(body, verification.body_limit()).await;
        let request = Arc::new(read_request(&head, body.bytes));
        let (outcome, refusal) = verification.verify(&request);
        let cut_from = body.is_cut.then(|| length(&head, request.body.len()));
        let spelling = spelling(head);
        let is_forwarded = cut_from.is_none() && (outcome.is_accepted() || self.forward_refused);
        let answered = match session.application.as_ref().filter(|_| is_forwarded) {
            Some(application) => {
                let answered = application.send(&request, spelling.clone()).await;
                Some((from_application(application, &answered), answered))
            }
            None => None,
        };
        let (application, answered) = answered.unzip();
        let (status, delay) = session.answering.take(outcome.is_accepted());
        let (response, by) = match (status, answered) {
            (Some(status), _) => (of_status(status), AnsweredBy::Request),
            (None, Some(Answered { response, .. })) => match response {
                Ok(response) => (response, AnsweredBy::Application),
                Err(_) => (of_status(502), AnsweredBy::Listen),
            },
            (None, None) => (refusal.unwrap_or_default(), AnsweredBy::Listen),
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let answer = Answer {
            status: response.status().as_u16(),
            by,
            took_ms: milliseconds(start.elapsed()),
        };
        // Nobody waits for it any more, if it cannot be sent.
        let _ = sender.send(response);
        self.keep(Entry {
            id: session.store.next_id(),
            sequence: 0,
            received_at,
            url: verification.url().into(),
            request,
            spelling,
            cut_from,
            outcome,
            explanation: None,
            answer: Some(answer),
            application,
            replays: Vec::new(),
            capture: None,
        })
        .await;
    }

    /// Keeps and shows a delivery that has been answered.
    async fn keep(&self, entry: Entry) {
        let is_accepted = entry.outcome.is_accepted();
        let session = &self.session;
        // A flood may push it out before it is printed.
        let mut shown = entry.clone();
        session.store.put(entry);
        let is_explained = !is_accepted && self.may_diagnose();
        if is_explained {
            shown.explanation = session.explain(&shown).await;
        }
        if let Some(folder) = &session.folder
            && (is_accepted || is_explained)
        {
            match session.capture(&shown, folder.clone()).await {
                Ok(path) => shown.capture = Some(path),
                Err(error) => crate::output::warning(format_args!(
                    "delivery {} could not be captured: {error}",
                    shown.id
                )),
            }
        }
        self.lines.delivery(session, &shown);
    }

    fn may_diagnose(&self) -> bool {
        let budget = self.budget.lock();
        budget.unwrap_or_else(PoisonError::into_inner).take()
    }
}

struct Body {
    bytes: Vec<u8>,
    /// Whether there is more, or it broke off.
    is_cut: bool,
}

/// Reads one byte more than is accepted, so that the receiver refuses what is longer.
async fn read(mut body: Incoming, limit: usize) -> Body {
    let mut bytes = Vec::new();
    let whole = async {
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            if let Ok(data) = frame.into_data() {
                let room = limit.saturating_add(1).saturating_sub(bytes.len());
                bytes.extend_from_slice(data.get(..room).unwrap_or(&data));
                if bytes.len() > limit {
                    return false;
                }
            }
        }
        true
    };
    let is_whole = tokio::time::timeout(READ_TIMEOUT, whole).await;
    Body {
        is_cut: !is_whole.unwrap_or(false),
        bytes,
    }
}

/// How long a body that was cut is said to be.
fn length(head: &request::Parts, found: usize) -> usize {
    let length = head.headers.get(http::header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    length.unwrap_or(found).max(found)
}

/// Keeps how header names are spelled, and nothing else of what a connection has.
fn spelling(head: request::Parts) -> Extensions {
    let mut extensions = head.extensions;
    extensions.remove::<hyper::upgrade::OnUpgrade>();
    extensions
}

fn of_status(status: u16) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    response
}
