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

    /// A count, which fails the run if it is more.
    pub fn counted(&mut self, what: &str, found: f64, at_most: f64) {
        let held = found <= at_most;
        let missed = if held { "" } else { "MISSED" };
        println!("| {what} | {found:.2} | at most {at_most} | {missed} |");
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
