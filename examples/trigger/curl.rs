//! The same request as a command for a shell.

use std::error::Error;

use crate::deliveries::Planned;

/// The longest body that is an argument. Linux takes arguments of up to 128 KiB.
const LONGEST_ARGUMENT: usize = 64 * 1024;

/// Writes a command that sends a delivery as it is, with every word quoted for a POSIX shell.
pub(crate) fn command(planned: &Planned) -> Result<String, Box<dyn Error>> {
    let delivery = &planned.delivery;
    let body = std::str::from_utf8(delivery.body())?;
    let mut lines = vec![words([
        "curl",
        "--include",
        "--globoff",
        "--path-as-is",
        "--request",
        delivery.method(),
        &planned.url,
    ])?];
    for (name, value) in delivery.headers() {
        // This is how curl is told to send a header without a value.
        let header = match value {
            "" => format!("{name};"),
            value => format!("{name}: {value}"),
        };
        lines.push(words(["--header", &header])?);
    }
    let has_body = delivery.method() != "GET" || !body.is_empty();
    let names_media_type = delivery
        .headers()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if has_body && !names_media_type {
        lines.push(words(["--header", "content-type:"])?);
    }
    let is_long = body.len() > LONGEST_ARGUMENT;
    if has_body {
        lines.push(match is_long {
            true => words(["--data-binary", "@-"])?,
            false => words(["--data-raw", body])?,
        });
    }
    let command = lines.join(" \\\n  ");
    Ok(match is_long {
        true => format!("printf %s {} | {command}", shlex::try_quote(body)?),
        false => command,
    })
}

fn words<const N: usize>(words: [&str; N]) -> Result<String, shlex::QuoteError> {
    shlex::try_join(words)
}
