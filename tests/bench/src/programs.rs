//! The programs to measure and to measure with. The task runner says where they are.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

macro_rules! programs {
    ($($(#[$doc:meta])* $function:ident $variable:literal)*) => {
        $($(#[$doc])* pub(crate) fn $function() -> Result<PathBuf> { path($variable) })*
    };
}

programs! {
    snyk_app "SNYK_APP_BIN"
    sandbox "SNYK_SANDBOX_BIN"
    bare_proxy "BARE_PROXY_BIN"
    wrk "WRK"
    nginx "NGINX"
    apache "APACHE"
    valgrind "VALGRIND"
    /// The folder of what criterion has measured.
    criterion "CRITERION_HOME"
    node "NODE"
    /// The `node_modules` folder of this package's lock file.
    node_modules "NODE_MODULES_FOR_BENCH"
    /// The `node_modules` folder of what a first visit is measured with.
    first_visit_modules "NODE_MODULES_FOR_FIRST_VISIT"
    chromium "CHROMIUM"
    /// The folder of the page, built for release.
    page "PAGE"
}

#[expect(
    clippy::disallowed_methods,
    reason = "the task runner says where it built and installed them"
)]
fn path(variable: &str) -> Result<PathBuf> {
    let value = std::env::var_os(variable);
    let path = value.with_context(|| {
        format!(
            "{variable} is not set: the program could not be installed, or this was not started by \
             `cargo xtask bench`"
        )
    })?;
    // Servers run in folders of their own.
    std::fs::canonicalize(&path).with_context(|| format!("{variable}: {}", path.display()))
}
