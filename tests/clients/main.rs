//! Both clients against servers that behave and servers that do not.

mod client;
mod hostile;
mod operations;
mod retries;
mod server;
