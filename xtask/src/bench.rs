//! `cargo xtask bench`: installs and builds what a part needs, and runs the measuring program.

mod micro;
mod needs;

use std::ffi::OsString;

use anyhow::Result;
use bench_options::{Options, Part};

use self::needs::{Needs, Variable};
use crate::{
    process, programs,
    spa::{self, Form},
    ui,
    workspace::Workspace,
};

/// Runs a part.
pub(crate) fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::open()?;
    let mut variables = Needs::of(&options.part).install(&workspace)?;
    ui::doing("The measuring programs, for release");
    let measuring = programs::build(&workspace, &["bench"], true)?;
    variables.push(("BARE_PROXY_BIN", measuring.get("bare-proxy")?.to_path_buf()));
    if let Part::Micro(options) = &options.part {
        variables.push(("CRITERION_HOME", micro::measure(&workspace, options)?));
    } else {
        variables.extend(product(&workspace, &options.part)?);
    }
    ui::doing("Measuring: leave the machine alone meanwhile");
    process::run(
        process::command(measuring.get("bench")?)
            .args(arguments())
            .envs(variables),
    )
}

/// Builds the product as users build it: each program with only its own features.
fn product(workspace: &Workspace, part: &Part) -> Result<Vec<Variable>> {
    ui::doing("The server, for release");
    let server = programs::build(workspace, &["snyk-app"], true)?;
    let mut variables = vec![("SNYK_APP_BIN", server.get("snyk-app")?.to_path_buf())];
    if matches!(part, Part::SignIns(_) | Part::Growth(_)) {
        ui::doing("The sandbox, for release");
        let sandbox = programs::build(workspace, &["snyk-sandbox"], true)?;
        let sandbox = sandbox.get("snyk-sandbox")?.to_path_buf();
        variables.push(("SNYK_SANDBOX_BIN", sandbox));
    }
    if matches!(part, Part::FirstVisit(_)) {
        ui::doing("The page, for release");
        variables.push(("PAGE", spa::build(workspace, Form::Shipped)?));
    }
    Ok(variables)
}

/// Returns the arguments after `bench`, which the measuring program parses in the same way.
fn arguments() -> Vec<OsString> {
    after_bench(std::env::args_os())
}

fn after_bench(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    arguments
        .skip_while(|word| word != "bench")
        .skip(1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_measuring_program_gets_what_follows_the_command() {
        let words = ["xtask", "bench", "proxy", "--page", "small"];
        let words = words.into_iter().map(OsString::from);
        assert_eq!(after_bench(words), ["proxy", "--page", "small"]);
    }
}
