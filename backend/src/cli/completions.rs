//! The `completions` command.

use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, output};

pub(super) const EXAMPLES: &str = "\
Examples, each to be run once:
  bash    mkdir -p ~/.local/share/bash-completion/completions
          snyk-app completions bash > ~/.local/share/bash-completion/completions/snyk-app
  zsh     snyk-app completions zsh > \"${fpath[1]}/_snyk-app\"
  fish    snyk-app completions fish > ~/.config/fish/completions/snyk-app.fish

A new shell completes with the Tab key.";

/// The arguments of the command.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Arguments {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(Arguments { shell }: Arguments) -> ExitCode {
    output::print(script(shell).as_bytes())
}

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "snyk-app", &mut script);
    let script = String::from_utf8_lossy(&script);
    // The script for bash spells the name of a program with a hyphen in two ways, and completes
    // nothing after a subcommand then (https://github.com/clap-rs/clap/issues/6421). This does
    // nothing to a script without that defect.
    script.replace("snyk__subcmd__app", "snyk__app")
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn every_script_completes_every_command_and_option() {
        for shell in Shell::value_variants() {
            let script = script(*shell);
            for word in ["serve", "completions", "man", "public-url"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }
}
