//! Parses query parameters by type: flags, lists, enumerations, timestamps, ids.

use jiff::Timestamp;

use super::admit::check_uuid;
use super::document::Problem;
use crate::form::Form;

/// Parses `true` or `false`.
pub(crate) fn flag(form: &Form, name: &str) -> Result<Option<bool>, Problem> {
    match form.get(name) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(Problem::parameter(name, "must be a boolean")),
    }
}

/// Parses a comma-separated list; a repeated name continues it.
pub(crate) fn list(form: &Form, name: &str) -> Option<Vec<String>> {
    let values: Vec<String> = form
        .iter()
        .filter(|(key, _)| *key == name)
        .flat_map(|(_, value)| value.split(','))
        .map(str::to_owned)
        .collect();
    (!values.is_empty()).then_some(values)
}

/// Parses a list of values of an enumeration.
pub(crate) fn words(
    form: &Form,
    name: &str,
    known: &[&str],
) -> Result<Option<Vec<String>>, Problem> {
    let words = list(form, name);
    let is_known = |word: &String| known.contains(&word.as_str());
    if words.iter().flatten().all(is_known) {
        Ok(words)
    } else {
        let what = format!("must be one of: {}", known.join(", "));
        Err(Problem::parameter(name, &what))
    }
}

/// Parses a value of an enumeration.
pub(crate) fn word<'a>(
    form: &'a Form,
    name: &str,
    known: &[&str],
) -> Result<Option<&'a str>, Problem> {
    match form.get(name) {
        Some(word) if !known.contains(&word) => {
            let what = format!("must be one of: {}", known.join(", "));
            Err(Problem::parameter(name, &what))
        }
        word => Ok(word),
    }
}

/// Parses an RFC 3339 timestamp.
pub(crate) fn instant(form: &Form, name: &str) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = form.get(name) else {
        return Ok(None);
    };
    let instant = text.parse().map_err(|_| {
        Problem::parameter(name, "must be a date-time such as 2024-10-15T00:00:00Z")
    })?;
    Ok(Some(instant))
}

/// Parses a list of UUIDs.
pub(crate) fn ids(form: &Form, name: &str) -> Result<Option<Vec<String>>, Problem> {
    let ids = list(form, name);
    for id in ids.iter().flatten() {
        check_uuid(name, id)?;
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_in_both_forms() {
        let form = Form::parse("types=npm,maven&types=pip&empty=");
        assert_eq!(list(&form, "types").unwrap(), ["npm", "maven", "pip"]);
        assert_eq!(list(&form, "empty").unwrap(), [""]);
        assert_eq!(list(&form, "missing"), None);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let form = Form::parse("flag=yes&status=open,closed&when=yesterday&ids=1");
        assert!(flag(&form, "flag").is_err());
        assert!(words(&form, "status", &["open", "resolved"]).is_err());
        assert!(word(&form, "status", &["open"]).is_err());
        assert!(instant(&form, "when").is_err());
        assert!(ids(&form, "ids").is_err());
    }
}
