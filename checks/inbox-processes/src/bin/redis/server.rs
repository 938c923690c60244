use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use inbox_processes::Result;

/// How the server keeps what it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Persistence {
    /// In memory.
    None,
    /// A snapshot each second in which something changed.
    Snapshots,
    /// A log that is flushed each second.
    LogEverySecond,
    /// A log that is flushed before the answer.
    LogAlways,
}

impl Persistence {
    pub(crate) const ALL: [Self; 4] = [
        Self::None,
        Self::Snapshots,
        Self::LogEverySecond,
        Self::LogAlways,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Snapshots => "RDB, every second",
            Self::LogEverySecond => "AOF, everysec",
            Self::LogAlways => "AOF, always",
        }
    }

    /// Whether a killed server has everything that it answered. With `everysec` it usually has, because the log is written
    /// before the answer; but not while a flush is under way, for which it waits up to two seconds.
    pub(crate) fn keeps_what_it_answered(self) -> bool {
        self == Self::LogAlways
    }

    fn settings(self) -> [&'static str; 6] {
        match self {
            Self::None => ["--save", "", "--appendonly", "no", "--appendfsync", "no"],
            Self::Snapshots => ["--save", "1 1", "--appendonly", "no", "--appendfsync", "no"],
            Self::LogEverySecond => [
                "--save",
                "",
                "--appendonly",
                "yes",
                "--appendfsync",
                "everysec",
            ],
            Self::LogAlways => [
                "--save",
                "",
                "--appendonly",
                "yes",
                "--appendfsync",
                "always",
            ],
        }
    }
}

/// A server of the run's own. Killed when dropped.
pub(crate) struct Server {
    program: String,
    folder: PathBuf,
    persistence: Persistence,
    pub(crate) port: u16,
    child: Child,
}

impl Server {
    pub(crate) fn start(program: &str, folder: &Path, persistence: Persistence) -> Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        drop(listener);
        let child = spawn(program, folder, persistence, port)?;
        Ok(Self {
            program: program.to_owned(),
            folder: folder.to_owned(),
            persistence,
            port,
            child,
        })
    }

    /// Kills it with SIGKILL.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Starts it again on what it kept.
    pub(crate) fn start_again(&mut self) -> Result<()> {
        self.child = spawn(&self.program, &self.folder, self.persistence, self.port)?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(program: &str, folder: &Path, persistence: Persistence, port: u16) -> Result<Child> {
    let child = Command::new(program)
        .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--dir"])
        .arg(folder)
        .args(persistence.settings())
        .stdout(Stdio::null())
        .spawn()?;
    let client = redis::Client::open(format!("redis://127.0.0.1:{port}"))?;
    let until = Instant::now() + Duration::from_secs(20);
    // While it loads what it kept, it refuses.
    loop {
        let answers = client
            .get_connection()
            .and_then(|mut connection| redis::cmd("PING").query::<String>(&mut connection));
        match answers {
            Ok(_) => return Ok(child),
            Err(error) if Instant::now() > until => return Err(error.into()),
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}
