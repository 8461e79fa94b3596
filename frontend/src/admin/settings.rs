//! What is said about the settings of the server.

use shared::{
    api::admin::{EncryptionState, Setting, SettingKey},
    scope::{self, Scopes},
};

use crate::data::number_format::{count, number};

/// Returns the name of a setting.
#[must_use]
pub const fn label(key: SettingKey) -> &'static str {
    match key {
        SettingKey::ClientId => "Client ID",
        SettingKey::RedirectUri => "Redirect address",
        SettingKey::Scopes => "Permissions asked for",
        SettingKey::Region => "Snyk region",
        SettingKey::ApiUrl => "Snyk’s API",
        SettingKey::PublicUrl => "Address of this server",
        SettingKey::FrontendOrigin => "Origin of the page",
        SettingKey::SessionIdle => "Signed out when unused",
        SettingKey::SessionLifetime => "Signed out in any case",
        SettingKey::Database => "Database",
        SettingKey::RefreshUnusedConnections => "Unused connections are refreshed",
        SettingKey::RateLimits => "Requests are limited",
    }
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// In words.
    Words(String),
    /// As it is written in the configuration.
    Code(String),
}

/// Returns the value of a setting as it is shown.
#[must_use]
pub fn value(setting: &Setting) -> Value {
    let text = &setting.value;
    match setting.key {
        SettingKey::SessionIdle | SettingKey::SessionLifetime => match text.parse() {
            Ok(seconds) => Value::Words(format!("After {}", duration(seconds))),
            Err(_) => Value::Code(text.clone()),
        },
        SettingKey::Region => Value::Words(region(text)),
        SettingKey::Database => Value::Words(text.clone()),
        SettingKey::RefreshUnusedConnections | SettingKey::RateLimits => {
            Value::Words(match text.as_str() {
                "on" => "Yes".to_owned(),
                "off" => "No".to_owned(),
                other => other.to_owned(),
            })
        }
        _ if text.is_empty() => Value::Words("None".to_owned()),
        _ => Value::Code(text.clone()),
    }
}

fn region(region: &str) -> String {
    match region {
        "sandbox" => "Sandbox".to_owned(),
        "custom" => "Custom".to_owned(),
        other => other.to_ascii_uppercase(),
    }
}

/// Formats a duration in the largest unit that it is a multiple of: `24 hours`, `30 days`.
#[must_use]
pub fn duration(seconds: u64) -> String {
    const DAY: u64 = 86_400;
    let (size, unit) = match seconds {
        // People say 24 hours.
        _ if seconds.is_multiple_of(DAY) && seconds > DAY => (DAY, "day"),
        _ if seconds.is_multiple_of(3_600) && seconds > 0 => (3_600, "hour"),
        _ if seconds.is_multiple_of(60) && seconds > 0 => (60, "minute"),
        _ => (1, "second"),
    };
    count(seconds / size, unit)
}

/// Returns where a value came from.
#[must_use]
pub fn source(variable: Option<&str>) -> Value {
    variable.map_or_else(
        || Value::Words("Default".to_owned()),
        |variable| Value::Code(variable.to_owned()),
    )
}

/// Returns the title of the notice about scopes that no install was granted; `None` if there are
/// none.
#[must_use]
pub fn never_granted(scopes: &Scopes) -> Option<String> {
    let first = scopes.iter().next()?;
    if scopes.len() > 1 {
        let scopes = scopes.len();
        return Some(format!(
            "No install was granted {scopes} of the permissions"
        ));
    }
    let meaning = scope::meaning(first);
    let mut letters = meaning.chars();
    let lower = letters
        .next()
        .map(|letter| letter.to_lowercase().chain(letters).collect::<String>());
    Some(format!(
        "No install was granted “{}”",
        lower.unwrap_or_default()
    ))
}

/// Returns the sentences of that notice around the scopes: before them, and after them.
#[must_use]
pub fn why_never_granted(scopes: &Scopes, active: u64) -> [String; 2] {
    let it = if scopes.len() == 1 { "it" } else { "them" };
    let installs = if active == 1 {
        "the only active install does not have".to_owned()
    } else {
        format!("none of {} active installs has", number(active))
    };
    [
        "This server asks for ".to_owned(),
        format!(
            ", but {installs} {it}. The app was probably registered at Snyk without {it}, and scopes can’t be added later: register a new app, or take {it} out of "
        ),
    ]
}

