use std::path::PathBuf;

use clap::Args;

use super::SigningKey;

/// Sends a captured delivery to your application once more.
///
/// As it is, it is a repetition: byte for byte the same, which an inbox answers without acting. With --new it is another
/// delivery with a uuid of its own, signed anew, which only one that was accepted can become.
#[derive(Debug, Args)]
pub(crate) struct ReplayArguments {
    /// A capture of `listen`, or `latest` for the newest one in the folder.
    #[arg(value_name = "FILE|latest")]
    pub(crate) capture: PathBuf,
    /// The folder of captures in which `latest` is looked for.
    #[arg(long, value_name = "FOLDER", default_value = "captures")]
    pub(crate) folder: PathBuf,
    /// The application, such as http://127.0.0.1:3000. Path and query are those of the capture.
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,
    /// Sends it as a new delivery.
    #[arg(long)]
    pub(crate) new: bool,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) key: SigningKey,
}
