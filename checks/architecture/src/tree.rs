//! The files, and what each uses.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use crate::paths;

/// The package in the root, as code names it.
const CORE: &str = "twilio_verify_webhooks";

/// A file, as a module: `["event", "values"]`, or `["crates/inbox", "handler"]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Module(Vec<String>);

impl Module {
    /// The module at the top of the core that this belongs to, or the package.
    pub(crate) fn room(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// Tells whether another module is this or lies in it.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}

/// All files of the core and of the packages beside it.
#[derive(Debug)]
pub(crate) struct Tree {
    files: BTreeMap<Module, String>,
    uses: Vec<(Module, Module)>,
}

impl Tree {
    pub(crate) fn read(root: &Path) -> Result<Self, Box<dyn Error>> {
        let mut sources = BTreeMap::new();
        let mut files = BTreeMap::new();
        let mut packages = vec![(None, root.join("src"))];
        for package in entries(&root.join("crates"))? {
            let name = package.file_name().unwrap_or_default();
            let name = format!("crates/{}", name.to_string_lossy());
            packages.push((Some(name), package.join("src")));
        }
        for (package, folder) in packages {
            for file in rust_files(&folder)? {
                let relative = file.strip_prefix(&folder)?.with_extension("");
                let names = relative.iter().map(|name| name.to_string_lossy());
                let names = names.filter(|name| name != "lib" && name != "main" && name != "mod");
                let names = names.map(std::borrow::Cow::into_owned);
                let module = Module(package.clone().into_iter().chain(names).collect());
                let source = fs::read_to_string(&file)?;
                let shown = file.strip_prefix(root)?.display().to_string();
                let paths = paths::of(&source).map_err(|error| format!("{shown}: {error}"))?;
                files.insert(module.clone(), shown);
                sources.insert(module, paths);
            }
        }
        let exported = exported(&sources);
        let mut uses = BTreeSet::new();
        // The root of the core has every module in it: it has no place in the order.
        for (module, paths) in sources.iter().filter(|(module, _)| !module.0.is_empty()) {
            for path in paths {
                let used = resolve(module, path, &exported);
                let used = used.and_then(|used| nearest(used, &files));
                uses.extend(used.map(|used| (module.clone(), used)));
            }
        }
        let uses = uses.into_iter().collect();
        Ok(Self { files, uses })
    }

    pub(crate) fn rooms(&self) -> BTreeSet<String> {
        let rooms = self.files.keys().map(|module| module.room().to_owned());
        rooms.filter(|room| !room.is_empty()).collect()
    }

    pub(crate) fn uses(&self) -> impl Iterator<Item = (&Module, &Module)> {
        self.uses.iter().map(|(module, used)| (module, used))
    }

    pub(crate) fn file(&self, module: &Module) -> String {
        self.files.get(module).cloned().unwrap_or_default()
    }
}

/// The module that each name at the root of the core comes from.
fn exported(sources: &BTreeMap<Module, Vec<Vec<String>>>) -> BTreeMap<String, Vec<String>> {
    let paths = sources.get(&Module(Vec::new())).into_iter().flatten();
    let paths = paths.filter_map(|path| match path.as_slice() {
        [first, module @ .., name] if first == "crate" && !module.is_empty() => {
            Some((name.clone(), module.to_vec()))
        }
        _ => None,
    });
    paths.collect()
}

/// The full path of what a module uses, from the room on.
fn resolve(
    module: &Module,
    path: &[String],
    exported: &BTreeMap<String, Vec<String>>,
) -> Option<Vec<String>> {
    let [first, rest @ ..] = path else {
        return None;
    };
    let in_package = module.room().starts_with("crates/");
    let mut full = match first.as_str() {
        "crate" if in_package => vec![module.room().to_owned()],
        "crate" => Vec::new(),
        "self" => module.0.clone(),
        "super" => {
            let supers = path.iter().take_while(|name| *name == "super").count();
            let kept = module.0.len().checked_sub(supers)?;
            let rest = path.get(supers..)?.iter();
            let full = module.0.get(..kept)?.iter().chain(rest).cloned();
            return at_root(full.collect(), exported);
        }
        name => {
            let package = name.strip_prefix(CORE)?;
            match package.strip_prefix('_') {
                Some(package) => vec![format!("crates/{}", package.replace('_', "-"))],
                // Its public names: packages may use all of them, and the core does not name itself.
                None => return None,
            }
        }
    };
    full.extend(rest.iter().cloned());
    at_root(full, exported)
}

/// Replaces a name that the core's root takes from a module.
fn at_root(full: Vec<String>, exported: &BTreeMap<String, Vec<String>>) -> Option<Vec<String>> {
    let [first, rest @ ..] = full.as_slice() else {
        return None;
    };
    match exported.get(first) {
        Some(module) => Some(module.iter().chain([first]).chain(rest).cloned().collect()),
        None => Some(full),
    }
}

/// The file that a path leads to: the longest part of it that is one.
fn nearest(mut path: Vec<String>, files: &BTreeMap<Module, String>) -> Option<Module> {
    while !path.is_empty() {
        let module = Module(path);
        if files.contains_key(&module) {
            return Some(module);
        }
        path = module.0;
        path.pop();
    }
    None
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in entries(folder)? {
        if entry.is_dir() {
            files.extend(rust_files(&entry)?);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            files.push(entry);
        }
    }
    Ok(files)
}

/// What is in a folder, in order; nothing if it is not there.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut entries: Vec<PathBuf> = entries.collect::<Result<_, _>>()?;
    entries.sort();
    Ok(entries)
}
