//! What there is to know beyond the front page.
//!
//! | to | read |
//! |---|---|
//! | know what is promised, and how that is shown | [`promises`] |
//! | act in a worker, at once, in your own transaction, without async | [`acting`] |
//! | set alerts, find lost webhooks, keep or purge rows, know of personal data | [`operation`] |

#[doc = include_str!("guide/promises.md")]
pub mod promises {}

#[doc = include_str!("guide/acting.md")]
pub mod acting {}

#[doc = include_str!("guide/operation.md")]
pub mod operation {}
