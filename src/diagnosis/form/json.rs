//! JSON in other spellings of the same content, and its members in other orders.

mod order;
mod spelling;
mod tree;

pub(super) use self::order::{Orders, orders};
pub(super) use self::spelling::respell;
pub(in crate::diagnosis) use self::spelling::{Escapes, Spacing};
pub(super) use self::tree::{Kind, Node, parse};

/// How deep JSON may be nested to be spelled otherwise.
const MOST_DEPTH: usize = 64;
