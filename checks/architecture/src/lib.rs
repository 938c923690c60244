//! Checks that no module uses one above it.
//!
//! The order is drawn once, in the block of `ARCHITECTURE.md` that starts with ```` ```rooms ````: a line is a floor and
//! names the rooms on it, then, after two spaces or more, says what they are for. A room is a module of `src/` with the
//! files in its folder, or a package under `crates/`. It may use the rooms on the floors below its own. Within a room of
//! `src/` no files may use each other in a circle; what a file takes from the module that it belongs to does not count.
//!
//! What a file uses are the paths in it that start with `crate`, `super` or the name of a package, in `use` lines and
//! elsewhere, inside of macros too.
#![forbid(unsafe_code)]

mod paths;
mod rooms;
mod tree;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::{self, Display};
use std::fs;
use std::path::Path;

use rooms::Rooms;
use tree::{Module, Tree};

/// Something that the order does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Break {
    /// A module or package that has no place in the drawing.
    NotDrawn { room: String },
    /// A room in the drawing that is not there.
    NotThere { room: String },
    /// A file uses a room that is not below its own.
    Upward {
        file: String,
        room: String,
        used: String,
    },
    /// Files of one room use each other in a circle.
    Circle { files: Vec<String> },
}

impl Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDrawn { room } => write!(f, "{room} is not drawn in ARCHITECTURE.md"),
            Self::NotThere { room } => write!(f, "{room} is drawn in ARCHITECTURE.md but is gone"),
            Self::Upward { file, room, used } => {
                write!(
                    f,
                    "{file}: {room} may not use {used}, which is not below it"
                )
            }
            Self::Circle { files } => write!(f, "a circle: {}", files.join(" -> ")),
        }
    }
}

/// Compares the tree under a folder with the drawing in its `ARCHITECTURE.md`, and returns what the drawing does not
/// allow.
///
/// # Errors
///
/// If the drawing or a file cannot be read.
pub fn check(root: &Path) -> Result<Vec<Break>, Box<dyn Error>> {
    let rooms = Rooms::parse(&fs::read_to_string(root.join("ARCHITECTURE.md"))?)?;
    let tree = Tree::read(root)?;
    let mut breaks = Vec::new();
    let there = tree.rooms();
    let missing = there.iter().filter(|room| rooms.floor(room).is_none());
    breaks.extend(missing.map(|room| Break::NotDrawn { room: room.clone() }));
    let gone = rooms.names().filter(|&room| !there.contains(room));
    breaks.extend(gone.map(|room| Break::NotThere { room: room.into() }));

    let mut inside: BTreeMap<&Module, Vec<&Module>> = BTreeMap::new();
    for (module, used) in tree.uses() {
        let (from, to) = (module.room(), used.room());
        if from == to {
            if !from.starts_with("crates/") && !used.contains(module) {
                inside.entry(module).or_default().push(used);
            }
        } else if let (Some(from_floor), Some(to_floor)) = (rooms.floor(from), rooms.floor(to))
            && to_floor <= from_floor
        {
            let broken = Break::Upward {
                file: tree.file(module),
                room: from.into(),
                used: to.into(),
            };
            if !breaks.contains(&broken) {
                breaks.push(broken);
            }
        }
    }
    if let Some(circle) = circle(&inside) {
        let files = circle.into_iter().map(|module| tree.file(module)).collect();
        breaks.push(Break::Circle { files });
    }
    Ok(breaks)
}

/// Finds a circle: its files in order, the first of them once more at the end.
fn circle<'t>(uses: &BTreeMap<&'t Module, Vec<&'t Module>>) -> Option<Vec<&'t Module>> {
    let mut done = Vec::new();
    uses.keys()
        .find_map(|module| visit(module, uses, &mut Vec::new(), &mut done))
}

fn visit<'t>(
    module: &'t Module,
    uses: &BTreeMap<&'t Module, Vec<&'t Module>>,
    way: &mut Vec<&'t Module>,
    done: &mut Vec<&'t Module>,
) -> Option<Vec<&'t Module>> {
    if let Some(start) = way.iter().position(|&passed| passed == module) {
        let mut circle = way.split_off(start);
        circle.push(module);
        return Some(circle);
    }
    if done.contains(&module) {
        return None;
    }
    way.push(module);
    let used = uses.get(module).into_iter().flatten();
    let found = used.copied().find_map(|used| visit(used, uses, way, done));
    way.pop();
    done.push(module);
    found
}
