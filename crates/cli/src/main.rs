//! Command line tool for developers who receive webhooks of Twilio Verify Push.
#![forbid(unsafe_code)]

fn main() {}
