//! The secrets: each strong, none of them another, read as editors write them.

use env_file::text::{first_unseen, name_of};
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    problems::Problems,
    raw::Raw,
    secret_file::{ClientSecret, SecretText, check_client_secret},
};

/// The app's credentials and what encrypts at rest.
pub(super) struct Secrets {
    pub(super) client_id: String,
    pub(super) client: ClientSecret,
    pub(super) encryption: SecretString,
    pub(super) previous: Vec<SecretString>,
}

impl Secrets {
    pub(super) fn read(raw: &Raw, p: &mut Problems) -> Self {
        let client_id = p.need(raw, "CLIENT_ID", "the client id that Snyk gave the app");
        let client = p
            .need_secret(raw, "CLIENT_SECRET", "the secret that Snyk gave the app")
            .value;
        check_credentials(p, &client_id, client.expose_secret());

        let encryption = p.need_secret(raw, "ENCRYPTION_SECRET", "at least 32 random characters");
        check_encryption_secret(p, "ENCRYPTION_SECRET", &encryption.value);
        let is_same = client.expose_secret() == encryption.value.expose_secret();
        if is_same && !client.expose_secret().is_empty() {
            p.add(
                "ENCRYPTION_SECRET",
                "is CLIENT_SECRET: whoever learns one has both, so make another",
            );
        }

        let earlier = raw.variables.as_written("ENCRYPTION_SECRET_PREVIOUS");
        let earlier: Vec<_> = earlier
            .unwrap_or_default()
            .split(',')
            .map(SecretText::of_value)
            .filter(|text| !text.value.expose_secret().is_empty())
            .collect();
        for text in &earlier {
            check_encryption_secret(p, "ENCRYPTION_SECRET_PREVIOUS", &text.value);
        }
        if encryption.as_before.is_some() {
            p.warn(
                "ENCRYPTION_SECRET has a character at an end that nobody sees (a byte order mark, \
                 one of no width, a NUL): it does not count, and what was encrypted with it still \
                 opens; write the secret without it",
            );
        }
        // What an earlier version encrypted with the unseen characters still opens.
        let mut previous: Vec<_> = encryption.as_before.into_iter().collect();
        for text in earlier {
            previous.push(text.value);
            previous.extend(text.as_before);
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

/// Credentials of the form that Snyk gives them in, and each in its own place.
fn check_credentials(p: &mut Problems, id: &str, secret: &str) {
    if let Err(why) = check_client_secret(secret) {
        p.add("CLIENT_SECRET", why);
    }
    if id.is_empty() {
        return; // told already
    }
    let is_unfit = |c: char| !c.is_ascii_graphic();
    if is_uuid(secret) && !is_uuid(id) {
        p.add(
            "CLIENT_ID",
            "and CLIENT_SECRET are swapped: Snyk's client ids are UUIDs, and the secret is one",
        );
    } else if let Some(c) = id.chars().find(|c| is_unfit(*c)) {
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

/// A secret that nobody guesses.
fn check_encryption_secret(p: &mut Problems, name: &'static str, secret: &SecretString) {
    let secret = secret.expose_secret();
    if secret.is_empty() {
        return; // told already
    }
    let different = secret
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
    } else if different < 8 {
        p.add(
            name,
            "repeats itself: make a random one with `openssl rand -hex 32`",
        );
    } else if let Some(c) = first_unseen(secret) {
        // It counts all the same, as it always did: without it, nothing that was encrypted opens.
        let c = name_of(c);
        p.warn(format!(
            "{name} holds a character that cannot be seen ({c}), which counts: whoever writes the \
             secret again without it decrypts nothing"
        ));
    }
}
