use std::path::PathBuf;

use clap::Args;

use super::{PagePort, ReceivingKeys};

/// Shows the captures of a folder on the page of `listen`, read-only.
///
/// With keys, a refused delivery that was not diagnosed is diagnosed when it is opened.
#[derive(Debug, Args)]
pub(crate) struct InspectArguments {
    /// The folder that `listen --capture` wrote.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// The port of the page on 127.0.0.1.
    #[arg(long, value_name = "PORT", default_value = "4411", value_parser = super::listen::page_port)]
    pub(crate) page_port: PagePort,
    /// The URL as configured at Twilio, in place of the one in each capture, for refused ones that were not diagnosed.
    #[arg(long, value_name = "URL", env = "WEBHOOK_URL", hide_env_values = true)]
    pub(crate) url: Option<String>,
    /// Accepts GET.
    #[arg(long)]
    pub(crate) get: bool,
    /// Prints JSON: a line when it is ready.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) keys: ReceivingKeys,
}
