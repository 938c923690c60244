//! What can go wrong, one type per question.

mod code;
mod config;
mod decode;
mod event;
mod form;
mod receive;
mod refusal;
mod signature;

pub use self::config::{ConfigError, KeyError, UrlError};
pub use self::decode::DecodeError;
pub use self::event::{EventError, JsonFault, UnknownName, UnknownParameterFault};
pub use self::form::FormError;
pub use self::receive::ReceiveError;
pub use self::refusal::{MediaTypeError, Refusal, RefusalClass, TargetError};
pub(crate) use self::signature::Malformation;
pub use self::signature::{MalformedSignature, SignatureError};
