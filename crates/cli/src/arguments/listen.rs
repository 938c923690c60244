use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{ApiArguments, ReceivingKeys};
use crate::application::ForwardHost;

/// Receives deliveries while you develop, shows them on a page, and hands them to your application.
///
/// Takes requests on any path, verifies them for URL, and answers as a receiver does or, with --forward, as the
/// application does. Runs until it is interrupted.
#[derive(Debug, Args)]
pub(crate) struct ListenArguments {
    /// The URL as configured at Twilio; `auto` takes that of a running ngrok agent, `auto/webhook` with a path.
    #[arg(long, value_name = "URL", env = "WEBHOOK_URL", hide_env_values = true)]
    pub(crate) url: Option<String>,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4410")]
    pub(crate) listen: SocketAddr,
    /// The application that gets each delivery, unchanged, such as http://127.0.0.1:3000.
    #[arg(long, value_name = "URL")]
    pub(crate) forward: Option<String>,
    /// Forwards refused requests as well.
    #[arg(long, requires = "forward")]
    pub(crate) forward_refused: bool,
    /// The Host header that the application gets: the one received, or its own. With its own, an application that
    /// rebuilds the URL from the request cannot verify it.
    #[arg(
        long,
        value_name = "WHICH",
        default_value = "received",
        requires = "forward"
    )]
    pub(crate) forward_host: ForwardHost,
    /// Keeps each delivery in a file of this folder. A captured signature verifies for ever: keep the files to yourself.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) capture: Option<PathBuf>,
    /// The port of the page on 127.0.0.1, or `off`.
    #[arg(long, value_name = "PORT", default_value = "4411", value_parser = page_port)]
    pub(crate) page_port: PagePort,
    /// Prints JSON: a line when it is ready, then one for each delivery.
    #[arg(long)]
    pub(crate) json: bool,
    /// Answers accepted deliveries with this status.
    #[arg(long, value_name = "STATUS", value_parser = answer)]
    pub(crate) answer: Option<Answer>,
    /// Waits before each answer, such as 500ms, 20s.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) delay: Option<Duration>,
    /// Ends after N deliveries; the answer is no if any of them was refused.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) until: Option<u64>,
    /// Accepts GET.
    #[arg(long)]
    pub(crate) get: bool,
    /// Makes the webhook of this Verify Service call URL while it runs, and puts back what was there. Where the Service has
    /// several, name one of them: VA…/YW….
    #[arg(long, value_name = "SERVICE")]
    pub(crate) ensure: Option<String>,
    /// Where the API of the ngrok agent is, for `--url auto`.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:4040")]
    pub(crate) ngrok_api: String,
    #[command(flatten)]
    pub(crate) keys: ReceivingKeys,
    #[command(flatten)]
    pub(crate) api: ApiArguments,
}

/// Where the page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PagePort {
    Off,
    /// 0 for any that is free.
    On(u16),
}

/// The status to answer with.
pub(crate) type Answer = http::StatusCode;

pub(super) fn page_port(text: &str) -> Result<PagePort, String> {
    match text {
        "off" => Ok(PagePort::Off),
        _ => match text.parse() {
            Ok(port) => Ok(PagePort::On(port)),
            Err(_) => Err("expected a port or `off`".to_owned()),
        },
    }
}

fn answer(text: &str) -> Result<Answer, String> {
    match text.parse::<Answer>() {
        Ok(status) if (200..600).contains(&status.as_u16()) => Ok(status),
        _ => Err("expected a status from 200 to 599".to_owned()),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let parsed = match text.strip_suffix("ms") {
        Some(number) => number.parse().ok().map(Duration::from_millis),
        None => {
            let number = text.strip_suffix('s').unwrap_or(text).parse::<f64>().ok();
            number.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        }
    };
    match parsed {
        Some(duration) if duration <= Duration::from_secs(600) => Ok(duration),
        _ => Err("expected a time such as 500ms or 20s, at most 600s".to_owned()),
    }
}
