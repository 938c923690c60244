//! The drawing.

use std::collections::BTreeMap;

/// The floor of each room, 0 at the top.
#[derive(Debug)]
pub(crate) struct Rooms {
    floors: BTreeMap<String, usize>,
}

impl Rooms {
    /// Reads the block of a document that starts with ```` ```rooms ````.
    pub(crate) fn parse(document: &str) -> Result<Self, String> {
        let block = document.split_once("\n```rooms\n");
        let block = block.and_then(|(_, rest)| rest.split_once("\n```"));
        let (block, _) = block.ok_or("expected a block of rooms in ARCHITECTURE.md")?;
        let mut floors = BTreeMap::new();
        for (floor, line) in block.lines().enumerate() {
            let names = line.split("  ").next().unwrap_or_default();
            for name in names.split_whitespace() {
                if floors.insert(name.to_owned(), floor).is_some() {
                    return Err(format!("{name} is drawn twice in ARCHITECTURE.md"));
                }
            }
        }
        Ok(Self { floors })
    }

    pub(crate) fn floor(&self, room: &str) -> Option<usize> {
        self.floors.get(room).copied()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.floors.keys().map(String::as_str)
    }
}
