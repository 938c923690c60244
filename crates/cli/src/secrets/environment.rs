use std::collections::BTreeMap;
use std::path::Path;

use super::unless_secret;
use crate::output::{Failure, note};

/// Variables of the environment, and of a file that was named.
#[derive(Default)]
pub(crate) struct Environment {
    file: BTreeMap<String, String>,
}

impl Environment {
    /// Reads the file, if one is named.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let name = path.to_string_lossy();
        let name = unless_secret(&name);
        let lines = dotenvy::from_path_iter(path).map_err(|error| match error {
            dotenvy::Error::Io(error) => Failure::usage(format!("{name}: {error}")),
            _ => Failure::usage(format!("{name} cannot be read")),
        })?;
        let mut file = BTreeMap::new();
        for line in lines {
            // The error holds the line, and the line a secret.
            let (variable, value) =
                line.map_err(|_| Failure::usage(format!("{name}: expected lines NAME=VALUE")))?;
            file.insert(variable, value);
        }
        Ok(Self { file })
    }

    /// Returns the value of a variable unless it is empty. What the environment holds comes before the file.
    pub(crate) fn var(&self, name: &str) -> Option<String> {
        self.prefer(std::env::var(name).ok(), name)
    }

    /// Returns what an option holds, which clap reads from the environment as well, or else what the file holds.
    pub(crate) fn prefer(&self, given: Option<String>, name: &str) -> Option<String> {
        let file = self.file.get(name).filter(|value| !value.is_empty());
        match given.filter(|value| !value.is_empty()) {
            Some(given) => {
                if file.is_some_and(|file| *file != given) {
                    note(format_args!(
                        "{name} of the file is not used: the environment or an option has another"
                    ));
                }
                Some(given)
            }
            None => file.cloned(),
        }
    }
}
