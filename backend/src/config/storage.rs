//! Where data is stored.

use secrecy::ExposeSecret as _;

use super::{database_url::DatabaseUrl, reader::Reader};

/// Where data is stored.
#[derive(Debug)]
pub struct Storage {
    /// The database.
    pub database_url: DatabaseUrl,
}

/// The default of `DATABASE_URL`.
const DEFAULT: &str = "sqlite://data/snyk-app.db";

impl Storage {
    /// Reads the section, or adds problems.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let text = reader.secret("DATABASE_URL").map(|text| text.value);
        if !reader.are_valid(&["DATABASE_URL"]) {
            return None;
        }
        let text = text.as_ref().map_or(DEFAULT, |text| text.expose_secret());
        match DatabaseUrl::parse(text) {
            Ok(database_url) => Some(Self { database_url }),
            Err(why) => {
                reader.problems.add("DATABASE_URL", why);
                None
            }
        }
    }
}
