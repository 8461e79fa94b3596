//! PostgreSQL's programs, and the user that they run as.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The variable with the folder of the programs, which `cargo xtask test` sets.
const VARIABLE: &str = "POSTGRES_BIN_FOR_TESTS";
/// The variable with the path of PgBouncer, which it sets too.
const PGBOUNCER: &str = "PGBOUNCER_FOR_TESTS";
/// Where Debian's packages have them, below a folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Users that may run a server, the first that exists.
const USERS: [&str; 2] = ["postgres", "nobody"];

/// Returns the folder of the programs.
#[expect(
    clippy::disallowed_methods,
    reason = "the task runner says where PostgreSQL is"
)]
pub(crate) fn folder() -> PathBuf {
    if let Some(folder) = env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        return folder.into();
    }
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let newest = versions
        .map(|version| version.path())
        .filter(|path| path.join("bin/initdb").is_file())
        .max_by_key(|path| version_of(path));
    newest.map_or_else(
        || panic!("PostgreSQL is not there: `cargo xtask test` installs it, and sets {VARIABLE}"),
        |newest| newest.join("bin"),
    )
}

fn version_of(path: &Path) -> u32 {
    let name = path.file_name().and_then(OsStr::to_str);
    name.and_then(|name| name.parse().ok()).unwrap_or_default()
}

/// A user that runs a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// Returns the user to switch to; `None` if this process is not root.
pub(crate) fn user() -> Option<User> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("users can be read");
    let found = USERS.iter().find_map(|name| {
        let line = users
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2).map(str::parse);
        Some(User {
            uid: ids.next()?.ok()?,
            gid: ids.next()?.ok()?,
        })
    });
    Some(found.expect("there is a user that is not root"))
}

/// Returns the path of PgBouncer.
#[expect(
    clippy::disallowed_methods,
    reason = "the task runner says where it is"
)]
pub(crate) fn pgbouncer() -> PathBuf {
    env::var_os(PGBOUNCER)
        .filter(|value| !value.is_empty())
        .map_or_else(|| PathBuf::from("/usr/sbin/pgbouncer"), Into::into)
}

/// Returns a command of a program, as the user that runs it, with nothing on its standard streams: a
/// server outlives the test that started it.
pub(crate) fn command(program: &str) -> Command {
    let mut command = as_user(&folder().join(program));
    command
        .current_dir("/")
        .env_remove("PGHOST")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Returns a command as the user that runs servers.
pub(crate) fn as_user(path: &Path) -> Command {
    match user() {
        None => Command::new(path),
        Some(User { uid, gid }) => {
            let mut command = Command::new("setpriv");
            command
                .arg(format!("--reuid={uid}"))
                .arg(format!("--regid={gid}"))
                .arg("--clear-groups")
                .arg(path);
            command
        }
    }
}
