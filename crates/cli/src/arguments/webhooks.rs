use clap::{Args, Subcommand, ValueEnum};

use super::{ApiArguments, TokenArguments};

/// Manages the webhooks of a Verify Service at Twilio.
#[derive(Debug, Args)]
pub(crate) struct WebhooksArguments {
    #[command(subcommand)]
    pub(crate) command: WebhooksCommand,
    /// The Verify Service.
    #[arg(
        long,
        global = true,
        value_name = "SID",
        env = "TWILIO_VERIFY_SERVICE_SID",
        hide_env_values = true
    )]
    pub(crate) service: Option<String>,
    /// How many webhooks are asked for at once.
    #[arg(long, global = true, value_name = "N")]
    pub(crate) page_size: Option<u16>,
    /// Prints JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) token: TokenArguments,
    #[command(flatten)]
    pub(crate) api: ApiArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WebhooksCommand {
    /// Lists all webhooks of the Service.
    List,
    /// Creates one; needs --name, --url and --events.
    Create(SettingsArguments),
    /// Shows one.
    Fetch {
        /// The webhook.
        #[arg(value_name = "SID")]
        sid: String,
    },
    /// Changes what is given.
    Update {
        /// The webhook.
        #[arg(value_name = "SID")]
        sid: String,
        #[command(flatten)]
        settings: SettingsArguments,
    },
    /// Deletes one.
    Delete {
        /// The webhook.
        #[arg(value_name = "SID")]
        sid: String,
        /// Does not ask before.
        #[arg(long)]
        yes: bool,
    },
    /// Creates or updates the one with this URL, or does nothing; needs --name, --url and --events.
    Ensure {
        #[command(flatten)]
        settings: SettingsArguments,
        /// Only says what would be done.
        #[arg(long)]
        dry_run: bool,
    },
}

/// The settings of a webhook.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
pub(crate) struct SettingsArguments {
    /// What it is called.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The URL that Twilio calls, byte for byte.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// The events, such as challenge.approved,challenge.denied, or * for all.
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    pub(crate) events: Vec<String>,
    /// Whether it is called.
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Option<StatusArgument>,
    /// Which parameters it is called with.
    #[arg(long = "version", value_name = "VERSION")]
    pub(crate) webhook_version: Option<VersionArgument>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusArgument {
    Enabled,
    Disabled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum VersionArgument {
    V2,
    V1,
}
