//! Counts what the documentation of the published libraries has to hold, and lists what it lacks.
//!
//! ```sh
//! cargo run -p webhook-documents -- examples    # public functions that can fail say when, and have an example
//! cargo run -p webhook-documents -- front-page  # it is read in a minute
//! cargo run -p webhook-documents -- features    # what a feature adds says so, as docs.rs shows it
//! ```
//!
//! Rustdoc's JSON and its `doc_cfg` are not stable yet. The script `checks/public-api/rustdoc` tells a stable one to
//! take them.
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

use rustdoc_types::Crate;
use serde_json::Value;
use webhook_documents::functions::{self, Function};
use webhook_documents::{features, front_page, pages};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let steps: Vec<String> = env::args().skip(1).collect();
    match run(&steps) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(lacking) => {
            eprintln!("{lacking} to be mended");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Returns how many items lack something.
fn run(steps: &[String]) -> Result<usize> {
    let documents = Documents::new()?;
    let mut lacking = 0;
    for library in documents.libraries() {
        let name = library["name"].as_str().ok_or("a package without a name")?;
        let krate = documents.json(name)?;
        for step in steps {
            lacking += match step.as_str() {
                "examples" => examples(name, &krate),
                "front-page" => front_page(name, &krate),
                "features" => documents.features(name, library)?,
                _ => return Err("steps are `examples`, `front-page` and `features`".into()),
            };
        }
    }
    Ok(lacking)
}

fn examples(name: &str, krate: &Crate) -> usize {
    let functions = functions::fallible(krate);
    let (mut examples, mut errors) = (0, 0);
    for function in &functions {
        let Function { path, file, .. } = function;
        match function.has_example {
            true => examples += 1,
            false => println!("no example: {path} ({file})"),
        }
        match function.names_errors {
            true => errors += 1,
            false => println!("no section on errors: {path} ({file})"),
        }
    }
    let all = functions.len();
    println!(
        "{name}: {all} public functions can fail, {examples} have an example, {errors} say when"
    );
    2 * all - examples - errors
}

fn front_page(name: &str, krate: &Crate) -> usize {
    let root = krate.index.get(&krate.root);
    let docs = root.and_then(|root| root.docs.as_deref());
    let words = front_page::words(docs.unwrap_or_default());
    println!(
        "{name}: {words} words on the front page, of {} that take a minute",
        front_page::MOST_WORDS
    );
    (!(1..=front_page::MOST_WORDS).contains(&words)).into()
}

struct Documents {
    root: PathBuf,
    metadata: Value,
}

impl Documents {
    fn new() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let arguments = ["metadata", "--format-version=1", "--no-deps"];
        let output = cargo(&root).args(arguments).output()?;
        let metadata = serde_json::from_slice(&output.stdout)?;
        Ok(Self { root, metadata })
    }

    /// Returns an iterator over the libraries of the workspace that are published.
    fn libraries(&self) -> impl Iterator<Item = &Value> {
        let packages = self.metadata["packages"].as_array().into_iter().flatten();
        packages.filter(|package| {
            let mut targets = package["targets"].as_array().into_iter().flatten();
            package["publish"].is_null() && targets.any(|target| target["kind"][0] == "lib")
        })
    }

    /// What rustdoc tells of a library with all features.
    fn json(&self, name: &str) -> Result<Crate> {
        let arguments = ["-Z", "unstable-options", "--output-format", "json"].map(str::to_owned);
        let folder = self.rustdoc(name, &["--all-features"], &arguments)?;
        Ok(serde_json::from_slice(&fs::read(
            folder.with_extension("json"),
        )?)?)
    }

    /// Compares the pages of a library without features and with all, as docs.rs is told to make them.
    fn features(&self, name: &str, library: &Value) -> Result<usize> {
        let features = library["features"]
            .as_object()
            .map_or(0, serde_json::Map::len);
        if features == 0 {
            return Ok(0);
        }
        let told = &library["metadata"]["docs"]["rs"];
        if told["all-features"] != true {
            println!("{name}: docs.rs is not told to take all features");
            return Ok(1);
        }
        let arguments = told["rustdoc-args"].as_array().into_iter().flatten();
        let arguments: Vec<_> = arguments
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        let plain = pages(&self.rustdoc(name, &[], &arguments)?)?;
        let all = pages(&self.rustdoc(name, &["--all-features"], &arguments)?)?;
        let added = features::added(&plain, &all);
        let silent: Vec<_> = added.iter().filter(|(_, says_so)| !**says_so).collect();
        for (path, _) in &silent {
            println!("names no feature: {path}");
        }
        let (all, named) = (added.len(), added.len() - silent.len());
        println!("{name}: {named} of {all} items that a feature adds name it");
        Ok(silent.len())
    }

    /// Documents a library afresh and returns the folder of its pages. Cargo takes it for done if they are there,
    /// whatever they and the JSON beside them hold.
    fn rustdoc(&self, name: &str, features: &[&str], arguments: &[String]) -> Result<PathBuf> {
        let target = self.metadata["target_directory"]
            .as_str()
            .ok_or("no target directory")?;
        let folder = Path::new(target).join("doc").join(name.replace('-', "_"));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let mut command = cargo(&self.root);
        command.args(["rustdoc", "--quiet", "--package", name, "--lib"]);
        command.args(features).arg("--").args(arguments);
        let rustdoc = self.root.join("checks/public-api/rustdoc");
        match command.env("RUSTDOC", rustdoc).status()?.success() {
            true => Ok(folder),
            false => Err("rustdoc failed".into()),
        }
    }
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).stderr(Stdio::inherit());
    command
}
