//! One taken row, from its handler to its end.

use std::any::Any;
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinError;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use crate::error::StoreErrorKind;
use crate::handler::{Handling, Start};
use crate::inbox::Shared;
use crate::job::{Failure, Next};
use crate::race::{First, race};
use crate::row::ErrorText;
use crate::settings::jittered;
use crate::store::{Leased, Settled, Settlement, Store, Ticket};
use crate::stored_event::StoredEvent;
use crate::trace::Traced;

/// The longest wait between two calls of a store that fails.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Runs a handler until it ends, its lease is lost, or `stop` turns true.
///
/// `sent` is when the row was asked for: the lease ends no earlier than that plus its length, by the clock of the
/// store, whatever happened to the reply.
pub(crate) async fn until<S: Store>(
    shared: &Shared<S>,
    leased: Leased,
    sent: Instant,
    start: Start,
    stop: &mut watch::Receiver<bool>,
) {
    let Leased { ticket, .. } = &leased;
    let event = match StoredEvent::read(leased.kind, &leased.event) {
        Ok(event) => event,
        Err(error) => {
            let event_type = "";
            let traced = Traced { ticket, event_type };
            return settle(shared, &traced, Settlement::Dead { error }, stop).await;
        }
    };
    let event_type = event.event_type().to_owned();
    let event_type = event_type.as_str();
    let traced = Traced { ticket, event_type };
    traced.taken(leased.retaken);
    if let Some(age) = event.give_up_after(&shared.settings)
        && leased.age > age
    {
        let error = ErrorText::new(format_args!("not acted on: older than {age:?}"));
        return settle(shared, &traced, Settlement::Dead { error }, stop).await;
    }
    let tries = leased.tries;
    let Some(mut handling) = start.start(event, &leased) else {
        return;
    };
    let end = watched(shared, ticket, sent, &mut handling, stop).await;
    let settlement = match end {
        End::Finished(Ok(result)) => settlement(shared, tries, result),
        End::Finished(Err(error)) => match panicked(error) {
            Some(failure) => settlement(shared, tries, Err(failure)),
            // The runtime is shutting down.
            None => return,
        },
        End::Stopped => Settlement::HandBack,
        End::Lost => return traced.lease_lost(),
    };
    settle(shared, &traced, settlement, stop).await;
}

enum End {
    Finished(Result<Result<(), Failure>, JoinError>),
    /// Cancelled, because the worker stops.
    Stopped,
    /// Cancelled, because the lease was lost.
    Lost,
}

/// Waits for a handler and renews its lease meanwhile.
async fn watched<S: Store>(
    shared: &Shared<S>,
    ticket: &Ticket,
    sent: Instant,
    handling: &mut Handling,
    stop: &mut watch::Receiver<bool>,
) -> End {
    let lease = shared.settings.lease;
    let third = lease.checked_div(3).unwrap_or_default();
    // `None` once the event is done: there is nothing left to lose.
    let mut lease_end = sent.checked_add(lease);
    let mut renew_at = sent.checked_add(third);
    let stopped = loop {
        let wait = async {
            match renew_at.into_iter().chain(lease_end).min() {
                Some(instant) => sleep_until(instant).await,
                None => std::future::pending().await,
            }
        };
        // The sender lives as long as the worker.
        let stop = async {
            if stop.wait_for(|stop| *stop).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        match race(&mut *handling, race(wait, stop)).await {
            First::Left(finished) => return End::Finished(finished),
            First::Right(First::Right(())) => break true,
            First::Right(First::Left(())) => {}
        }
        let now = Instant::now();
        if lease_end.is_some_and(|end| end <= now) {
            break false;
        }
        let renewal = shared.store.settle(ticket, Settlement::Extend { lease });
        let renewal = shared.limited(renewal);
        // A store that does not answer holds up nothing: the lease ends all the same.
        let renewed = async {
            match lease_end {
                Some(end) => timeout_at(end, renewal).await,
                None => Ok(renewal.await),
            }
        };
        match race(&mut *handling, renewed).await {
            First::Left(finished) => return End::Finished(finished),
            First::Right(Err(_)) => break false,
            First::Right(Ok(Ok(Settled::Held))) => {
                lease_end = now.checked_add(lease);
                renew_at = now.checked_add(third);
            }
            First::Right(Ok(Ok(Settled::AlreadyDone))) => (lease_end, renew_at) = (None, None),
            First::Right(Ok(Ok(Settled::Lost))) => break false,
            First::Right(Ok(Err(_))) => {
                let wait = third.checked_div(4).unwrap_or_default();
                renew_at = Instant::now().checked_add(wait);
            }
        }
    };
    handling.cancel();
    // One that blocks goes on to its end. What it reports then is fenced by its ticket.
    match handling.await {
        Err(error) if error.is_cancelled() && stopped => End::Stopped,
        Err(error) if error.is_cancelled() => End::Lost,
        finished => End::Finished(finished),
    }
}

fn panicked(error: JoinError) -> Option<Failure> {
    let panic = error.try_into_panic().ok()?;
    let text = text(&*panic).unwrap_or("no text");
    let error = ErrorText::new(format_args!("the handler panicked: {text}"));
    let_go(panic);
    let next = Next::Again;
    Some(Failure { next, error })
}

/// Drops what a panic left, which may panic in turn.
pub(crate) fn let_go(panic: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        // There need be no end to it.
        forget(another);
    }
}

fn text(panic: &(dyn Any + Send)) -> Option<&str> {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&'static str>().copied())
}

fn settlement<S: Store>(shared: &Shared<S>, tries: u32, result: Result<(), Failure>) -> Settlement {
    let Err(Failure { next, error }) = result else {
        return Settlement::Done;
    };
    match next {
        Next::GiveUp => Settlement::Dead { error },
        _ if tries >= shared.settings.max_tries => Settlement::Dead { error },
        Next::After(after) => Settlement::Again { after, error },
        Next::Again => {
            let after = shared.settings.wait_after(tries);
            Settlement::Again { after, error }
        }
    }
}

/// Reports until the store answers, or the worker stops: a report may come twice, and while the store is down there
/// is nothing else to do.
async fn settle<S: Store>(
    shared: &Shared<S>,
    traced: &Traced<'_>,
    settlement: Settlement,
    stop: &mut watch::Receiver<bool>,
) {
    let mut wait = Duration::from_millis(100);
    loop {
        let call = shared.store.settle(traced.ticket, settlement.clone());
        match shared.limited(call).await {
            Ok(Settled::Lost) => return traced.lease_lost(),
            // By a transaction of the handler's, say, whose commit was not confirmed to it.
            Ok(Settled::AlreadyDone) => return traced.done(),
            Ok(Settled::Held) => return told(traced, &settlement),
            Err(error) if *stop.borrow() => return traced.unsettled(&error),
            // To ask again changes nothing: it is put aside when its lease has run out.
            Err(error) if error.kind() == StoreErrorKind::Corrupt => {
                return traced.unsettled(&error);
            }
            Err(_) => {
                sleep(jittered(wait)).await;
                wait = wait.saturating_mul(2).min(LONGEST_WAIT);
            }
        }
    }
}

fn told(traced: &Traced<'_>, settlement: &Settlement) {
    match settlement {
        Settlement::Done => traced.done(),
        Settlement::Again { after, .. } => traced.again(*after),
        Settlement::HandBack => traced.handed_back(),
        Settlement::Dead { .. } => traced.dead(),
        Settlement::Extend { .. } => {}
    }
}
