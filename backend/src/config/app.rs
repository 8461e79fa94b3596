//! The app's name and the scopes that it requests.

use shared::scope::Scopes;

use super::{reader::Reader, scopes};

/// The app as it appears to people.
#[derive(Debug)]
pub struct App {
    /// The display name.
    pub name: String,
    /// The OAuth scopes to request.
    pub scopes: Scopes,
}

impl App {
    /// Reads the section, or adds problems.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let name = reader.get("APP_NAME");
        Some(Self {
            name: name.unwrap_or_else(|| "Snyk App".to_owned()),
            scopes: scopes::read(reader)?,
        })
    }
}
