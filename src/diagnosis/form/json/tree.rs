use std::ops::Range;

use super::MOST_DEPTH;
use super::spelling::string;

/// JSON with more values is not looked at.
const MOST_VALUES: usize = 4096;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::diagnosis::form) enum Kind {
    Object,
    Array,
    String,
    Other,
}

/// A value, and where its text is.
pub(in crate::diagnosis::form) struct Node {
    pub(in crate::diagnosis::form) kind: Kind,
    pub(in crate::diagnosis::form) range: Range<usize>,
    pub(in crate::diagnosis::form) children: Vec<Child>,
}

/// A member of an object, or an element of an array.
pub(in crate::diagnosis::form) struct Child {
    /// The name with its quotes.
    pub(in crate::diagnosis::form) name: Range<usize>,
    /// From the name to the end of the value.
    pub(in crate::diagnosis::form) range: Range<usize>,
    pub(in crate::diagnosis::form) node: Node,
}

/// Reads JSON, and keeps the order and repetition of members, which maps lose.
pub(in crate::diagnosis::form) fn parse(text: &str) -> Option<Node> {
    let mut parser = Parser {
        text,
        position: 0,
        values: 0,
    };
    let node = parser.node(0)?;
    parser.skip_space();
    parser.rest().is_empty().then_some(node)
}

struct Parser<'t> {
    text: &'t str,
    position: usize,
    values: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn go_to(&mut self, rest: &str) {
        self.position = self.text.len().saturating_sub(rest.len());
    }

    fn skip_space(&mut self) {
        self.go_to(self.rest().trim_ascii_start());
    }

    fn take(&mut self, c: char) -> bool {
        self.skip_space();
        let rest = self.rest().strip_prefix(c);
        if let Some(rest) = rest {
            self.go_to(rest);
        }
        rest.is_some()
    }

    fn node(&mut self, depth: usize) -> Option<Node> {
        self.values = self.values.saturating_add(1);
        if depth > MOST_DEPTH || self.values > MOST_VALUES {
            return None;
        }
        self.skip_space();
        let start = self.position;
        let (kind, children) = match self.rest().chars().next()? {
            '{' => (Kind::Object, self.children('{', '}', depth)?),
            '[' => (Kind::Array, self.children('[', ']', depth)?),
            '"' => {
                self.string()?;
                (Kind::String, Vec::new())
            }
            _ => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
                let rest = self.rest().trim_start_matches(is_part);
                self.go_to(rest);
                (Kind::Other, Vec::new())
            }
        };
        let range = start..self.position;
        (!range.is_empty()).then_some(Node {
            kind,
            range,
            children,
        })
    }

    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.position;
        let (string, after) = string(self.rest());
        let is_whole = string.len() > 1 && string.starts_with('"') && string.ends_with('"');
        self.go_to(after);
        is_whole.then_some(start..self.position)
    }

    fn children(&mut self, open: char, close: char, depth: usize) -> Option<Vec<Child>> {
        let mut children = Vec::new();
        if !self.take(open) {
            return None;
        }
        if self.take(close) {
            return Some(children);
        }
        loop {
            self.skip_space();
            let start = self.position;
            let mut name = start..start;
            if open == '{' {
                name = self.string()?;
                if !self.take(':') {
                    return None;
                }
            }
            let node = self.node(depth.saturating_add(1))?;
            children.push(Child {
                name,
                range: start..self.position,
                node,
            });
            if self.take(close) {
                return Some(children);
            }
            if !self.take(',') {
                return None;
            }
        }
    }
}
