//! Times of deliveries.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment to the millisecond, in UTC.
///
/// `Display` and serde write it as RFC 3339 does: `2026-11-26T17:03:21.042Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timestamp(SystemTime);

impl Timestamp {
    pub(crate) fn now() -> Self {
        // A clock before 1970 is not set.
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self::at(since.unwrap_or_default())
    }

    fn at(since: Duration) -> Self {
        let millis = u64::try_from(since.as_millis()).unwrap_or_default();
        let at = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis));
        Self(at.unwrap_or(SystemTime::UNIX_EPOCH))
    }

    /// `2026-11-26`.
    pub(crate) fn date(self) -> String {
        self.piece(0, 10)
    }

    /// `17:03:21`.
    pub(crate) fn time_of_day(self) -> String {
        self.piece(11, 19)
    }

    /// `20261126T170321042Z`, which names of files can hold.
    pub(crate) fn in_file_name(self) -> String {
        self.to_string().replace(['-', ':', '.'], "")
    }

    fn piece(self, start: usize, end: usize) -> String {
        let text = self.to_string();
        text.get(start..end).unwrap_or_default().to_owned()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        humantime::format_rfc3339_millis(self.0).fmt(f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at = humantime::parse_rfc3339(&text).map_err(de::Error::custom)?;
        let since = at.duration_since(SystemTime::UNIX_EPOCH);
        Ok(Self::at(since.map_err(de::Error::custom)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_read() {
        let read = |text: &str| serde_json::from_str::<Timestamp>(&format!("\"{text}\""));
        let at = read("2026-11-26T17:03:21.042987Z").unwrap();
        assert_eq!(at.to_string(), "2026-11-26T17:03:21.042Z");
        assert_eq!(at.date(), "2026-11-26");
        assert_eq!(at.time_of_day(), "17:03:21");
        assert_eq!(at.in_file_name(), "20261126T170321042Z");
        assert_eq!(read(&at.to_string()).unwrap(), at);
        assert_eq!(
            read("1970-01-01T00:00:00Z").unwrap().time_of_day(),
            "00:00:00"
        );
        for wrong in [
            "",
            "now",
            "2026-11-26",
            "2026-11-26T17:03:21+01:00",
            "1969-12-31T23:59:59Z",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
