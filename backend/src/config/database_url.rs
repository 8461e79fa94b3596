//! The syntax of `DATABASE_URL` (pure). The URL must name a file, and nothing that only resembles
//! one, or a PostgreSQL database. A rejected URL leaves nothing on disk.

use std::{fmt, path::PathBuf};

use super::postgres_url::{self, PostgresUrl};

/// The hint for a URL with another syntax.
const FORM: &str = "write sqlite://path, for instance sqlite://data/snyk-app.db or \
                    sqlite:///var/lib/snyk-app/app.db";

/// The URL of a database.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// `sqlite://path`: the path of the file.
    Sqlite(PathBuf),
    /// `postgres://user:password@host/database`.
    Postgres(Box<PostgresUrl>),
}

impl DatabaseUrl {
    /// Parses a URL. The error is for the operator, and never contains the URL, which may hold a
    /// password.
    pub fn parse(url: &str) -> Result<Self, String> {
        if let Some(c) = env_file::text::first_unseen(url) {
            let name = env_file::text::name_of(c);
            return Err(format!("holds a character that cannot be seen ({name})"));
        }
        if postgres_url::SCHEMES
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            let url = PostgresUrl::parse(url)?;
            return Ok(Self::Postgres(Box::new(url)));
        }
        file_of(url).map(Self::Sqlite)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(redacted)")
    }
}

/// Returns the file of a `sqlite://path`, or why it names none.
fn file_of(url: &str) -> Result<PathBuf, String> {
    let lower = url.to_ascii_lowercase();
    let Some(path) = url.strip_prefix("sqlite:") else {
        return Err(format!(
            "is not one that this build can use: {FORM}, or {}",
            postgres_url::FORM
        ));
    };
    let path = path.strip_prefix("//").unwrap_or(path);
    let why = if path.contains(":memory:") || lower.contains("mode=memory") {
        "is a database in memory, which forgets every connection at a stop"
    } else if path.starts_with("file:") {
        "is in SQLite's own form `file:`"
    } else if path.contains(['?', '#']) {
        "has options or a fragment, and the options are this server's"
    } else if path.is_empty() {
        "names no file"
    } else if path.ends_with('\\') || matches!(path.rsplit('/').next(), Some("" | "." | "..")) {
        "names a folder"
    } else if path.starts_with('~') || path.contains('$') {
        "holds `~` or `$`, which no shell replaces here"
    } else if path.contains(['"', '\'']) {
        "holds a quotation mark"
    } else if path.contains("://") {
        "has a second `://`"
    } else {
        return Ok(PathBuf::from(path));
    };
    Err(format!("{why}: {FORM}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_file_is_named_by_a_path() {
        for (url, path) in [
            ("sqlite://data/snyk-app.db", "data/snyk-app.db"),
            ("sqlite:///var/lib/app.db", "/var/lib/app.db"),
            ("sqlite:app.db", "app.db"),
            ("sqlite://my data/ä+%20.db", "my data/ä+%20.db"),
            ("sqlite://../app", "../app"),
        ] {
            let parsed = DatabaseUrl::parse(url).unwrap();
            assert!(!format!("{parsed:?}").contains("app"), "{parsed:?}");
            let DatabaseUrl::Sqlite(parsed) = parsed else {
                panic!("{url}");
            };
            assert_eq!(parsed, Path::new(path), "{url}");
        }
    }

    #[test]
    fn what_only_looks_like_a_file_is_refused_in_words() {
        for (url, words) in [
            ("sqlite::memory:", "in memory"),
            ("sqlite://:memory:", "in memory"),
            ("sqlite:///:memory:", "in memory"),
            ("sqlite:file:app.db?mode=memory&cache=shared", "in memory"),
            ("sqlite:file:app.db", "`file:`"),
            ("sqlite://file:app.db", "`file:`"),
            ("sqlite://app.db?mode=ro", "options"),
            ("sqlite:", "no file"),
            ("sqlite://", "no file"),
            ("sqlite:///", "a folder"),
            ("sqlite://data/", "a folder"),
            ("sqlite://data/..", "a folder"),
            ("sqlite://.", "a folder"),
            ("sqlite://~/app.db", "`~`"),
            ("sqlite://$HOME/app.db", "`$`"),
            ("sqlite://${DATA}/app.db", "`$`"),
            ("sqlite://\"app.db\"", "quotation"),
            ("sqlite://sqlite://app.db", "second"),
            ("sqlite://app\u{200b}.db", "U+200B"),
            ("postgres://canary@host", "no database"),
            ("PostgreSQL://user:canary@host/db", "this build"),
            ("mysql://user:canary@host/db", "this build"),
            ("SQLITE://app.db", "this build"),
            ("sqlite3://app.db", "this build"),
            ("data/app.db", "this build"),
        ] {
            let why = DatabaseUrl::parse(url).unwrap_err();
            assert!(why.contains(words), "{url}: {why}");
            assert!(!why.contains("canary"), "{why}");
        }
    }
}
