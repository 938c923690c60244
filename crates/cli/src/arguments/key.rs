//! Keys and credentials, wherever they come from.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use twilio_verify_webhooks::Algorithm;

use crate::secrets::Secret;

/// An AuthToken.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Keys")]
pub(crate) struct TokenArguments {
    /// The AuthToken. Others on this machine can read arguments: prefer the environment or --token-file.
    #[arg(
        long,
        global = true,
        value_name = "TOKEN",
        env = "TWILIO_AUTH_TOKEN",
        hide_env_values = true
    )]
    pub(crate) token: Option<Secret>,
    /// Reads the AuthToken from a file. White space around it is left out.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Reads variables such as TWILIO_AUTH_TOKEN from a file of lines NAME=VALUE. What the environment holds comes first.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
}

/// The key that signs.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Keys")]
pub(crate) struct SigningKey {
    #[command(flatten)]
    pub(crate) token: TokenArguments,
    /// Signs with this SharedKey instead of an AuthToken.
    #[arg(long, value_name = "ID[=SECRET]")]
    pub(crate) shared_key: Option<Secret>,
    /// The secret of the SharedKey.
    #[arg(
        long,
        value_name = "SECRET",
        env = "TWILIO_SHARED_KEY_SECRET",
        hide_env_values = true
    )]
    pub(crate) secret: Option<Secret>,
    /// Reads the secret of the SharedKey from a file.
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
    /// The algorithm of the SharedKey.
    #[arg(long, value_name = "NAME", ignore_case = true)]
    pub(crate) algorithm: Option<AlgorithmArgument>,
}

/// The keys that a receiver accepts.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Keys")]
pub(crate) struct ReceivingKeys {
    #[command(flatten)]
    pub(crate) token: TokenArguments,
    /// A SharedKey with HMAC_SHA256; repeat it for several. Without SECRET, it is TWILIO_SHARED_KEY_SECRET.
    #[arg(long, value_name = "ID[=SECRET]")]
    pub(crate) shared_key: Vec<Secret>,
    /// A SharedKey with HMAC_SHA1, given in the same way.
    #[arg(long, value_name = "ID[=SECRET]")]
    pub(crate) shared_key_sha1: Vec<Secret>,
}

/// What calls of Twilio's API need, besides the AuthToken.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Twilio's API")]
pub(crate) struct ApiArguments {
    /// An API key, which is used instead of account and AuthToken. Its secret is TWILIO_API_KEY_SECRET.
    #[arg(
        long,
        global = true,
        value_name = "SID",
        env = "TWILIO_API_KEY",
        hide_env_values = true
    )]
    pub(crate) api_key: Option<String>,
    /// The secret of the API key. Others on this machine can read arguments.
    #[arg(
        long,
        global = true,
        value_name = "SECRET",
        env = "TWILIO_API_KEY_SECRET",
        hide_env_values = true
    )]
    pub(crate) api_key_secret: Option<Secret>,
    /// Reads the secret of the API key from a file.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) api_key_secret_file: Option<PathBuf>,
    /// The account, which is used with the AuthToken.
    #[arg(
        long,
        global = true,
        value_name = "SID",
        env = "TWILIO_ACCOUNT_SID",
        hide_env_values = true
    )]
    pub(crate) account: Option<String>,
    /// Another API than https://verify.twilio.com.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) base_url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AlgorithmArgument {
    #[value(name = "HMAC_SHA256")]
    HmacSha256,
    #[value(name = "HMAC_SHA1")]
    HmacSha1,
}

impl From<AlgorithmArgument> for Algorithm {
    fn from(algorithm: AlgorithmArgument) -> Self {
        match algorithm {
            AlgorithmArgument::HmacSha256 => Self::HmacSha256,
            AlgorithmArgument::HmacSha1 => Self::HmacSha1,
        }
    }
}
