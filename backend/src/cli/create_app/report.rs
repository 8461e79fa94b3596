//! The output of the command: for people, or as JSON.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use env_file::quote::quote;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{
    dot_env::{CannotWrite, Written},
    failure::Failure,
};
use crate::{
    apps_api::{CreatedApp, Id},
    cli::ENV_FILE,
    telemetry,
};

/// An app that exists at Snyk. Its secret may not have been saved.
#[derive(Debug)]
pub(super) struct Created {
    pub(super) registered: CreatedApp,
    pub(super) org: Id,
    pub(super) region: String,
    pub(super) outcome: Result<Written, CannotWrite>,
    /// Variables that the environment sets to another value, which takes precedence.
    pub(super) overridden: Vec<&'static str>,
}

/// Prints a warning on standard error, before any question that follows.
pub(super) fn warn(warning: &str) {
    telemetry::print(&format!("Warning: {warning}"));
    telemetry::flush();
}

/// Prints the outcome, and returns the exit code.
pub(super) fn print(outcome: Result<Created, Failure>, as_json: bool) -> ExitCode {
    match outcome {
        Ok(created) => created.print(as_json),
        Err(failure) => {
            if as_json {
                let _ = print_line(&failure.to_json().to_string());
            } else {
                telemetry::print(&failure.told());
            }
            failure.exit_code()
        }
    }
}

impl Created {
    fn print(&self, as_json: bool) -> ExitCode {
        match &self.outcome {
            Ok(written) => {
                for warning in self.warnings(written) {
                    warn(&warning);
                }
                // The file is written: a reader that went away changes nothing about that.
                let _ = print_line(&if as_json {
                    self.to_json(written).to_string()
                } else {
                    self.told(written)
                });
                ExitCode::SUCCESS
            }
            Err(why) => {
                let is_printed = as_json && print_line(&self.unsaved_json(why)).is_ok();
                if !is_printed {
                    // Not through the log's queue, which may lose lines.
                    let _ = writeln!(io::stderr(), "{}", self.unsaved(why).as_str());
                }
                ExitCode::FAILURE
            }
        }
    }

    fn warnings(&self, written: &Written) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.overridden.is_empty() {
            warnings.push(format!(
                "the environment sets {} to another value, which takes precedence over {ENV_FILE}",
                self.overridden.join(", ")
            ));
        }
        if !written.is_portable {
            warnings.push(
                "The client secret has characters that programs read differently from a file: this \
                 one and Node's dotenv read it right, others may not"
                    .to_owned(),
            );
        }
        warnings
    }

    fn told(&self, written: &Written) -> String {
        let app = &self.registered.app;
        let client_id = app.client_id.as_deref().unwrap_or_default();
        let backup = written.backup.as_ref().map_or_else(String::new, |path| {
            format!("The former file is kept: {}\n", path.display())
        });
        format!(
            "{} is registered at Snyk (region {}), with the client id {client_id}\nWritten to \
             {ENV_FILE}: {}\n{backup}Next: `snyk-app serve`, or `cargo xtask start` in the \
             repository",
            one_line(&app.name),
            self.region,
            written.names.join(", ")
        )
    }

    fn to_json(&self, written: &Written) -> Value {
        json!({
            "app": self.registered.app,
            "org_id": self.org,
            "region": self.region,
            "env_file": ENV_FILE,
            "backup": written.backup,
            "variables": written.names,
            "encryption_secret": if written.has_new_encryption_secret { "new" } else { "kept" },
            "overridden": self.overridden,
        })
    }

    /// Returns the text for an app whose secret is not in the file. It is the only place where the
    /// secret is shown, since Snyk does not show it again.
    fn unsaved(&self, why: &CannotWrite) -> Zeroizing<String> {
        let secret = self.registered.client_secret.expose_secret();
        let quoted = quote(secret).map(|quoted| Zeroizing::new(quoted.text));
        let written = quoted.as_ref().map_or(secret, |text| text.as_str());
        Zeroizing::new(format!(
            "The app was created at Snyk, but its secret could not be saved: {why}.\nSnyk does not \
             show the secret again. Keep these two lines now:\n\nCLIENT_ID={}\nCLIENT_SECRET={written}\n",
            self.registered.app.client_id.as_deref().unwrap_or_default(),
        ))
    }

    fn unsaved_json(&self, why: &CannotWrite) -> Zeroizing<String> {
        let message = format!("The app was created, but its secret could not be saved: {why}");
        let report = json!({
            "error": {"kind": "not_saved", "message": message},
            "app": self.registered.app,
            "org_id": self.org,
            "region": self.region,
            "client_secret": self.registered.client_secret.expose_secret(),
        });
        Zeroizing::new(report.to_string())
    }
}

/// Returns a text of Snyk's without the control characters that would control the terminal.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn print_line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use env_file::parse::parse;
    use shared::json;

    use super::*;

    fn created() -> Created {
        let app = r#"{"id": "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11", "attributes":
            {"name": "Fat\u001bhom", "client_id": "id", "client_secret": "c^`a n'ary"}}"#;
        Created {
            registered: json::read(app.as_bytes()).unwrap(),
            org: "4635194f-2d5c-802b-abd8-28c14dab162c".parse().unwrap(),
            region: "us-01".to_owned(),
            outcome: Err(CannotWrite::Exists),
            overridden: vec!["SCOPES"],
        }
    }

    #[test]
    fn an_unsaved_secret_is_shown_as_it_belongs_into_the_file() {
        let created = created();
        let text = created.unsaved(&CannotWrite::Exists);
        let lines = text.split_once("\n\n").unwrap().1;
        assert_eq!(
            parse(lines).unwrap(),
            [("CLIENT_ID", "id"), ("CLIENT_SECRET", "c^`a n'ary")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        let report: Value =
            serde_json::from_str(&created.unsaved_json(&CannotWrite::Exists)).unwrap();
        assert_eq!(report["client_secret"], "c^`a n'ary");
    }

    #[test]
    fn a_saved_secret_is_not_shown() {
        let created = created();
        let written = Written {
            backup: Some(".env.backup".into()),
            has_new_encryption_secret: true,
            is_portable: false,
            names: vec!["CLIENT_ID", "CLIENT_SECRET"],
        };
        let (text, report) = (created.told(&written), created.to_json(&written));
        assert!(
            text.contains("Fathom is registered")
                && text.contains("client id id")
                && text.contains(".env.backup")
        );
        assert_eq!(
            (&report["app"]["client_id"], &report["backup"]),
            (&json!("id"), &json!(".env.backup"))
        );
        let warnings = created.warnings(&written);
        assert_eq!(warnings.len(), 2);
        let all = format!("{text}{report}{warnings:?}{created:?}");
        assert!(!all.contains("n'ary"), "{all}");
    }
}
