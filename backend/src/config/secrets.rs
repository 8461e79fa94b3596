//! The secrets. Each must be strong and differ from the others, and is read as editors write it.

use env_file::text::{first_unseen, name_of};
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    problems::Problems,
    raw::Raw,
    secret_file::{ClientSecret, SecretText, check_client_secret},
};

/// The app's credentials and the encryption secrets.
pub(super) struct Secrets {
    pub(super) client_id: String,
    pub(super) client: ClientSecret,
    pub(super) encryption: SecretString,
    pub(super) previous: Vec<SecretString>,
}

impl Secrets {
    pub(super) fn read(raw: &Raw, p: &mut Problems) -> Self {
        let client_id = p.require(raw, "CLIENT_ID", "the client id that Snyk gave the app");
        let client = p
            .require_secret(raw, "CLIENT_SECRET", "the secret that Snyk gave the app")
            .value;
        check_credentials(p, &client_id, client.expose_secret());

        let encryption =
            p.require_secret(raw, "ENCRYPTION_SECRET", "at least 32 random characters");
        check_encryption_secret(p, "ENCRYPTION_SECRET", &encryption.value);
        let is_same = client.expose_secret() == encryption.value.expose_secret();
        if is_same && !client.expose_secret().is_empty() {
            p.add(
                "ENCRYPTION_SECRET",
                "is CLIENT_SECRET: whoever learns one has both, so make another",
            );
        }

        let previous_texts = raw.variables.as_written("ENCRYPTION_SECRET_PREVIOUS");
        let previous_texts: Vec<_> = previous_texts
            .unwrap_or_default()
            .split(',')
            .map(SecretText::of_value)
            .filter(|text| !text.value.expose_secret().is_empty())
            .collect();
        for text in &previous_texts {
            check_encryption_secret(p, "ENCRYPTION_SECRET_PREVIOUS", &text.value);
        }
        if encryption.legacy_value.is_some() {
            p.warn(
                "ENCRYPTION_SECRET has a character at an end that nobody sees (a byte order mark, \
                 one of no width, a NUL): it does not count, and what was encrypted with it still \
                 opens; write the secret without it",
            );
        }
        // Keeps the data readable that an earlier version encrypted with the invisible characters.
        let mut previous: Vec<_> = encryption.legacy_value.into_iter().collect();
        for text in previous_texts {
            previous.push(text.value);
            previous.extend(text.legacy_value);
        }

        let client = match raw.get("CLIENT_SECRET_FILE") {
            Some(path) => ClientSecret::of_file(path.into(), client),
            None => ClientSecret::of_value(client),
        };
        Self {
            client_id,
            client,
            encryption: encryption.value,
            previous,
        }
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

/// Checks that a secret cannot be guessed.
fn check_encryption_secret(p: &mut Problems, name: &'static str, secret: &SecretString) {
    let secret = secret.expose_secret();
    if secret.is_empty() {
        return; // reported already
    }
    let distinct_bytes = secret
        .bytes()
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    if secret.len() < 32 {
        p.add(
            name,
            "is shorter than 32 characters: make one with `openssl rand -hex 32`",
        );
    } else if ["change-me", "change_me", "changeme"]
        .iter()
        .any(|sample| secret.to_ascii_lowercase().contains(sample))
    {
        p.add(name, "is the sample: make one with `openssl rand -hex 32`");
    } else if distinct_bytes < 8 {
        p.add(
            name,
            "repeats itself: make a random one with `openssl rand -hex 32`",
        );
    } else if let Some(c) = first_unseen(secret) {
        // The character remains part of the secret, as it always was. Without it, existing data
        // could not be decrypted.
        let c = name_of(c);
        p.warn(format!(
            "{name} holds a character that cannot be seen ({c}), which counts: whoever writes the \
             secret again without it decrypts nothing"
        ));
    }
}
