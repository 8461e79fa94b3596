//! The scopes that are asked for, held against the list that Snyk documents.

use shared::scope::{self, Scopes};

use super::{edit_distance::nearest, problems::Problems, raw::Raw};

/// What every app must ask for.
const MANDATORY: &str = "org.read";

/// Reads `SCOPES`. What Snyk would refuse for certain is a problem; a scope that is merely not on its
/// list is a warning, since Snyk may add some.
pub(super) fn read(raw: &Raw, p: &mut Problems) -> Scopes {
    let text = raw.get("SCOPES").unwrap_or_default();
    let scopes = Scopes::parse(&text);
    if scopes.is_empty() {
        p.add(
            "SCOPES",
            "is missing: name the scopes that the app was registered with",
        );
        return scopes;
    }
    let mut meant = Vec::new();
    for scope in scopes.iter() {
        if let Err(hint) = check(scope, p) {
            meant.push(hint);
        }
    }
    if p.is_about("SCOPES") {
        return scopes;
    }
    if !scopes.iter().any(|scope| scope == MANDATORY) {
        let hint = if meant.contains(&Some(MANDATORY)) {
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
    scopes
}

/// Holds one scope against the list; the known scope that an unknown one is near to.
fn check(scope: &str, p: &mut Problems) -> Result<(), Option<&'static str>> {
    if scope::known().any(|known| known == scope) {
        return Ok(());
    }
    if let Some(c) = scope.chars().find(|c| !is_of_a_scope(*c)) {
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
    let near = nearest(scope, scope::known(), 2);
    let hint = near.map_or_else(
        || "Snyk refuses a sign-in that asks for one that it does not know".to_owned(),
        |known| format!("did you mean {known}?"),
    );
    p.warn(format!(
        "SCOPES has {scope}, which is not among the scopes that Snyk documents: {hint}"
    ));
    Err(near)
}

fn is_of_a_scope(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':')
}
