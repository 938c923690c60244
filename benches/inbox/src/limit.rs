//! What the machine can do.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Result;

/// How long it takes to overwrite 8 kB and flush them: the median of 300.
pub fn raw_flush(folder: &Path) -> Result<Duration> {
    let file = File::create(folder.join("raw"))?;
    file.write_all_at(&[1; 8192], 0)?;
    file.sync_all()?;
    let times = (0..300).map(|_| {
        let start = Instant::now();
        file.write_all_at(&[2; 8192], 0)?;
        file.sync_data()?;
        Ok(start.elapsed())
    });
    Ok(median(times.collect::<Result<_>>()?))
}

/// How long it takes to write 4 kB without a flush: the median of 300.
pub fn raw_write(folder: &Path) -> Result<Duration> {
    let file = File::create(folder.join("raw"))?;
    let times = (0..300).map(|_| {
        let start = Instant::now();
        file.write_all_at(&[2; 4096], 0)?;
        Ok(start.elapsed())
    });
    Ok(median(times.collect::<Result<_>>()?))
}

/// The median of times; nothing if there is none.
#[must_use]
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
