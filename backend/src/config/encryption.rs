//! The secrets that encrypt data at rest. Each must be strong, and is read as editors write it.

use env_file::text::{first_unseen, name_of};
use secrecy::{ExposeSecret as _, SecretString};

use super::{problems::Problems, reader::Reader, secret_file::SecretText};

/// The secrets that encrypt data at rest.
#[derive(Debug)]
pub struct Encryption {
    /// The secret that encrypts.
    pub secret: SecretString,
    /// Previous secrets, which only decrypt.
    pub previous: Vec<SecretString>,
}

impl Encryption {
    /// Reads the section, or adds problems.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let current = reader.require_secret("ENCRYPTION_SECRET", "at least 32 random characters");
        check_encryption_secret(&mut reader.problems, "ENCRYPTION_SECRET", &current.value);
        let is_same = reader.is_secret_of("CLIENT_SECRET", &current.value);
        if is_same && !current.value.expose_secret().is_empty() {
            reader.problems.add(
                "ENCRYPTION_SECRET",
                "is CLIENT_SECRET: whoever learns one has both, so make another",
            );
        }

        let previous_texts = reader.as_written("ENCRYPTION_SECRET_PREVIOUS");
        let previous_texts: Vec<_> = previous_texts
            .unwrap_or_default()
            .split(',')
            .map(SecretText::of_value)
            .filter(|text| !text.value.expose_secret().is_empty())
            .collect();
        let p = &mut reader.problems;
        for text in &previous_texts {
            check_encryption_secret(p, "ENCRYPTION_SECRET_PREVIOUS", &text.value);
        }
        if current.legacy_value.is_some() {
            p.warn(
                "ENCRYPTION_SECRET has a character at an end that nobody sees (a byte order mark, \
                 one of no width, a NUL): it does not count, and what was encrypted with it still \
                 opens; write the secret without it",
            );
        }
        // Keeps the data readable that an earlier version encrypted with the invisible characters.
        let mut previous: Vec<_> = current.legacy_value.into_iter().collect();
        for text in previous_texts {
            previous.push(text.value);
            previous.extend(text.legacy_value);
        }
        let encryption = Self {
            secret: current.value,
            previous,
        };
        reader
            .are_valid(&["ENCRYPTION_SECRET", "ENCRYPTION_SECRET_PREVIOUS"])
            .then_some(encryption)
    }
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
