//! What lacks an example, or does not name its feature, is found.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use webhook_documents::features::{self, Pages};
use webhook_documents::front_page;
use webhook_documents::functions::{self, Function};

/// Has rustdoc document a source, and returns the folder that it writes.
#[track_caller]
fn rustdoc(source: &str, arguments: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("planted.rs");
    fs::write(&file, source).unwrap();
    let rustdoc = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public-api/rustdoc");
    let mut command = Command::new(rustdoc);
    command
        .arg(file)
        .args(["--edition", "2024", "-o"])
        .arg(folder.path());
    assert!(command.args(arguments).status().unwrap().success());
    folder
}

#[track_caller]
fn planted(source: &str) -> BTreeSet<Function> {
    let folder = rustdoc(
        source,
        &["-Z", "unstable-options", "--output-format", "json"],
    );
    let json = fs::read(folder.path().join("planted.json")).unwrap();
    functions::fallible(&serde_json::from_slice(&json).unwrap())
}

/// Returns the paths of those that can fail: those without an example, and those with one.
#[track_caller]
fn fallible(source: &str) -> (Vec<String>, Vec<String>) {
    let (with, without): (Vec<_>, Vec<_>) = planted(source)
        .into_iter()
        .partition(|function| function.has_example);
    let paths = |found: Vec<Function>| found.into_iter().map(|function| function.path).collect();
    (paths(without), paths(with))
}

#[test]
fn functions_without_an_example_are_found_wherever_they_are() {
    let source = r#"
        mod private {
            pub struct Exported;
            impl Exported {
                pub fn method(&self) -> Result<(), ()> { Ok(()) }
                pub fn nested(&self) -> Option<Result<(), ()>> { None }
                pub fn cannot_fail(&self) -> Option<u8> { None }
                fn hidden(&self) -> Result<(), ()> { self.method() }
            }
            impl std::str::FromStr for Exported {
                type Err = ();
                fn from_str(_: &str) -> Result<Self, ()> { Self.hidden().map(|()| Self) }
            }
            pub struct Unreachable;
            impl Unreachable {
                pub fn method(&self) -> Result<(), ()> { Ok(()) }
            }
        }
        pub use private::Exported;
        #[doc(no_inline)]
        pub use public::waits as twice;
        pub mod public {
            pub async fn waits() -> Result<(), ()> { Ok(()) }
            pub fn future() -> impl Future<Output = std::io::Result<()>> { async { Ok(()) } }
            pub type Boxed = std::pin::Pin<Box<dyn Future<Output = Result<(), ()>>>>;
            pub fn aliased() -> Boxed { Box::pin(waits()) }
            pub trait Asked {
                fn required(&self) -> Result<(), ()>;
                fn provided(&self) -> Result<(), ()> { self.required() }
            }
        }
    "#;
    let expected = [
        "Exported::method",
        "Exported::nested",
        "public::Asked::provided",
        "public::Asked::required",
        "public::aliased",
        "public::future",
        "public::waits",
    ];
    assert_eq!(
        fallible(source),
        (expected.map(str::to_owned).to_vec(), Vec::new())
    );
}

#[test]
fn errors_that_are_not_named_are_found() {
    let source = "
        /// Tries.
        ///
        /// # Errors
        ///
        /// Always.
        pub fn names() -> Result<(), ()> { Err(()) }
        /// Tries. See `# Errors` of another.
        pub fn silent() -> Result<(), ()> { Err(()) }";
    let found = planted(source);
    let named = found
        .iter()
        .map(|function| (function.path.as_str(), function.names_errors));
    assert!(named.eq([("names", true), ("silent", false)]));
}

#[test]
fn only_compiled_code_that_a_reader_sees_is_an_example() {
    let blocks = [
        ("plain", "", "tried()?;", true),
        ("no_run", "no_run", "tried()?;", true),
        ("rust_and_edition", "rust,edition2021", "tried()?;", true),
        ("text", "text", "tried()?;", false),
        ("ignored", "ignore", "tried()?;", false),
        ("shell", "sh", "tried()?;", false),
        ("hidden", "", "# tried()?;", false),
        ("another", "", "tried_again()?;", false),
    ];
    for (name, fence, code, is_example) in blocks {
        let docs = format!("/// Tries.\n///\n/// ```{fence}\n/// {code}\n/// ```\n");
        let source = format!("{docs}pub fn tried() -> Result<(), ()> {{ Ok(()) }}");
        let (without, with) = fallible(&source);
        assert_eq!(
            (without.len(), with.len()),
            if is_example { (0, 1) } else { (1, 0) },
            "{name}"
        );
    }
}

#[test]
fn code_that_implements_a_trait_is_an_example_of_what_it_asks_for() {
    let source = "
        /// ```
        /// impl Asked for u8 { fn required(&self) -> Result<(), ()> { self.provided() } }
        /// ```
        pub trait Asked {
            fn required(&self) -> Result<(), ()>;
            fn provided(&self) -> Result<(), ()> { self.required() }
        }";
    let expected = (
        vec!["Asked::provided".to_owned()],
        vec!["Asked::required".to_owned()],
    );
    assert_eq!(fallible(source), expected);
}

#[test]
fn items_of_a_feature_that_do_not_name_it_are_found() {
    let items = r#"
        pub struct Plain;
        impl Plain { pub fn always(&self) {} }
        #[cfg(feature = "more")]
        impl Plain { pub fn method(&self) {} }
        #[cfg(feature = "more")]
        impl From<u8> for Plain { fn from(_: u8) -> Self { Self } }
        #[cfg(feature = "more")]
        mod more { pub struct Added; impl Added { pub fn method(&self) {} } }
        #[cfg(feature = "more")]
        pub use more::Added;
    "#;
    let pages = |source: &str, arguments: &[&str]| {
        let folder = rustdoc(source, arguments);
        webhook_documents::pages(&folder.path().join("planted")).unwrap()
    };
    let found = |source: &str| -> (Pages, Pages) {
        (
            pages(source, &[]),
            pages(source, &["--cfg", "feature=\"more\""]),
        )
    };
    for says_so in [false, true] {
        let attribute = if says_so { "#![feature(doc_cfg)]" } else { "" };
        let (plain, all) = found(&format!("{attribute}{items}"));
        let added = features::added(&plain, &all);
        let added: Vec<_> = added
            .iter()
            .map(|(path, says_so)| (path.as_str(), *says_so))
            .collect();
        // An implementation of a trait says so in any case.
        let expected = [
            ("struct.Added.html", says_so),
            ("struct.Plain.html#impl-From%3Cu8%3E-for-Plain", true),
            ("struct.Plain.html#method.method", says_so),
        ];
        assert_eq!(added, expected);
    }
}

#[test]
fn words_outside_code_and_tables_are_counted() {
    let docs = "# Two words\n\nThree [more words](https://example.com), `code` too.\n\n```sh\nno words here\n```\n\n\
                | a | table |\n|---|---|\n| of | words |\n\nThe end.\n";
    assert_eq!(front_page::words(docs), 9);
}
