//! The app's credentials at Snyk.

use env_file::text::name_of;
use secrecy::ExposeSecret as _;

use super::{
    problems::Problems,
    reader::Reader,
    secret_file::{ClientSecret, check_client_secret},
};

/// The app's credentials at Snyk.
#[derive(Debug)]
pub struct Credentials {
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: ClientSecret,
}

impl Credentials {
    /// Reads the section, or adds problems.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let client_id = reader.require("CLIENT_ID", "the client id that Snyk gave the app");
        let secret = reader
            .require_secret("CLIENT_SECRET", "the secret that Snyk gave the app")
            .value;
        let id = client_id.as_deref().unwrap_or_default();
        check_credentials(&mut reader.problems, id, secret.expose_secret());
        let client_secret = match reader.get("CLIENT_SECRET_FILE") {
            Some(path) => ClientSecret::of_file(path.into(), secret),
            None => ClientSecret::of_value(secret),
        };
        let credentials = Self {
            client_id: client_id?,
            client_secret,
        };
        reader
            .are_valid(&["CLIENT_ID", "CLIENT_SECRET"])
            .then_some(credentials)
    }
}

/// Checks that the credentials have the form of those from Snyk, and are not swapped.
fn check_credentials(p: &mut Problems, id: &str, secret: &str) {
    if let Err(why) = check_client_secret(secret) {
        p.add("CLIENT_SECRET", why);
    }
    if id.is_empty() {
        return; // reported already
    }
    let is_invalid = |c: char| !c.is_ascii_graphic();
    if is_uuid(secret) && !is_uuid(id) {
        p.add(
            "CLIENT_ID",
            "and CLIENT_SECRET are swapped: Snyk's client ids are UUIDs, and the secret is one",
        );
    } else if let Some(c) = id.chars().find(|c| is_invalid(*c)) {
        let name = name_of(c);
        p.add(
            "CLIENT_ID",
            format!("holds a character that no client id has ({name})"),
        );
    } else if id == secret {
        p.add(
            "CLIENT_SECRET",
            "is CLIENT_ID: write the secret that Snyk showed once",
        );
    } else if !is_uuid(id) {
        p.warn("CLIENT_ID is no UUID, as Snyk's client ids are: check that it is the id");
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}
