//! Output of commands that print a text and exit.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use super::fail;

/// Writes a text to standard output. A reader that stops reading early, such as `head`, is no
/// failure.
pub(super) fn print(text: &[u8]) -> ExitCode {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            fail(&format!("standard output cannot be written ({error})"))
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Describes an error with its causes.
pub(super) fn described(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
