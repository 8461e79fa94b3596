//! Other programs that read `.env` files: Node's `dotenv`, `python-dotenv`, and a shell.

use std::{collections::BTreeMap, path::Path, process::Command};

use crate::{npm, python};

/// The variables of a file.
pub type Variables = BTreeMap<String, String>;

/// Reads a file with Node's `dotenv`.
#[must_use]
pub fn of_node(file: &Path) -> Variables {
    let folder = tempfile::tempdir().expect("a temporary folder");
    json(npm::script("dotenv.mjs", folder.path()).arg(file))
}

/// Reads a file with `python-dotenv`.
#[must_use]
pub fn of_python(file: &Path) -> Variables {
    let program = "import json, sys; from dotenv import dotenv_values; \
                   print(json.dumps(dotenv_values(sys.argv[1])))";
    json(python::program(program).arg(file))
}

/// Reads a file as `set -a; . ./.env` does in a POSIX shell.
#[must_use]
pub fn of_shell(file: &Path) -> Variables {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "set -a; . \"$1\"; exec /usr/bin/env -0", "sh"]);
    let text = output(command.arg(file).env_clear());
    let variables = text.split('\0').filter_map(|text| text.split_once('='));
    variables
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn json(command: &mut Command) -> Variables {
    serde_json::from_str(&output(command)).expect("JSON")
}

fn output(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}
