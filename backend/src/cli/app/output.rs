//! The output of the `app` commands: for people, or as JSON.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use serde_json::{Value, json};

use super::failure::Failure;
use crate::apps_api::App;

/// The result of a command, for people and for programs.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) text: String,
    pub(super) json: Value,
}

impl Output {
    /// Describes a list of apps.
    pub(super) fn apps(apps: &[App]) -> Self {
        let head = ["NAME", "APP ID", "CLIENT ID", "CONTEXT"].map(str::to_owned);
        let rows = apps.iter().map(|app| {
            [
                plain(&app.name),
                app.id.to_string(),
                plain(app.client_id.as_deref().unwrap_or("-")),
                plain(app.context.as_deref().unwrap_or("-")),
            ]
        });
        let text = if apps.is_empty() {
            "The organization owns no app.".to_owned()
        } else {
            table(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
        };
        Self {
            text,
            json: json!({"apps": apps}),
        }
    }

    /// Describes an app.
    pub(super) fn app(app: &App) -> Self {
        let flag = |flag: Option<bool>| match flag {
            Some(true) => "yes".to_owned(),
            Some(false) => "no".to_owned(),
            None => "-".to_owned(),
        };
        let text = |text: &Option<String>| plain(text.as_deref().unwrap_or("-"));
        let lifetime = app
            .access_token_ttl_seconds
            .map_or_else(|| "-".to_owned(), |seconds| format!("{seconds} s"));
        let rows = [
            ("Name", plain(&app.name)),
            ("App id", app.id.to_string()),
            ("Client id", text(&app.client_id)),
            ("Redirect URIs", plain(&app.redirect_uris.join(" "))),
            ("Scopes", plain(&app.scopes.join(" "))),
            ("Context", text(&app.context)),
            ("Access tokens live", lifetime),
            ("Grant type", text(&app.grant_type)),
            ("Public", flag(app.is_public)),
            ("Confidential", flag(app.is_confidential)),
            ("Organization", text(&app.org_public_id)),
        ];
        let rows = rows.map(|(name, value)| [format!("{name}:"), value]);
        Self {
            text: table(&rows),
            json: json!({"app": app}),
        }
    }
}

/// Prints the outcome, and returns the exit code.
pub(super) fn print(outcome: Result<Output, Failure>, as_json: bool) -> ExitCode {
    let mut stdout = io::stdout();
    match outcome {
        Ok(output) if as_json => {
            // A reader that went away changes nothing about what was done.
            let _ = writeln!(stdout, "{}", output.json);
            ExitCode::SUCCESS
        }
        Ok(output) => {
            let _ = writeln!(stdout, "{}", output.text);
            ExitCode::SUCCESS
        }
        Err(failure) => {
            let _ = if as_json {
                writeln!(stdout, "{}", failure.to_json())
            } else {
                // Not through the log's queue: the text may hold a secret that is shown only once.
                writeln!(io::stderr(), "{}", failure.told().as_str())
            };
            ExitCode::FAILURE
        }
    }
}

/// Returns a text without control characters, which would control the terminal.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// Aligns columns. The last one is not padded.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(&widths);
        let line: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        line.join("  ").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_nothing_controls_the_terminal() {
        let rows = [
            ["NAME".to_owned(), "ID".to_owned()],
            [plain("Équipe\u{1b}[2J"), "1".to_owned()],
        ];
        assert_eq!(table(&rows), "NAME       ID\nÉquipe[2J  1");
        assert_eq!(Output::apps(&[]).text, "The organization owns no app.");
    }
}
