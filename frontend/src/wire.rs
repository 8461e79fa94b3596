//! Reads the answers of our server. Pure.
//!
//! A type that derives serde's traits brings its own parser. Here a text becomes a [`Value`], as
//! Snyk's answers do, and a type is read from that, so that the Wasm contains one parser.

use shared::{
    api::{
        connection::{Connected, Connection, Context, Org, Status},
        session::{App, Session},
        sessions::{Browser, Sessions},
    },
    json::{self, FromValue, Object, Value},
    problem::{Code, Problem},
    scope::Scopes,
};

/// A type of an answer.
pub trait Wire: Sized {
    /// Converts a value. Returns `None` if it is of another type or lacks a member.
    fn of(value: Value) -> Option<Self>;
}

/// Reads an answer. Returns `None` if the text is no JSON, or is of another type.
#[must_use]
pub fn read<T: Wire>(text: &str) -> Option<T> {
    T::of(json::read(text.as_bytes()).ok()?)
}

impl Wire for Session {
    fn of(value: Value) -> Option<Self> {
        let mut session = value.into_object()?;
        Some(Self {
            app: App::of(session.take_any("app")?)?,
            connections: all(&mut session, "connections")?,
        })
    }
}

impl Wire for App {
    fn of(value: Value) -> Option<Self> {
        let mut app = value.into_object()?;
        Some(Self {
            name: app.take("name")?,
            client_id: app.take("client_id")?,
            authorization_endpoint: app.take("authorization_endpoint")?,
            origin: app.take("origin").unwrap_or_default(),
            redirect_uri: app.take("redirect_uri")?,
            scopes: scopes(&mut app, "scopes")?,
            region: app.take("region")?,
            sandbox: app.take("sandbox")?,
        })
    }
}

impl Wire for Connection {
    fn of(value: Value) -> Option<Self> {
        let mut connection = value.into_object()?;
        let status: String = connection.take("status")?;
        let context: Option<String> = connection.take("context");
        Some(Self {
            id: connection.take("id")?,
            status: match status.as_str() {
                "active" => Status::Active,
                "reconnect_needed" => Status::ReconnectNeeded,
                _ => return None,
            },
            context: match context.as_deref() {
                None => None,
                Some("tenant") => Some(Context::Tenant),
                Some("user") => Some(Context::User),
                Some(_) => return None,
            },
            orgs: all(&mut connection, "orgs")?,
            // An older server, which does not send the member, sent complete lists only.
            orgs_complete: connection.take("orgs_complete").unwrap_or(true),
            scopes: scopes(&mut connection, "scopes")?,
            missing_scopes: scopes(&mut connection, "missing_scopes")?,
            connected_at: connection.take("connected_at")?,
            access_token_expires_at: connection.take("access_token_expires_at")?,
            refresh_token_expires_at: connection.take("refresh_token_expires_at"),
            refreshed_at: connection.take("refreshed_at")?,
            generation: connection.take("generation")?,
        })
    }
}

impl Wire for Org {
    fn of(value: Value) -> Option<Self> {
        let mut org = value.into_object()?;
        Some(Self {
            id: org.take("id")?,
            name: org.take("name")?,
            slug: org.take("slug")?,
            group: org.take("group"),
        })
    }
}

impl Wire for Connected {
    fn of(value: Value) -> Option<Self> {
        let mut connected = value.into_object()?;
        Some(Self {
            connection: Connection::of(connected.take_any("connection")?)?,
            return_to: connected.take("return_to")?,
        })
    }
}

impl Wire for Sessions {
    fn of(value: Value) -> Option<Self> {
        let mut sessions = value.into_object()?;
        Some(Self {
            sessions: all(&mut sessions, "sessions")?,
        })
    }
}

impl Wire for Browser {
    fn of(value: Value) -> Option<Self> {
        let mut browser = value.into_object()?;
        Some(Self {
            id: browser.take("id")?,
            browser: browser.take("browser")?,
            signed_in_at: browser.take("signed_in_at")?,
            last_used_at: browser.take("last_used_at")?,
            expires_at: browser.take("expires_at")?,
            current: browser.take("current")?,
        })
    }
}

impl Wire for Problem {
    fn of(value: Value) -> Option<Self> {
        let mut problem = value.into_object()?;
        let status: u64 = problem.take("status")?;
        let code: String = problem.take("code")?;
        Some(Self {
            kind: problem
                .take("type")
                .unwrap_or_else(|| "about:blank".to_owned()),
            title: problem.take("title")?,
            status: u16::try_from(status).ok()?,
            detail: problem.take("detail").unwrap_or_default(),
            code: Code::from_word(&code),
            request_id: problem.take("request_id").unwrap_or_default(),
            snyk_request_id: problem.take("snyk_request_id"),
        })
    }
}

/// Reads a list. Returns `None` if one of its elements cannot be read.
pub(crate) fn all<T: Wire>(object: &mut Object, name: &str) -> Option<Vec<T>> {
    let Value::Array(values) = object.take_any(name)? else {
        return None;
    };
    values.into_iter().map(T::of).collect()
}

