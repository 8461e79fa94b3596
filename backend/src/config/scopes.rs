//! The OAuth scopes to request, checked against the list that Snyk documents.

use shared::scope::{self, Scopes};

use super::{edit_distance::nearest, problems::Problems, reader::Reader};

/// The scope that every app must request.
const MANDATORY: &str = "org.read";

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
        if let Err(hint) = check(scope, p) {
            suggestions.push(hint);
        }
    }
    if p.has_problem("SCOPES") {
        return None;
    }
    if !scopes.iter().any(|scope| scope == MANDATORY) {
        let hint = if suggestions.contains(&Some(MANDATORY)) {
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

/// Checks one scope against the list. The error is the known scope that an unknown one resembles.
fn check(scope: &str, p: &mut Problems) -> Result<(), Option<&'static str>> {
    if scope::known().any(|known| known == scope) {
        return Ok(());
    }
    if let Some(c) = scope.chars().find(|c| !is_scope_char(*c)) {
        let what = match c {
            '"' | '\'' | '`' => "a quotation mark".to_owned(),
            c if c.is_ascii_graphic() => format!("`{c}`"),
            c => env_file::text::name_of(c),
        };
        p.add(
            "SCOPES",
            format!(
                "holds {what}, which no scope has: write them separated by spaces or commas, such \
                 as `org.read org.project.read`"
            ),
        );
        return Err(None);
    }
    let lower = scope.to_ascii_lowercase();
    if lower != scope {
        let known = nearest(&lower, scope::known(), 2).unwrap_or(&lower);
        p.add(
            "SCOPES",
            format!("has {scope} with capital letters: did you mean {known}?"),
        );
        return Err(None);
    }
    let suggestion = nearest(scope, scope::known(), 2);
    let hint = suggestion.map_or_else(
        || "Snyk refuses a sign-in that asks for one that it does not know".to_owned(),
        |known| format!("did you mean {known}?"),
    );
    p.warn(format!(
        "SCOPES has {scope}, which is not among the scopes that Snyk documents: {hint}"
    ));
    Err(suggestion)
}

fn is_scope_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':')
}
