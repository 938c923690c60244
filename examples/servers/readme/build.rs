//! Takes the blocks out of the README that need a framework, and that its own doc tests therefore ignore.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

const README: &str = "../../../README.md";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={README}");
    let readme = fs::read_to_string(README)?;
    let blocks = readme.split("```rust,ignore\n").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split_once("```"));
    let tests = blocks.map(|(code, _)| format!("```rust,no_run\n{code}```\n\n"));
    let tests: String = tests.collect();
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("frameworks.md"), tests)?;
    Ok(())
}
