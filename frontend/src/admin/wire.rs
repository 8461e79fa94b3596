//! Reads the answers about the administration, as [`crate::wire`] reads the others.

use shared::{
    api::{
        admin::{
            Activity, AdminSession, EncryptionState, Event, EventKind, Install, InstallStatus,
            Installs, SecretState, Setting, SettingKey, Settings, Totals,
        },
        connection::Context,
    },
    json::{Object, Value},
};

use crate::wire::{Wire, scopes};

impl Wire for AdminSession {
    fn of(value: Value) -> Option<Self> {
        let mut session = value.into_object()?;
        Some(Self {
            expires_at: session.take("expires_at")?,
        })
    }
}

impl Wire for Installs {
    fn of(value: Value) -> Option<Self> {
        let mut installs = value.into_object()?;
        Some(Self {
            installs: known(&mut installs, "installs")?,
            next: installs.take("next"),
            totals: Totals::of(installs.take_any("totals")?)?,
        })
    }
}

impl Wire for Totals {
    fn of(value: Value) -> Option<Self> {
        let mut totals = value.into_object()?;
        Some(Self {
            active: totals.take("active")?,
            refresh_failing: totals.take("refresh_failing")?,
            reconnect_needed: totals.take("reconnect_needed")?,
            disconnected: totals.take("disconnected")?,
            ending: totals.take("ending")?,
        })
    }
}

impl Wire for Install {
    fn of(value: Value) -> Option<Self> {
        let mut install = value.into_object()?;
        let context: Option<String> = install.take("context");
        Some(Self {
            id: install.take("id")?,
            name: install.take("name")?,
            is_group: install.take("is_group")?,
            orgs: install.take("orgs")?,
            status: word(&mut install, "status", InstallStatus::from_word)?,
            context: match context.as_deref() {
                None => None,
                Some("tenant") => Some(Context::Tenant),
                Some("user") => Some(Context::User),
                Some(_) => return None,
            },
            scopes: scopes(&mut install, "scopes")?,
            connected_at: install.take("connected_at")?,
            generation: install.take("generation")?,
            refreshed_at: install.take("refreshed_at")?,
            access_token_expires_at: install.take("access_token_expires_at"),
            refresh_token_expires_at: install.take("refresh_token_expires_at"),
            browsers: install.take("browsers")?,
        })
    }
}

impl Wire for Activity {
    fn of(value: Value) -> Option<Self> {
        let mut activity = value.into_object()?;
        let kept_days: u64 = activity.take("kept_days")?;
        Some(Self {
            events: known(&mut activity, "events")?,
            next: activity.take("next"),
            kept_days: u32::try_from(kept_days).ok()?,
        })
    }
}

impl Wire for Event {
    fn of(value: Value) -> Option<Self> {
        let mut event = value.into_object()?;
        Some(Self {
            id: event.take("id")?,
            at: event.take("at")?,
            kind: word(&mut event, "kind", EventKind::from_word)?,
            detail: event.take("detail").unwrap_or_default(),
            install: event.take("install"),
            install_name: event.take("install_name").unwrap_or_default(),
            request_id: event.take("request_id"),
        })
    }
}

impl Wire for Settings {
    fn of(value: Value) -> Option<Self> {
        let mut settings = value.into_object()?;
        Some(Self {
            read_at: settings.take("read_at")?,
            settings: known(&mut settings, "settings")?,
            client_secret: SecretState::of(settings.take_any("client_secret")?)?,
            encryption: EncryptionState::of(settings.take_any("encryption")?)?,
            scopes_never_granted: scopes(&mut settings, "scopes_never_granted")?,
            active: settings.take("active")?,
        })
    }
}

impl Wire for Setting {
    fn of(value: Value) -> Option<Self> {
        let mut setting = value.into_object()?;
        Some(Self {
            key: word(&mut setting, "key", SettingKey::from_word)?,
            value: setting.take("value")?,
            variable: setting.take("variable"),
        })
    }
}

impl Wire for SecretState {
    fn of(value: Value) -> Option<Self> {
        let mut state = value.into_object()?;
        Some(Self {
            variable: state.take("variable"),
            read_at: state.take("read_at")?,
            accepted_at: state.take("accepted_at"),
        })
    }
}

impl Wire for EncryptionState {
    fn of(value: Value) -> Option<Self> {
        let mut state = value.into_object()?;
        Some(Self {
            key: state.take("key")?,
            installs: state.take("installs")?,
            installs_of_previous: state.take("installs_of_previous")?,
            previous: state.take("previous")?,
        })
    }
}

