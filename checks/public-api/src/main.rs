//! Compares what the crate offers, and what each feature adds to it, with the listings in `checks/public-api`.
//!
//! ```sh
//! cargo run -p public-api-listing             # compare
//! cargo run -p public-api-listing -- --renew  # write the listings anew
//! ```
//!
//! A line that goes, or changes, breaks somebody's code: that takes a new major version (a minor one before 1.0). A
//! feature that takes a line away, or changes one, is an error in any case: features are additive. What compilers
//! derive of themselves (auto traits, blanket implementations) is not listed.
//!
//! Rustdoc's JSON is not stable yet, so the script `rustdoc` tells a stable one to write it, with `RUSTC_BOOTSTRAP`. In
//! cargo's own environment that would have every dependency checked anew.
#![forbid(unsafe_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn Error>>;
type Lines = BTreeSet<String>;

const CRATE: &str = "twilio-verify-webhooks";
/// The listing of what there is without any feature.
const CORE: &str = "core";

fn main() -> ExitCode {
    let renew = env::args().any(|argument| argument == "--renew");
    match compare(renew) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("If that is meant: cargo run -p public-api-listing -- --renew");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn compare(renew: bool) -> Result<bool> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../..");
    let metadata = metadata(&root)?;
    let features = features(&metadata)?;
    let core = offered(&root, &metadata, None)?;
    let mut listings = BTreeMap::from([(CORE.to_owned(), core.clone())]);
    let mut additive = true;
    let mut offers = BTreeMap::new();
    for feature in features.keys() {
        offers.insert(feature, offered(&root, &metadata, Some(feature))?);
    }
    for (feature, implied) in &features {
        let with = offers.get(feature).ok_or("a feature without an offer")?;
        for line in core.difference(with) {
            println!("{feature} takes away: {line}");
            additive = false;
        }
        let mut added: Lines = with.difference(&core).cloned().collect();
        for other in implied {
            for line in offers.get(other).into_iter().flatten() {
                added.remove(line);
            }
        }
        listings.insert(feature.clone(), added);
    }
    let folder = here.join("listing");
    if renew {
        fs::create_dir_all(&folder)?;
        for (name, lines) in &listings {
            let text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
            fs::write(folder.join(format!("{name}.txt")), text)?;
        }
        return Ok(additive);
    }
    let mut same = true;
    for (name, found) in &listings {
        let listed = fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap_or_default();
        let listed: Lines = listed.lines().map(str::to_owned).collect();
        for line in listed.difference(found) {
            println!("{name}: - {line}");
        }
        for line in found.difference(&listed) {
            println!("{name}: + {line}");
        }
        same &= &listed == found;
    }
    let count: usize = listings.values().map(BTreeSet::len).sum();
    println!(
        "{count} items without features and with each of {}",
        features.len()
    );
    Ok(additive && same)
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).stderr(Stdio::inherit());
    command
}

fn metadata(root: &Path) -> Result<Value> {
    let arguments = ["metadata", "--format-version=1", "--no-deps"];
    let output = cargo(root).args(arguments).output()?;
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The features of the crate, each with those of its own that it implies.
fn features(metadata: &Value) -> Result<BTreeMap<String, Vec<String>>> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let mut packages = packages.filter(|package| package["name"] == CRATE);
    let features = packages
        .next()
        .and_then(|package| package["features"].as_object());
    let features = features.ok_or("the crate is not in the workspace")?;
    let implied = |list: &Value| {
        let list = list
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let own = list.filter(|name| features.contains_key(*name));
        own.map(str::to_owned).collect()
    };
    let named = features.iter().filter(|(name, _)| *name != "default");
    Ok(named
        .map(|(name, list)| (name.clone(), implied(list)))
        .collect())
}

/// What there is with one feature, or none.
fn offered(root: &Path, metadata: &Value, feature: Option<&String>) -> Result<Lines> {
    let target = metadata["target_directory"].as_str();
    let target = PathBuf::from(target.ok_or("no target directory")?);
    let mut command = cargo(root);
    command.args([
        "rustdoc",
        "--quiet",
        "--package",
        CRATE,
        "--lib",
        "--no-default-features",
    ]);
    if let Some(feature) = feature {
        command.args(["--features", feature]);
    }
    command.args(["--", "-Z", "unstable-options", "--output-format", "json"]);
    // Cargo takes what it documented before for done if its pages are there, whatever was written over the JSON.
    let folder = target.join("doc").join(CRATE.replace('-', "_"));
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let rustdoc = Path::new(env!("CARGO_MANIFEST_DIR")).join("rustdoc");
    if !command.env("RUSTDOC", rustdoc).status()?.success() {
        return Err("rustdoc failed".into());
    }
    let items = public_api::Builder::from_rustdoc_json(folder.with_extension("json"))
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build()?;
    Ok(items.items().map(ToString::to_string).collect())
}
