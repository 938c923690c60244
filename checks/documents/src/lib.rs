//! What the documentation of the published libraries has to hold.
#![forbid(unsafe_code)]

pub mod example;
pub mod features;
pub mod front_page;
pub mod functions;

use std::path::Path;
use std::{fs, io};

use crate::features::Pages;

/// Reads the pages of a folder and of those in it.
///
/// # Errors
///
/// If one cannot be read.
pub fn pages(folder: &Path) -> io::Result<Pages> {
    let mut pages = Pages::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "html")
            {
                let name = path.strip_prefix(folder).map_err(io::Error::other)?;
                pages.insert(name.display().to_string(), fs::read_to_string(&path)?);
            }
        }
    }
    Ok(pages)
}