pub(crate) fn scopes(object: &mut Object, name: &str) -> Option<Scopes> {
    let Value::Array(values) = object.take_any(name)? else {
        return None;
    };
    let words: Option<Vec<String>> = values.into_iter().map(String::from_value).collect();
    Some(Scopes::parse(&words?.join(" ")))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fmt::Debug;

    use serde::{Serialize, de::DeserializeOwned};

    use super::*;

    fn connection() -> Connection {
        Connection {
            id: "01J".to_owned(),
            status: Status::Active,
            context: Some(Context::Tenant),
            orgs: vec![Org {
                id: "o".to_owned(),
                name: "Größe \u{1f600} \"quoted\"".to_owned(),
                slug: String::new(),
                group: Some("Große Gruppe".to_owned()),
            }],
            orgs_complete: false,
            scopes: Scopes::parse("org.read org.project.read"),
            missing_scopes: Scopes::default(),
            connected_at: "2026-01-02T03:04:05Z".to_owned(),
            access_token_expires_at: "2026-01-02T04:04:05Z".to_owned(),
            refresh_token_expires_at: None,
            refreshed_at: "2026-01-02T03:04:05Z".to_owned(),
            generation: 4_000_000_000,
        }
    }

    fn session() -> Session {
        let reconnect = Connection {
            status: Status::ReconnectNeeded,
            context: None,
            orgs_complete: true,
            refresh_token_expires_at: Some("2026-04-02T03:04:05Z".to_owned()),
            ..connection()
        };
        let user = Connection {
            context: Some(Context::User),
            ..connection()
        };
        Session {
            app: App {
                name: "Ruler".to_owned(),
                client_id: "id".to_owned(),
                authorization_endpoint: "https://app.snyk.io/oauth2/authorize".to_owned(),
                origin: "https://ruler.example".to_owned(),
                redirect_uri: "https://ruler.example/callback".to_owned(),
                scopes: Scopes::parse("org.read"),
                region: "us-01".to_owned(),
                sandbox: true,
            },
            connections: vec![connection(), reconnect, user],
        }
    }

    fn problem() -> Problem {
        Problem {
            kind: "/problems/unusable-answer".to_owned(),
            title: "t".to_owned(),
            status: 409,
            detail: "d".to_owned(),
            code: Code::LoginUsed,
            request_id: "01J".to_owned(),
            snyk_request_id: Some("s".to_owned()),
        }
    }

    /// Checks that what serde reads is read, and what serde rejects is rejected: the value itself,
    /// without each of its members, and with each of them as a value of another type.
    pub(crate) fn reads_as_serde<T>(value: &T)
    where
        T: Wire + Serialize + DeserializeOwned + PartialEq + Debug,
    {
        let written = serde_json::to_value(value).unwrap();
        assert_eq!(read::<T>(&written.to_string()).as_ref(), Some(value));
        for name in written.as_object().unwrap().keys() {
            let mut less = written.clone();
            less.as_object_mut().unwrap().remove(name);
            let less = less.to_string();
            assert_eq!(read::<T>(&less), serde_json::from_str(&less).ok(), "{less}");
        }
        for wrong in ["[]", "\"text\"", "null", "", "{"] {
            assert_eq!(read::<T>(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_answer_is_read_as_serde_reads_it() {
        reads_as_serde(&session());
        reads_as_serde(&session().app);
        for connection in session().connections {
            reads_as_serde(&connection);
            reads_as_serde(&connection.orgs[0]);
        }
        reads_as_serde(&problem());
        let browser = Browser {
            id: "01J".to_owned(),
            browser: "Firefox on Linux".to_owned(),
            signed_in_at: "2026-01-02T03:04:05Z".to_owned(),
            last_used_at: "2026-01-02T03:04:05Z".to_owned(),
            expires_at: "2026-01-03T03:04:05Z".to_owned(),
            current: true,
        };
        reads_as_serde(&browser);
        reads_as_serde(&Sessions {
            sessions: vec![browser],
        });
        let connected = Connected {
            connection: connection(),
            return_to: "/".to_owned(),
        };
        let read: Connected = read(&serde_json::to_string(&connected).unwrap()).unwrap();
        assert_eq!(read.connection, connected.connection);
        assert_eq!(read.return_to, connected.return_to);
    }

    #[test]
    fn every_code_is_read() {
        for code in Code::ALL {
            let problem = Problem {
                code: *code,
                ..problem()
            };
            reads_as_serde(&problem);
        }
        let newer = r#"{"title":"t","status":409,"code":"newer"}"#;
        assert_eq!(read::<Problem>(newer).unwrap().code, Code::Unknown);
    }

    #[test]
    fn words_that_serde_rejects_are_rejected() {
        let written = serde_json::to_value(connection()).unwrap();
        for (name, wrong) in [
            ("status", "asleep"),
            ("context", "robot"),
            ("scopes", "org.read"),
            ("orgs", "none"),
            ("generation", "4"),
        ] {
            let mut other = written.clone();
            other[name] = wrong.into();
            let other = other.to_string();
            assert_eq!(read::<Connection>(&other), None, "{other}");
            assert!(
                serde_json::from_str::<Connection>(&other).is_err(),
                "{other}"
            );
        }
    }
}
