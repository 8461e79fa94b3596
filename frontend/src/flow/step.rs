//! The steps of a login, and what is the same in each login.

/// Who sends or receives a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// The page in this browser.
    Browser,
    /// Our server.
    Server,
    /// Snyk, or the sandbox.
    Snyk,
}

/// A section of an RFC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The number of the RFC.
    pub rfc: u16,
    /// The section: `4.1.2`.
    pub section: &'static str,
}

impl Reference {
    const fn new(rfc: u16, section: &'static str) -> Self {
        Self { rfc, section }
    }

    /// Returns the name of the section: `RFC 6749, section 4.1.2`.
    #[must_use]
    pub fn words(self) -> String {
        format!("RFC {}, section {}", self.rfc, self.section)
    }

    /// Returns the address of the section at the RFC editor.
    #[must_use]
    pub fn address(self) -> String {
        let Self { rfc, section } = self;
        format!("https://www.rfc-editor.org/rfc/rfc{rfc}#section-{section}")
    }
}

/// What is the same in each login.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The number, from 1.
    pub number: usize,
    /// The step in words.
    pub words: &'static str,
    /// Who sends the message.
    pub from: Lane,
    /// Who receives it.
    pub to: Lane,
    /// Whether this page can see nothing of it.
    pub is_sealed: bool,
    /// Where it is specified.
    pub reference: Reference,
    /// The source files that do it, from the root of the repository.
    pub files: &'static [&'static str],
}

/// The number of steps.
pub const COUNT: usize = 8;

/// The last step that a rehearsal can show by itself: then a person decides at Snyk.
pub const LEAVES_AT: usize = 3;

/// Lifetime of an attempt to log in, in seconds.
pub const ATTEMPT_LIFETIME: u32 = 600;

/// The steps in their order.
pub const STEPS: [About; COUNT] = [
    About {
        number: 1,
        words: "Begin a login",
        from: Lane::Browser,
        to: Lane::Server,
        is_sealed: false,
        reference: Reference::new(7636, "4.1"),
        files: &["frontend/login/src/begin.rs", "shared/src/pkce.rs"],
    },
    About {
        number: 2,
        words: "Cookie for this attempt",
        from: Lane::Server,
        to: Lane::Browser,
        is_sealed: false,
        reference: Reference::new(6749, "10.12"),
        files: &["backend/src/login/route.rs", "backend/src/login/cookie.rs"],
    },
    About {
        number: 3,
        words: "Ask for permission",
        from: Lane::Browser,
        to: Lane::Snyk,
        is_sealed: false,
        reference: Reference::new(7636, "4.3"),
        files: &["shared/src/authorize_url.rs"],
    },
    About {
        number: 4,
        words: "Back, with a code",
        from: Lane::Snyk,
        to: Lane::Browser,
        is_sealed: false,
        reference: Reference::new(6749, "4.1.2"),
        files: &["frontend/login/src/browser/address_bar.rs"],
    },
    About {
        number: 5,
        words: "Hand the code over",
        from: Lane::Browser,
        to: Lane::Server,
        is_sealed: false,
        reference: Reference::new(9700, "4.7.1"),
        files: &[
            "frontend/login/src/finish.rs",
            "backend/domain/src/verify.rs",
        ],
    },
    About {
        number: 6,
        words: "Exchange",
        from: Lane::Server,
        to: Lane::Snyk,
        is_sealed: true,
        reference: Reference::new(7636, "4.5"),
        files: &[
            "backend/src/exchange/exchange.rs",
            "backend/src/oauth/token_endpoint.rs",
        ],
    },
    About {
        number: 7,
        words: "Token pair",
        from: Lane::Snyk,
        to: Lane::Server,
        is_sealed: true,
        reference: Reference::new(6749, "5.1"),
        files: &[
            "backend/src/oauth/token_answer.rs",
            "backend/domain/src/vault/seal.rs",
        ],
    },
    About {
        number: 8,
        words: "Signed in",
        from: Lane::Server,
        to: Lane::Browser,
        is_sealed: false,
        reference: Reference::new(6265, "8.4"),
        files: &[
            "backend/src/exchange/route.rs",
            "backend/src/session/cookie.rs",
        ],
    },
];

/// A value of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A value that may be seen.
    Plain(String),
    /// A value that this page does not have, and what is known of it.
    Sealed(String),
}

/// A value of a message, with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The name, as it is in the message.
    pub name: String,
    /// The value.
    pub value: Value,
}

/// A step of one login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When it happened; empty if that is not known.
    pub time: String,
    /// The message in code: `POST /api/login`. Empty if it has no such form.
    pub code: String,
    /// The message in words.
    pub words: String,
    /// What it contains.
    pub details: Vec<Detail>,
}

impl Step {
    /// Creates a step without details.
    #[must_use]
    pub fn new(time: impl Into<String>, code: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            time: time.into(),
            code: code.into(),
            words: words.into(),
            details: Vec::new(),
        }
    }

    /// Adds a value that may be seen.
    #[must_use]
    pub fn plain(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(name, Value::Plain(value.into()))
    }

    /// Adds a value that this page does not have.
    #[must_use]
    pub fn sealed(self, name: impl Into<String>, words: impl Into<String>) -> Self {
        self.with(name, Value::Sealed(words.into()))
    }

    fn with(mut self, name: impl Into<String>, value: Value) -> Self {
        let name = name.into();
        self.details.push(Detail { name, value });
        self
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_steps_are_numbered_and_name_files_that_exist() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for (at, step) in STEPS.iter().enumerate() {
            assert_eq!(step.number, at + 1);
            assert_ne!(step.from, step.to, "{}", step.words);
            assert!(!step.files.is_empty(), "{}", step.words);
            for file in step.files {
                assert!(root.join(file).is_file(), "{file}");
            }
        }
    }

    #[test]
    fn a_reference_leads_to_its_section() {
        let reference = STEPS[3].reference;
        assert_eq!(reference.words(), "RFC 6749, section 4.1.2");
        assert_eq!(
            reference.address(),
            "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2"
        );
    }
}
