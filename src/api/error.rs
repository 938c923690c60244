//! Calling the API: making a call, sending it, reading the reply.

mod client;
mod error_reply;
mod reply;
mod request;

pub use self::client::ClientError;
pub use self::error_reply::{ErrorCode, ErrorReply};
pub use self::reply::{NextPageError, ReplyError};
pub use self::request::{BaseUrlError, CredentialsError, RequestError};
