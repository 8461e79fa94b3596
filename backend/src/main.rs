//! The `snyk-app` binary: runs the command line and returns its exit code.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use snyk_app::{app::router, cli};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    // Merge your own routes here: `router::api().merge(my::routes())`.
    cli::run(router::api())
}
