//! The `admin-link` command: makes the link by which an administrator signs in.

use std::{collections::BTreeMap, path::Path, process::ExitCode};

use domain::{admin_link::AdminLink, vault::Vault};

use super::{ENV_FILE, fail, output::print};
use crate::{
    clock::{Clock as _, SystemClock},
    config::{encryption::Encryption, raw::Raw, reader::Reader, server},
    telemetry,
};

pub(super) const EXAMPLES: &str = "\
Examples:
  snyk-app admin-link
      Print the link; open it in a browser within ten minutes, and press the button
  docker compose exec app snyk-app admin-link
      The same in a container, whose environment has the configuration

It needs the configuration of the server, and neither the database nor a running server. The link signs
in whoever uses it first: send it to nobody. The administrator is signed out after thirty minutes.";

/// Prints a new link on standard output, and what it is on standard error.
pub(super) fn run() -> ExitCode {
    match link() {
        Ok(link) => {
            telemetry::print(
                "This link signs in once, within ten minutes. Whoever has it can use it.",
            );
            print(format!("{link}\n").as_bytes())
        }
        Err(why) => fail(&why),
    }
}

/// Returns a new link. The error says what the operator can do.
fn link() -> Result<String, String> {
    let raw = Raw::read(Path::new(ENV_FILE), BTreeMap::new()).map_err(|error| error.to_string())?;
    let mut reader = Reader::new(&raw);
    let encryption = Encryption::read(&mut reader);
    let origin = server::frontend_origin(&mut reader);
    let problems = reader.finish();
    let (Some(encryption), Some(origin), true) = (encryption, origin, problems.is_empty()) else {
        return Err(problems.into_report().to_string());
    };
    for warning in problems.into_warnings() {
        telemetry::print(&format!("Warning: {warning}"));
    }
    let vault = Vault::new(&encryption.secret, &encryption.previous);
    let sealed = AdminLink::seal(&vault, SystemClock.now()).map_err(|error| error.to_string())?;
    Ok(format!("{origin}/admin#{sealed}"))
}
