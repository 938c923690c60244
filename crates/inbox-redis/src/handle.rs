use std::time::Duration;

use redis::aio::ConnectionLike;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use twilio_verify_webhooks::{Event, Received};

use crate::answer::ClaimAnswer;
use crate::claims::{Claim, ClaimTicket, RedisClaims, Settled};

impl<C: ConnectionLike + Clone + Send + Sync + 'static> RedisClaims<C> {
    /// Claims a delivery, has it handled if it is new, and tells what to answer.
    ///
    /// The handler runs in a task of its own, which a client's disconnect does not cancel, under a lease that is
    /// renewed; it is cancelled when the claim is lost. If it fails or panics, the claim is released, so that the
    /// sender may try again.
    pub async fn handle<H, F, E>(&self, received: Received<'static>, handler: H) -> ClaimAnswer
    where
        H: FnOnce(Event<'static>) -> F + Send + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Send + 'static,
    {
        let claims = self.clone();
        let task = tokio::spawn(async move {
            let sent = Instant::now();
            let ticket = match claims.claim(&received).await {
                Ok(Claim::New(ticket)) => ticket,
                Ok(Claim::InProgress) => return ClaimAnswer::InProgress,
                Ok(Claim::Done) => return ClaimAnswer::Done,
                Ok(Claim::Conflict) => return ClaimAnswer::Conflict,
                Err(error) => return ClaimAnswer::Unavailable(error),
            };
            let event = received.event;
            let handling = tokio::spawn(async move { handler(event).await });
            claims.to_the_end(&ticket, sent, handling).await
        });
        task.await.unwrap_or(ClaimAnswer::Lost)
    }

    /// `held_since` is when the claim was asked for: by this process's own clock the lease ends no later than that plus
    /// its length, whatever happened to the reply.
    async fn to_the_end<E>(
        &self,
        ticket: &ClaimTicket,
        mut held_since: Instant,
        mut handling: JoinHandle<Result<(), E>>,
    ) -> ClaimAnswer {
        let lease = self.shared.lease;
        let third = lease.checked_div(3).unwrap_or(Duration::ZERO);
        loop {
            let left = lease.saturating_sub(held_since.elapsed());
            match timeout(third.min(left), &mut handling).await {
                Ok(Ok(Ok(()))) => {
                    return match self.done(ticket).await {
                        Ok(Settled::Held) => ClaimAnswer::Handled,
                        Ok(Settled::Lost) | Err(_) => ClaimAnswer::Lost,
                    };
                }
                Ok(Ok(Err(_)) | Err(_)) => {
                    // If this fails, the claim ends with its lease.
                    let _ = self.release(ticket).await;
                    return ClaimAnswer::Failed;
                }
                Err(_) => {}
            }
            let sent = Instant::now();
            let left = lease.saturating_sub(held_since.elapsed());
            match timeout(left, self.extend(ticket)).await {
                Ok(Ok(Settled::Held)) => held_since = sent,
                // It may be renewed yet, with the next turn.
                Ok(Err(_)) if held_since.elapsed() < lease => {}
                Ok(Ok(Settled::Lost) | Err(_)) | Err(_) => {
                    handling.abort();
                    return ClaimAnswer::Lost;
                }
            }
        }
    }
}
