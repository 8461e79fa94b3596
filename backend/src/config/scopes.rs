//! The OAuth scopes to request, checked against the list that Snyk documents.

use std::fmt;

use shared::scope::{self, Scopes};

use super::{edit_distance::nearest, problems::Problems, reader::Reader};

/// The scope that every app must request.
pub(crate) const MANDATORY: &str = "org.read";

/// The reason why a scope is not one of those that Snyk documents.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum UnknownScope {
    /// It holds a character that no scope has, which is described for people.
    Character(String),
    /// It has capital letters. Holds the scope that was probably meant.
    Capitals(String),
    /// It is not in the list. Holds the scope of the list that it resembles.
    Unlisted(Option<&'static str>),
}

impl fmt::Display for UnknownScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character(what) => write!(
                f,
                "holds {what}, which no scope has: write them separated by spaces or commas, such \
                 as `org.read org.project.read`"
            ),
            Self::Capitals(known) => write!(f, "has capital letters: did you mean {known}?"),
            Self::Unlisted(suggestion) => {
                f.write_str("is not among the scopes that Snyk documents")?;
                match suggestion {
                    Some(known) => write!(f, ": did you mean {known}?"),
                    None => Ok(()),
                }
            }
        }
    }
}

/// Reads `SCOPES`. A scope that Snyk certainly rejects is a problem. A scope that is only missing
/// from its list is a warning, since Snyk may add scopes.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Scopes> {
    let text = reader.get("SCOPES").unwrap_or_default();
    let p = &mut reader.problems;
    let scopes = Scopes::parse(&text);
    if scopes.is_empty() {
        p.add(
            "SCOPES",
            "is missing: name the scopes that the app was registered with",
        );
        return None;
    }
    let mut suggestions = Vec::new();
    for scope in scopes.iter() {
        if let Err(why) = check(scope) {
            suggestions.extend(tell(scope, &why, p));
        }
    }
    if p.has_problem("SCOPES") {
        return None;
    }
    if !scopes.iter().any(|scope| scope == MANDATORY) {
        let hint = if suggestions.contains(&MANDATORY) {
            " (one that is there is nearly it)"
        } else {
            ""
        };
        p.add(
            "SCOPES",
            format!("lacks {MANDATORY}, which Snyk asks of every app{hint}: add it"),
        );
    }
    let named = text.split(|c: char| c == ',' || c.is_ascii_whitespace());
    if named.filter(|scope| !scope.is_empty()).count() > scopes.len() {
        p.warn("SCOPES names a scope twice, which counts once");
    }
    (!p.has_problem("SCOPES")).then_some(scopes)
}

/// Adds a problem or a warning, and returns the scope that an unlisted one resembles.
fn tell(scope: &str, why: &UnknownScope, p: &mut Problems) -> Option<&'static str> {
    match why {
        UnknownScope::Character(_) => p.add("SCOPES", why.to_string()),
        UnknownScope::Capitals(known) => {
            let why = format!("has {scope} with capital letters: did you mean {known}?");
            p.add("SCOPES", why);
        }
        UnknownScope::Unlisted(suggestion) => {
            let hint = match suggestion {
                Some(_) => "",
                None => ": Snyk refuses a sign-in that asks for one that it does not know",
            };
            p.warn(format!("SCOPES has {scope}, which {why}{hint}"));
            return *suggestion;
        }
    }
    None
}

/// Checks one scope against the list.
pub(crate) fn check(scope: &str) -> Result<(), UnknownScope> {
    if scope::known().any(|known| known == scope) {
        return Ok(());
    }
    if let Some(c) = scope.chars().find(|c| !is_scope_char(*c)) {
        return Err(UnknownScope::Character(match c {
            '"' | '\'' | '`' => "a quotation mark".to_owned(),
            c if c.is_ascii_graphic() => format!("`{c}`"),
            c => env_file::text::name_of(c),
        }));
    }
    let lower = scope.to_ascii_lowercase();
    if lower != scope {
        let known = nearest(&lower, scope::known(), 2).unwrap_or(&lower);
        return Err(UnknownScope::Capitals(known.to_owned()));
    }
    Err(UnknownScope::Unlisted(nearest(scope, scope::known(), 2)))
}

fn is_scope_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':')
}
