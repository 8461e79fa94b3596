//! `cargo xtask build`: what is shipped.

use anyhow::Result;

use crate::{
    process,
    spa::{self, Form},
    ui,
    workspace::Workspace,
};

/// Builds the page and the server, both for release.
pub(crate) fn run() -> Result<()> {
    let workspace = Workspace::open()?;
    ui::doing("The page, small and compressed");
    let dist = spa::build(&workspace, Form::Shipped)?;
    ui::doing("The server");
    process::run(
        workspace
            .cargo()
            .args(["build", "--release", "--package", "snyk-app"]),
    )?;
    ui::doing("Done");
    ui::note(&format!("page:   {}", dist.display()));
    ui::note(&format!(
        "server: {}",
        workspace.target.join("release/snyk-app").display()
    ));
    Ok(())
}
