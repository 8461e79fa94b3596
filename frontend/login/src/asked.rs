//! What a login asks for, in words. Pure.

use shared::scope::{Scopes, meaning, only_reads};

/// Returns the sentence under the requested scopes, which says whether they can change anything.
#[must_use]
pub fn consequence(scopes: &Scopes) -> String {
    let mut changes = String::new();
    for scope in scopes.iter().filter(|scope| !only_reads(scope)) {
        if !changes.is_empty() {
            changes.push_str(", ");
        }
        let words = meaning(scope);
        let mut letters = words.chars();
        if words != scope
            && let Some(first) = letters.next()
        {
            changes.push(first.to_ascii_lowercase());
        }
        changes.push_str(letters.as_str());
    }
    if changes.is_empty() {
        "It can’t change anything at Snyk. You can disconnect at any time.".to_owned()
    } else {
        let mut sentence = "It can also change things: ".to_owned();
        sentence.push_str(&changes);
        sentence.push('.');
        sentence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_change_is_named() {
        let of = |scopes| consequence(&Scopes::parse(scopes));
        assert_eq!(
            of("org.read org.project.read"),
            "It can’t change anything at Snyk. You can disconnect at any time."
        );
        assert_eq!(
            of("org.read org.project.pr.create org.project.delete some.New"),
            "It can also change things: open fix pull requests, delete projects and targets, some.New."
        );
    }
}