/// Returns for whose tokens the current key is used.
#[must_use]
pub fn key_use(state: &EncryptionState) -> String {
    let all = state.installs + state.installs_of_previous;
    match (state.installs, state.installs_of_previous) {
        (0, 0) => "no install holds tokens".to_owned(),
        (1, 0) => "for the only install that holds tokens".to_owned(),
        (_, 0) => format!("for all {} installs that hold tokens", number(all)),
        (installs, _) => format!(
            "for {} of {} that hold tokens",
            number(installs),
            count(all, "install")
        ),
    }
}

/// Returns what the previous keys are needed for.
#[must_use]
pub fn previous_keys(state: &EncryptionState) -> String {
    match (state.previous, state.installs_of_previous) {
        (0, 0) => "None".to_owned(),
        (_, 0) => "Not needed any more".to_owned(),
        (0, 1) => "Missing, but 1 install needs one".to_owned(),
        (0, installs) => format!("Missing, but {} need one", count(installs, "install")),
        (_, 1) => "Still needed for 1 install".to_owned(),
        (_, installs) => format!("Still needed for {}", count(installs, "install")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(key: SettingKey, value: &str) -> Value {
        self::value(&Setting {
            key,
            value: value.to_owned(),
            variable: None,
        })
    }

    fn words(words: &str) -> Value {
        Value::Words(words.to_owned())
    }

    #[test]
    fn durations_are_said_in_their_largest_unit() {
        for (seconds, words) in [
            (0, "0 seconds"),
            (45, "45 seconds"),
            (60, "1 minute"),
            (5_400, "90 minutes"),
            (86_400, "24 hours"),
            (2_592_000, "30 days"),
            (90_000, "25 hours"),
        ] {
            assert_eq!(duration(seconds), words);
        }
    }

    #[test]
    fn values_are_words_where_people_say_words() {
        assert_eq!(
            shown(SettingKey::SessionIdle, "86400"),
            words("After 24 hours")
        );
        assert_eq!(shown(SettingKey::Region, "us-01"), words("US-01"));
        assert_eq!(shown(SettingKey::RateLimits, "off"), words("No"));
        assert_eq!(shown(SettingKey::Database, "SQLite"), words("SQLite"));
        let id = "8c7f2f0e".to_owned();
        assert_eq!(shown(SettingKey::ClientId, &id), Value::Code(id));
        assert_eq!(shown(SettingKey::PublicUrl, ""), words("None"));
        assert_eq!(source(None), words("Default"));
    }

    #[test]
    fn scopes_that_nobody_was_granted_are_named() {
        let one = Scopes::parse("org.project.ignore.read");
        let title = never_granted(&one).unwrap();
        assert_eq!(title, "No install was granted “see ignores”");
        let [_, why] = why_never_granted(&one, 6);
        assert!(why.starts_with(", but none of 6 active installs has it. The app"));
        let two = Scopes::parse("org.read org.project.ignore.read");
        let title = never_granted(&two).unwrap();
        assert_eq!(title, "No install was granted 2 of the permissions");
        let [_, why] = why_never_granted(&two, 1);
        assert!(why.contains("does not have them. The app was probably"));
        assert_eq!(never_granted(&Scopes::default()), None);
    }

    #[test]
    fn keys_are_told_by_what_needs_them() {
        let state = |installs, installs_of_previous, previous| EncryptionState {
            key: "k7".to_owned(),
            installs,
            installs_of_previous,
            previous,
        };
        for (state, of_key, of_previous) in [
            (state(0, 0, 0), "no install holds tokens", "None"),
            (
                state(5, 0, 1),
                "for all 5 installs that hold tokens",
                "Not needed any more",
            ),
            (
                state(4, 1, 1),
                "for 4 of 5 installs that hold tokens",
                "Still needed for 1 install",
            ),
        ] {
            assert_eq!(key_use(&state), of_key);
            assert_eq!(previous_keys(&state), of_previous);
        }
    }
}
