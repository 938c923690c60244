//! How many HMACs each example takes.

use std::fmt::Write as _;

use crate::hypotheses;
use crate::together;

const FILE: &str = "tests/diagnosis/tries.txt";

/// With `BLESS` set, a change is written to the file.
#[test]
fn tries_are_as_they_were_counted() {
    let mut text = String::new();
    for row in hypotheses::rows() {
        let tries = row.scene.diagnose().tries;
        writeln!(text, "{tries:>5} {}", row.name).unwrap();
    }
    for (causes, scene) in together::scenes() {
        let causes: Vec<&str> = causes.iter().map(|cause| cause.code()).collect();
        let tries = scene.diagnose().tries;
        writeln!(text, "{tries:>5} {}", causes.join(" + ")).unwrap();
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(FILE, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(FILE).unwrap());
}
