//! `cargo xtask build`: builds the release artifacts.

use std::fs;

use anyhow::{Context as _, Result};
use clap::Args;

use crate::{
    programs, sizes,
    spa::{self, Form},
    ui,
    workspace::Workspace,
};

/// Options in addition to building.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Note the page's size in `xtask/page-sizes.tsv`, as what it weighs since this was added.
    #[arg(long, value_name = "PART")]
    record: Option<String>,
}

/// Builds the page and the server in release mode, and prints their sizes.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::open()?;
    ui::doing("The page, small and compressed");
    let dist = spa::build(&workspace, Form::Shipped)?;
    ui::doing("The server");
    let programs = programs::build(&workspace, &["snyk-app"], true)?;
    let server = programs.get("snyk-app")?;
    let bytes = fs::metadata(server)
        .with_context(|| format!("cannot read {}", server.display()))?
        .len();
    ui::doing("Done");
    ui::note(&format!("page:   {}", dist.display()));
    ui::note(&format!(
        "server: {}, {} bytes",
        server.display(),
        sizes::grouped(bytes)
    ));
    sizes::report(&workspace, &dist, arguments.record.as_deref())
}
