//! A server, built and running as a process of its own.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Lines};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::delivery::{ACCOUNT, Event, TOKEN, URL};

/// Builds the example servers of the crate, all at once, and returns the executable of one.
///
/// # Panics
///
/// If they do not build, or there is no such example.
#[must_use]
pub fn example(name: &str) -> PathBuf {
    static BUILT: LazyLock<HashMap<String, PathBuf>> = LazyLock::new(|| {
        let examples = ["axum", "hyper", "tiny_http", "tower", "tower_accounts"];
        let examples = examples.iter().flat_map(|name| ["--example", name]);
        build(".", examples.chain(["--features", "axum,tower"]))
    });
    BUILT.get(name).expect("there is such an example").clone()
}

/// Builds the packages of `examples/servers`, all at once, and returns the executable of one.
///
/// # Panics
///
/// If they do not build, or there is no such package.
#[must_use]
pub fn package(name: &str) -> PathBuf {
    static BUILT: LazyLock<HashMap<String, PathBuf>> =
        LazyLock::new(|| build("examples/servers", ["--workspace", "--bins"]));
    BUILT.get(name).expect("there is such a package").clone()
}

/// Builds with `cargo build` and these arguments in a folder, as optimised as this is, and returns the executables by
/// their names.
fn build<'a>(folder: &str, args: impl IntoIterator<Item = &'a str>) -> HashMap<String, PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut command = Command::new(cargo);
    command.current_dir(Path::new(root).join(folder));
    command.args(["build", "--message-format=json-render-diagnostics"]);
    command.args(args).stderr(Stdio::inherit());
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "the servers of {folder} do not build"
    );
    let messages = String::from_utf8(output.stdout).unwrap();
    let executables = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let executable = PathBuf::from(message.get("executable")?.as_str()?);
        Some((message["target"]["name"].as_str()?.to_owned(), executable))
    });
    executables.collect()
}

/// How long a handler may go on after the last delivery was answered. Servers that store events first handle them after
/// that.
const REST: Duration = Duration::from_secs(20);

/// A running server. Killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// What its handler says, until its output ends.
    lines: Receiver<String>,
    /// Where it listens.
    pub address: Option<SocketAddr>,
    /// Where it keeps events, if it keeps any.
    _folder: Option<TempDir>,
}

impl Server {
    /// Starts a server and waits until it says where it listens.
    #[must_use]
    pub fn start(executable: &Path) -> Self {
        Self::start_command(Command::new(executable))
    }

    /// Starts a server with a command as [`start`](Self::start) does.
    #[must_use]
    pub fn start_command(mut command: Command) -> Self {
        command.env("LISTEN", "127.0.0.1:0");
        // Of those that keep events.
        let folder = tempfile::tempdir().unwrap();
        command.env("EVENTS", folder.path().join("events.db"));
        let (child, mut lines) = spawn(command);
        let line = lines.next().expect("a line").unwrap();
        let address = line.strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("unexpected line: {line}"));
        let address = Some(address.trim_end_matches('/').parse().unwrap());
        Self {
            child,
            lines: collect(lines),
            address,
            _folder: Some(folder),
        }
    }

    /// Starts a Lambda function that takes its invocations from a runtime API.
    #[must_use]
    pub fn start_lambda(executable: &Path, runtime_api: SocketAddr) -> Self {
        let mut command = Command::new(executable);
        command
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "webhook")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "log")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "log");
        let (child, lines) = spawn(command);
        Self {
            child,
            lines: collect(lines),
            address: None,
            _folder: None,
        }
    }

    /// Returns the id of its process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the next line that its handler prints.
    ///
    /// # Panics
    ///
    /// If it prints none.
    #[must_use]
    pub fn next_line(&self) -> String {
        let line = self.lines.recv_timeout(Duration::from_secs(60));
        line.expect("a line")
    }

    /// Returns how many bytes of memory it occupies, where the system tells as Linux does.
    #[must_use]
    pub fn resident_bytes(&self) -> Option<u64> {
        self.memory("VmRSS:")
    }

    /// Returns the most bytes of memory that it has occupied at a time, where the system tells as Linux does.
    #[must_use]
    pub fn peak_bytes(&self) -> Option<u64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, field: &str) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(field))?;
        let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
        Some(kilobytes * 1024)
    }

    /// Stops it and compares what its handler did with what it should have: each event once, and nothing else.
    pub fn stop_and_compare(mut self, events: &[Event]) {
        let until = Instant::now() + REST;
        let expected = events.iter().map_while(|_| {
            let left = until.saturating_duration_since(Instant::now());
            self.lines.recv_timeout(left).ok()
        });
        let mut lines: Vec<String> = expected.collect();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        lines.extend(&self.lines);
        let mut acts: HashMap<&str, Vec<&str>> = HashMap::new();
        for line in &lines {
            let (act, uuid) = line.rsplit_once(": ").unwrap_or((line, ""));
            acts.entry(uuid).or_default().push(act);
        }
        for event in events {
            let acts = acts.get(event.uuid.as_str());
            let acts = acts.unwrap_or_else(|| panic!("nothing was done for {event:?}"));
            assert_eq!(acts.len(), 1, "{event:?} was handled so: {acts:?}");
            let act = event.act();
            assert!(acts[0].contains(&act), "expected {act}, found {}", acts[0]);
        }
        assert_eq!(lines.len(), events.len(), "unexpected lines in {lines:#?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(mut command: Command) -> (Child, Lines<BufReader<ChildStdout>>) {
    command
        .env("WEBHOOK_URL", URL)
        .env("TWILIO_ACCOUNT_SID", ACCOUNT)
        .env("TWILIO_AUTH_TOKEN", TOKEN)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

fn collect(lines: Lines<BufReader<ChildStdout>>) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        lines
            .map(Result::unwrap)
            .try_for_each(|line| sender.send(line))
    });
    receiver
}
