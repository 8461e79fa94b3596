//! The ids of organizations and apps (pure).

use std::{fmt, str::FromStr};

use serde::Serialize;

/// The id of an organization or an app: a UUID. It needs no encoding in a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Id(String);

/// The error returned when a text is not a UUID.
#[derive(Debug, thiserror::Error)]
#[error("a UUID is expected, such as 4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11")]
pub struct NotAnId;

impl Id {
    /// Returns the id in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Id {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let text = text.trim();
        let lengths = text.split('-').map(str::len);
        let is_uuid = lengths.eq([8, 4, 4, 4, 12])
            && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
        if is_uuid {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(NotAnId)
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_uuid_is_an_id() {
        let id: Id = " 4F9CE4A1-2f5c-4b3e-8a53-1d2f8f0f6a11\n".parse().unwrap();
        assert_eq!(id.as_str(), "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11");
        for text in [
            "",
            "..",
            "my-org",
            "4f9ce4a12f5c4b3e8a531d2f8f0f6a11",
            "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a1g",
            "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11/../x",
        ] {
            assert!(text.parse::<Id>().is_err(), "{text}");
        }
    }
}
