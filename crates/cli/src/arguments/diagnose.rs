use std::path::PathBuf;

use clap::Args;

use super::ReceivingKeys;
use crate::secrets::Secret;

/// Finds out why the signature of a captured request is refused, and says what to change.
///
/// CAPTURE is a capture of `listen`, a raw request (head and body) as a proxy logs it, the output of `curl -v`, a curl
/// command, a HAR file or one entry of it, the event of an AWS Lambda function (API Gateway 1.0 and 2.0, ALB), a request
/// of ngrok's API, or headers as a framework prints them. What a format lacks, as `curl -v` the body, is given by the
/// options.
///
/// The answer is yes if the receiver accepts the request, and no if it refuses it.
#[derive(Debug, Args)]
pub(crate) struct DiagnoseArguments {
    /// The file; `-`, or none, reads standard input unless --header or --signature describe the request.
    #[arg(value_name = "CAPTURE")]
    pub(crate) capture: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,

    /// The URL as configured in your program.
    #[arg(
        long,
        value_name = "URL",
        env = "WEBHOOK_URL",
        hide_env_values = true,
        help_heading = "Receiver"
    )]
    pub(crate) url: Option<String>,
    /// In place of --url: the origin, with path and query from the request.
    #[arg(long, value_name = "ORIGIN", help_heading = "Receiver")]
    pub(crate) origin: Option<String>,
    /// Accepts GET.
    #[arg(long, help_heading = "Receiver")]
    pub(crate) get: bool,

    /// Another AuthToken to try, an older one or another account's, with a label for the report; may be repeated.
    #[arg(long, value_name = "LABEL=TOKEN", help_heading = "What else to try")]
    pub(crate) other_token: Vec<Secret>,
    /// A file with another AuthToken to try; its name is the label. May be repeated.
    #[arg(long, value_name = "FILE", help_heading = "What else to try")]
    pub(crate) other_token_file: Vec<PathBuf>,
    /// Another URL that the webhook may be configured with; may be repeated.
    #[arg(long, value_name = "URL", help_heading = "What else to try")]
    pub(crate) other_url: Vec<String>,

    /// The method; POST unless the capture says otherwise.
    #[arg(
        long,
        value_name = "METHOD",
        help_heading = "Request, in place of CAPTURE or over it"
    )]
    pub(crate) method: Option<String>,
    /// Path and query as in the request line.
    #[arg(
        long,
        value_name = "TARGET",
        help_heading = "Request, in place of CAPTURE or over it"
    )]
    pub(crate) target: Option<String>,
    /// A header; may be repeated.
    #[arg(long, value_name = "NAME:VALUE", help_heading = "Request, in place of CAPTURE or over it", value_parser = super::trigger::header)]
    pub(crate) header: Vec<(String, String)>,
    /// The X-Twilio-Signature header.
    #[arg(
        long,
        value_name = "VALUE",
        help_heading = "Request, in place of CAPTURE or over it"
    )]
    pub(crate) signature: Option<String>,
    /// The raw body from a file.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "data",
        help_heading = "Request, in place of CAPTURE or over it"
    )]
    pub(crate) body: Option<PathBuf>,
    /// The raw body.
    #[arg(
        long,
        value_name = "TEXT",
        help_heading = "Request, in place of CAPTURE or over it"
    )]
    pub(crate) data: Option<String>,

    #[command(flatten)]
    pub(crate) keys: ReceivingKeys,
}
