//! What claims must not allow.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// What happened to a delivery of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Starts,
    Ends,
    Answered(u16),
}

/// A line of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) at: u64,
    pub(crate) number: usize,
    /// Or another delivery with the id.
    pub(crate) real: bool,
    pub(crate) what: What,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at,
            number,
            real,
            what,
        } = self;
        let what = match what {
            What::Starts => 0,
            What::Ends => 1,
            What::Answered(status) => *status,
        };
        writeln!(f, "{at} {number} {real} {what}")
    }
}

impl FromStr for Line {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let wrong = || format!("expected a line of a history, found {line:?}");
        let words: Vec<&str> = line.split(' ').collect();
        let [at, number, real, what] = words[..] else {
            return Err(wrong());
        };
        Ok(Self {
            at: at.parse().map_err(|_| wrong())?,
            number: number.parse().map_err(|_| wrong())?,
            real: real.parse().map_err(|_| wrong())?,
            what: match what.parse().map_err(|_| wrong())? {
                0 => What::Starts,
                1 => What::Ends,
                status => What::Answered(status),
            },
        })
    }
}

/// A rule that was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Two handlers of one id ran at once.
    Exclusive,
    /// A handler started after the delivery was answered with 200.
    Repeated,
    /// Two deliveries with one id were answered with 200.
    Conflict,
}

/// Checks the lines of all processes. `losses` are the times from which on the server may have forgotten what was before.
pub(crate) fn check(mut lines: Vec<Line>, losses: &[u64]) -> Vec<(Rule, usize)> {
    lines.sort_by_key(|line| line.at);
    let mut rows = BTreeMap::<usize, Row>::new();
    let mut broken = Vec::new();
    let mut losses = losses.iter().peekable();
    for line in lines {
        while losses.next_if(|loss| **loss <= line.at).is_some() {
            rows.clear();
        }
        let row = rows.entry(line.number).or_default();
        let rule = row.see(&line);
        broken.extend(rule.map(|rule| (rule, line.number)));
    }
    broken
}

/// A handler whose process was killed never ends, and its claim ends with its lease of a second. Those of this check
/// take far less, so that two within this time ran at once.
const AT_ONCE: u64 = 800_000_000;

#[derive(Default)]
struct Row {
    /// Since when a handler runs.
    running: Option<u64>,
    /// Which delivery was answered with 200.
    handled: Option<bool>,
}

impl Row {
    fn see(&mut self, line: &Line) -> Option<Rule> {
        match line.what {
            What::Starts => {
                let running = self.running.replace(line.at);
                let at_once = running.is_some_and(|since| line.at - since < AT_ONCE);
                match (self.handled, at_once) {
                    (Some(_), _) => Some(Rule::Repeated),
                    (None, true) => Some(Rule::Exclusive),
                    (None, false) => None,
                }
            }
            What::Ends => {
                self.running = None;
                None
            }
            What::Answered(200) => {
                let handled = *self.handled.get_or_insert(line.real);
                (handled != line.real).then_some(Rule::Conflict)
            }
            What::Answered(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Told = [(bool, What)];

    fn lines(lines: &Told) -> Vec<Line> {
        let lines = lines.iter().zip(1..);
        let lines = lines.map(|(&(real, what), at)| Line {
            at,
            number: 7,
            real,
            what,
        });
        lines.collect()
    }

    const USUAL: [(bool, What); 3] = [
        (true, What::Starts),
        (true, What::Ends),
        (true, What::Answered(200)),
    ];

    #[test]
    fn rules_and_what_breaks_them() {
        let cases: [(&Told, &[Rule]); 5] = [
            (
                &[(true, What::Answered(200)), (false, What::Answered(409))],
                &[],
            ),
            (&[(true, What::Starts)], &[Rule::Repeated]),
            (&[(false, What::Starts)], &[Rule::Repeated]),
            (&[(false, What::Answered(200))], &[Rule::Conflict]),
            (&[(true, What::Answered(200))], &[]),
        ];
        for (more, expected) in cases {
            let lines = lines(&[&USUAL[..], more].concat());
            let rules: Vec<Rule> = check(lines, &[])
                .into_iter()
                .map(|(rule, _)| rule)
                .collect();
            assert_eq!(rules, expected, "{more:?}");
        }
    }

    #[test]
    fn handlers_at_once_are_found_and_what_is_lost_excuses() {
        let twice = lines(&[(true, What::Starts), (true, What::Starts)]);
        assert_eq!(check(twice.clone(), &[]), [(Rule::Exclusive, 7)]);
        assert_eq!(check(twice.clone(), &[2]), []);
        let mut later = twice;
        later[1].at += AT_ONCE;
        assert_eq!(check(later, &[]), []);
        let failed = [
            (true, What::Starts),
            (true, What::Ends),
            (true, What::Answered(503)),
        ];
        assert_eq!(check(lines(&[failed, USUAL].concat()), &[]), []);
        let again = lines(&[&USUAL[..], &USUAL[..]].concat());
        assert_eq!(check(again.clone(), &[]), [(Rule::Repeated, 7)]);
        assert_eq!(check(again, &[4]), []);
    }

    #[test]
    fn a_line_is_read_as_it_is_written() {
        for what in [What::Starts, What::Ends, What::Answered(503)] {
            let line = Line {
                at: 12,
                number: 3,
                real: false,
                what,
            };
            assert_eq!(line.to_string().trim_end().parse(), Ok(line));
        }
        assert!("12 3 false".parse::<Line>().is_err());
    }
}
