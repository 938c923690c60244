//! What every command prints, and how it ends.
//!
//! Results go to standard output, all else to standard error. Text that came from outside, from a request, a reply or
//! a file, is printed only through [`visible()`].

mod exit;
mod stream;
mod style;
mod visible;

pub(crate) use self::exit::{Failure, Outcome, exit_code, not_understood};
pub(crate) use self::stream::{Out, json_line, note, warning};
pub(crate) use self::style::{BAD, DIM, GOOD, HEADING};
pub(crate) use self::visible::{visible, visible_lines, visible_start};
