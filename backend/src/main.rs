//! `snyk-app`: command line in, exit code out.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    snyk_app::cli::run().await
}
