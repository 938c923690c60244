use std::fmt;

/// Figures beside what they should be, as lines of Markdown. Counts are judged; times are shown.
#[derive(Debug, Default)]
pub struct Table {
    missed: Vec<String>,
}

impl Table {
    #[must_use]
    pub fn new(title: &str) -> Self {
        println!("\n| {title} | found | should be | |\n|---|---:|---:|---|");
        Self::default()
    }

    /// A figure that has no target.
    pub fn shown(&self, what: &str, found: impl fmt::Display) {
        println!("| {what} | {found} | | |");
    }

    /// A ratio of times. What else the machine does is in it, so that it fails nothing.
    pub fn timed(&self, what: &str, found: f64, at_most: f64) {
        let held = if found <= at_most { "" } else { "more" };
        println!("| {what} | {found:.2} | at most {at_most} | {held} |");
    }

    /// A ratio of rates.
    pub fn rated(&self, what: &str, found: f64, at_least: f64) {
        let held = if found >= at_least { "" } else { "less" };
        println!("| {what} | {found:.2} | at least {at_least} | {held} |");
    }

    pub fn counted(&mut self, what: &str, found: f64, at_most: f64) {
        self.judged(what, found, "at most", at_most, found <= at_most);
    }

    pub fn counted_at_least(&mut self, what: &str, found: f64, at_least: f64) {
        self.judged(what, found, "at least", at_least, found >= at_least);
    }

    fn judged(&mut self, what: &str, found: f64, which: &str, target: f64, held: bool) {
        println!(
            "| {what} | {found:.2} | {which} {target} | {} |",
            if held { "" } else { "MISSED" }
        );
        if !held {
            self.missed.push(what.to_owned());
        }
    }

    /// Fails if a count missed its target.
    pub fn end(self) -> crate::Result<()> {
        if self.missed.is_empty() {
            return Ok(());
        }
        Err(format!("missed: {}", self.missed.join("; ")).into())
    }
}
