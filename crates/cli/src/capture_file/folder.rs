use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::CaptureFile;

/// The folder that is written to and read from where none is named.
pub(crate) const DEFAULT_FOLDER: &str = "captures";

/// A folder of captures: its owner's alone, and ignored by git.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

/// Why a folder is not written to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FolderError {
    #[error("{}: {error}", path.display())]
    Io { path: PathBuf, error: io::Error },
    #[error(
        "{} can be read by others, and a captured signature verifies for ever: name another folder, or run chmod 700 {}",
        .0.display(), .0.display()
    )]
    Open(PathBuf),
}

impl Folder {
    /// Makes the folder if it is not there, with mode 0700 and a `.gitignore` of its own.
    ///
    /// One that is there must be closed to others; an empty one is closed.
    pub(crate) fn open(path: &Path) -> Result<Self, FolderError> {
        let failed = |error| FolderError::Io {
            path: path.to_owned(),
            error,
        };
        match create(path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if is_open(path).map_err(failed)? {
                    let mut files = fs::read_dir(path).map_err(failed)?;
                    if files.next().is_some() {
                        return Err(FolderError::Open(path.to_owned()));
                    }
                    close(path).map_err(failed)?;
                }
            }
            Err(error) => return Err(failed(error)),
        }
        match private_file(&path.join(".gitignore")) {
            Ok(mut file) => file.write_all(b"*\n").map_err(failed)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
        Ok(Self(path.to_owned()))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a capture and returns its file, with mode 0600. It is there whole or not at all.
    pub(crate) fn write(&self, capture: &CaptureFile) -> io::Result<PathBuf> {
        let at = capture.received_at.in_file_name();
        let name = format!("{at}-{:06}-{}", capture.id, capture.outcome.word());
        let path = self.0.join(format!("{name}.json"));
        let unfinished = self.0.join(format!(".{name}.unfinished"));
        let written = private_file(&unfinished).and_then(|mut file| {
            file.write_all(capture.to_json().as_bytes())?;
            fs::rename(&unfinished, &path)
        });
        if written.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        written.map(|()| path)
    }
}

/// Lists the captures of a folder, the newest first by name.
pub(crate) fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let is_hidden = path
            .file_name()
            .is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        if !is_hidden
            && path
                .extension()
                .is_some_and(|extension| extension == "json")
            // A pipe would be waited for.
            && path.metadata().is_ok_and(|file| file.is_file())
        {
            files.push(path);
        }
    }
    files.sort_unstable_by(|left, right| right.cmp(left));
    Ok(files)
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(unix)]
fn is_open(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;

    Ok(fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

#[cfg(unix)]
fn close(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

#[cfg(unix)]
pub(crate) fn private_file(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;

    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

// Elsewhere a new folder has the permissions of the one it is in: a user's own, as a rule.
#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::create_dir(path)
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(not(unix))]
fn close(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn private_file(path: &Path) -> io::Result<fs::File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
