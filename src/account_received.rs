//! The argument of handlers for many accounts.

use crate::receiver::Received;

/// An accepted delivery of one of many accounts, as the argument of a handler with axum or actix-web.
///
/// Its keys are looked up by [`Accounts`](crate::Accounts), which with axum comes from the state and with actix-web
/// from the application's data. What is refused, or cannot be looked up, is answered with the status of the
/// [`ReceiveError`](crate::ReceiveError); take a `Result` of both to see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountReceived(pub Received<'static>);
