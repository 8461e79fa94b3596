//! `cargo xtask build`: builds the release artifacts.

mod reproduce;

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::{
    programs, sizes,
    spa::{self, Form},
    static_host::{self, ApiOrigin, Target},
    ui,
    workspace::Workspace,
};

/// Options in addition to building.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Note the page's size in `xtask/page-sizes.tsv`, as what it weighs since this was added.
    #[arg(long, value_name = "PART")]
    record: Option<String>,
    /// Write the page for a static host into this folder, which is empty or has former builds of the
    /// page, and build no server.
    #[arg(long, value_name = "FOLDER")]
    dist: Option<PathBuf>,
    /// The server's address, if it is not the page's own, such as `https://api.example.com`.
    #[arg(long, value_name = "URL", requires = "dist")]
    api_base_url: Option<ApiOrigin>,
    /// Remove the files of former builds from the folder. Others stay.
    #[arg(long, requires = "dist")]
    remove_old: bool,
    /// Build the page a second time in another folder, and fail unless it is the same byte for byte.
    #[arg(long)]
    reproduce: bool,
}

/// Builds the page and the server in release mode, and prints their sizes.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::open()?;
    ui::doing("The page, small and compressed");
    let dist = spa::build(&workspace, Form::Shipped)?;
    if arguments.reproduce {
        ui::doing("The page again, in another folder");
        reproduce::check(&workspace, &dist)?;
        ui::note("both builds made the same files");
    }
    if let Some(folder) = &arguments.dist {
        // Whatever is too big is not published.
        sizes::report(&workspace, &dist, arguments.record.as_deref())?;
        let target = Target {
            folder: folder.clone(),
            api: arguments.api_base_url.clone(),
            remove_old: arguments.remove_old,
        };
        static_host::write(&workspace, &dist, &target)?;
        ui::doing("Done");
        ui::note(&format!("page for a static host: {}", folder.display()));
        return Ok(());
    }
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
