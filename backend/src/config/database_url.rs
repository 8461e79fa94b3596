//! The syntax of `DATABASE_URL` (pure). The URL must name a file, and nothing that only resembles
//! one. A rejected URL leaves nothing on disk.

use std::{
    fmt,
    path::{Path, PathBuf},
};

/// The hint for a URL with another syntax.
const FORM: &str = "write sqlite://path, for instance sqlite://data/snyk-app.db or \
                    sqlite:///var/lib/snyk-app/app.db";

/// The URL of a database: `sqlite://path`.
#[derive(Clone)]
pub struct DatabaseUrl {
    path: PathBuf,
}

impl DatabaseUrl {
    /// Parses a URL. The error is for the operator, and never contains the URL, which may hold a
    /// password.
    pub fn parse(url: &str) -> Result<Self, String> {
        Ok(Self {
            path: file_of(url)?,
        })
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(redacted)")
    }
}

/// Returns the file of a `sqlite://path`, or why it names none.
fn file_of(url: &str) -> Result<PathBuf, String> {
    if let Some(c) = env_file::text::first_unseen(url) {
        let name = env_file::text::name_of(c);
        return Err(format!("holds a character that cannot be seen ({name})"));
    }
    let lower = url.to_ascii_lowercase();
    if lower.starts_with("postgres:") || lower.starts_with("postgresql:") {
        return Err(format!("names PostgreSQL, which is not there yet: {FORM}"));
    }
    let Some(path) = url.strip_prefix("sqlite:") else {
        return Err(format!("is not one that this build can use: {FORM}"));
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
            assert_eq!(parsed.path(), Path::new(path), "{url}");
            assert!(!format!("{parsed:?}").contains("app"), "{parsed:?}");
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
            ("postgres://user:canary@host/db", "not there yet"),
            ("PostgreSQL://user:canary@host/db", "not there yet"),
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
