//! Checks the repository's own tree. `cargo run -p webhook-architecture`

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    match webhook_architecture::check(&root) {
        Ok(breaks) if breaks.is_empty() => ExitCode::SUCCESS,
        Ok(breaks) => {
            for found in breaks {
                eprintln!("{found}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
