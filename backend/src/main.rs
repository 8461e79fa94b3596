//! `snyk-app`: command line in, exit code out.

use std::process::ExitCode;

use snyk_app::{cli, http::router};

#[tokio::main]
async fn main() -> ExitCode {
    // Routes of your own are merged here: `router::api().merge(my::routes())`.
    cli::run(router::api()).await
}