/// Reads those elements of a list that this version of the page knows. A server that has been upgraded
/// meanwhile may have other kinds; the page says elsewhere that there is a newer version.
fn known<T: Wire>(object: &mut Object, member: &str) -> Option<Vec<T>> {
    let Value::Array(values) = object.take_any(member)? else {
        return None;
    };
    Some(values.into_iter().filter_map(T::of).collect())
}

/// Reads a member that is one of several words.
fn word<T>(object: &mut Object, member: &str, read: fn(&str) -> Option<T>) -> Option<T> {
    let word: String = object.take(member)?;
    read(&word)
}

#[cfg(test)]
mod tests {
    use shared::scope::Scopes;

    use super::*;
    use crate::wire::tests::reads_as_serde;

    fn install() -> Install {
        Install {
            id: "01J".to_owned(),
            name: "Łódź <b>Cargo</b>".to_owned(),
            is_group: true,
            orgs: 6,
            status: InstallStatus::RefreshFailing,
            context: Some(Context::Tenant),
            scopes: Scopes::parse("org.read org.project.read"),
            connected_at: "2026-01-02T03:04:05Z".to_owned(),
            generation: 458,
            refreshed_at: "2026-01-02T03:04:05Z".to_owned(),
            access_token_expires_at: Some("2026-01-02T04:04:05Z".to_owned()),
            refresh_token_expires_at: None,
            browsers: 3,
        }
    }

    fn event() -> Event {
        Event {
            id: "7".to_owned(),
            at: "2026-01-02T03:04:05Z".to_owned(),
            kind: EventKind::LoginFailed,
            detail: "␛".to_owned(),
            install: Some("01J".to_owned()),
            install_name: "Łódź Cargo".to_owned(),
            request_id: Some("01J".to_owned()),
        }
    }

    fn totals() -> Totals {
        Totals {
            active: 5,
            refresh_failing: 1,
            reconnect_needed: 1,
            disconnected: 1,
            ending: 2,
        }
    }

    #[test]
    fn every_answer_is_read_as_serde_reads_it() {
        reads_as_serde(&AdminSession {
            expires_at: "2026-01-02T03:04:05Z".to_owned(),
        });
        reads_as_serde(&totals());
        reads_as_serde(&Installs {
            installs: vec![install()],
            next: Some("cursor".to_owned()),
            totals: totals(),
        });
        reads_as_serde(&event());
        reads_as_serde(&Activity {
            events: vec![event()],
            next: None,
            kept_days: 30,
        });
        for &status in InstallStatus::ALL {
            let context = (status == InstallStatus::Active).then_some(Context::User);
            reads_as_serde(&Install {
                status,
                context,
                ..install()
            });
        }
        for &kind in EventKind::ALL {
            reads_as_serde(&Event { kind, ..event() });
        }
    }

    #[test]
    fn what_only_a_newer_version_knows_is_left_out_of_a_list() {
        let newer = |list: &str| {
            list.replacen("\"7\"", "\"8\"", 1)
                .replacen("login_failed", "of_newer", 1)
        };
        let events = Activity {
            events: vec![event(), event()],
            next: Some("cursor".to_owned()),
            kept_days: 30,
        };
        let text = newer(&serde_json::to_string(&events).unwrap());
        let read: Activity = crate::wire::read(&text).unwrap();
        assert_eq!((read.events, read.next), (vec![event()], events.next));
        let installs = Installs {
            installs: vec![install(), install()],
            next: None,
            totals: totals(),
        };
        let text = serde_json::to_string(&installs).unwrap();
        let text = text.replacen("\"refresh_failing\",\"context", "\"of_newer\",\"context", 1);
        let read: Installs = crate::wire::read(&text).unwrap();
        assert_eq!(read.installs, [install()]);
        assert!(crate::wire::read::<Activity>(r#"{"events":{},"kept_days":30}"#).is_none());
    }

    #[test]
    fn settings_are_read_as_serde_reads_them() {
        let setting = |&key: &SettingKey| Setting {
            key,
            value: "value".to_owned(),
            variable: Some("VARIABLE".to_owned()),
        };
        let settings: Vec<_> = SettingKey::ALL.iter().map(setting).collect();
        let client_secret = SecretState {
            variable: None,
            read_at: "2026-01-02T03:04:05Z".to_owned(),
            accepted_at: Some("2026-01-02T03:04:05Z".to_owned()),
        };
        let encryption = EncryptionState {
            key: "k7".to_owned(),
            installs: 5,
            installs_of_previous: 1,
            previous: 1,
        };
        reads_as_serde(&client_secret);
        reads_as_serde(&encryption);
        for setting in &settings {
            reads_as_serde(setting);
        }
        reads_as_serde(&Settings {
            read_at: "2026-01-02T03:04:05Z".to_owned(),
            settings,
            client_secret,
            encryption,
            scopes_never_granted: Scopes::parse("org.read"),
            active: 6,
        });
    }
}
