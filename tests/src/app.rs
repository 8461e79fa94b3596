//! Runs the real backend as a process, on a free port, with its own folder.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    process::{Process, binary},
    registration::{CLIENT_ID, CLIENT_SECRET, SCOPES},
};

/// The encryption secret in tests.
pub const ENCRYPTION_SECRET: &str = "canary-encryption-secret-4f1b8c2d9e";

/// A running app.
#[derive(Debug)]
pub struct App {
    /// The base URL, without a trailing slash.
    pub url: String,
    process: Process,
    variables: Vec<(String, String)>,
    folder: TempDir,
}

impl App {
    /// Starts the app against the provider at a URL, and waits until the app is ready.
    pub async fn start(port: u16, provider: &str, changes: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("http://localhost:{port}");
        let mut variables = variables(port, provider, folder.path());
        for (name, value) in changes {
            variables.retain(|(known, _)| known != name);
            variables.push(((*name).to_owned(), (*value).to_owned()));
        }
        let process = run(&variables, folder.path());
        let mut app = Self {
            url,
            process,
            variables,
            folder,
        };
        app.ready().await;
        app
    }

    /// Returns everything that the app has printed. A separate thread writes the log a moment after
    /// the event, so this waits until the output stops growing.
    #[must_use]
    pub fn output(&self) -> String {
        let mut output = self.process.output();
        for _ in 0..20 {
            std::thread::sleep(Duration::from_millis(50));
            let now = self.process.output();
            if now.len() == output.len() {
                break;
            }
            output = now;
        }
        output
    }

    /// Returns the path of the database file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("app.db")
    }

    /// Returns the bytes of the database file and of its write-ahead log.
    #[must_use]
    pub fn database_bytes(&self) -> Vec<u8> {
        ["app.db", "app.db-wal"]
            .iter()
            .flat_map(|name| std::fs::read(self.folder.path().join(name)).unwrap_or_default())
            .collect()
    }

    /// Returns the app's peak memory usage, in bytes.
    #[must_use]
    pub fn peak_memory(&self) -> u64 {
        self.process.peak_memory()
    }

    /// Sends SIGKILL without waiting for the end.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Sends SIGTERM without waiting for the end.
    pub fn terminate(&self) {
        self.process.terminate();
    }

    /// Sends a signal, named without `SIG`, without waiting for an effect.
    pub fn signal(&self, name: &str) {
        self.process.signal(name);
    }

    /// Waits for the end and returns the exit code; `None` if a signal killed the app.
    pub async fn exit_code(&mut self) -> Option<i32> {
        self.process.exit_code().await
    }

    /// Returns whether the app is still running.
    pub fn is_running(&mut self) -> bool {
        self.process.ended().is_none()
    }

    /// Limits the size of every file that the app writes, in bytes, to simulate a full disk.
    pub fn fill_the_disk(&self, bytes: u64) {
        self.process.limit_file_size(Some(bytes));
    }

    /// Removes the limit on the size of files.
    pub fn free_the_disk(&self) {
        self.process.limit_file_size(None);
    }

    /// Waits until the app has printed these words.
    pub async fn prints(&self, words: &str) {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let output = self.process.output();
            if output.contains(words) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "it does not print {words}:\n{output}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends SIGTERM, waits for the end and returns the exit code.
    pub fn stop(&mut self) -> Option<i32> {
        self.process.stop()
    }

    /// Restarts the app on the same address and data, with changed variables.
    pub async fn start_again(&mut self, changes: &[(&str, &str)]) {
        self.start_again_unready(changes).await;
        self.ready().await;
    }

    /// Restarts the app like [`start_again`](Self::start_again) if it cannot become ready. Waits
    /// until it answers requests.
    pub async fn start_again_unready(&mut self, changes: &[(&str, &str)]) {
        for (name, value) in changes {
            self.variables.retain(|(known, _)| known != name);
            self.variables
                .push(((*name).to_owned(), (*value).to_owned()));
        }
        self.relaunch();
        self.answers("/healthz").await;
    }

    /// Restarts the app on the same address and data, and waits for nothing.
    pub fn relaunch(&mut self) {
        self.process.kill();
        self.process = run(&self.variables, self.folder.path());
    }

    /// Restarts the app with its standard output, its standard error or both redirected away from
    /// the log that [`output`](Self::output) reads.
    pub async fn start_again_printing_to(&mut self, stdout: Stdio, stderr: Stdio) {
        self.process.kill();
        let folder = self.folder.path();
        let log = folder.join("output.log");
        let mut command = command(&self.variables, folder);
        self.process = Process::start_with_output(&mut command, &log, stdout, stderr);
        self.ready().await;
    }

    /// Restarts the app on the same address and data with its clock shifted, for instance by
    /// `+11m`. Time-outs are not affected.
    pub async fn start_again_at(&mut self, offset: &str) {
        let shift = clock_shift(offset);
        self.start_again(
            &shift
                .each_ref()
                .map(|(name, value)| (*name, value.as_str())),
        )
        .await;
    }

    /// Starts the app with changed variables and redirected output, waits until it exits by itself,
    /// and returns the exit code.
    pub async fn run_printing_to(
        &mut self,
        changes: &[(&str, &str)],
        stdout: Stdio,
        stderr: Stdio,
    ) -> Option<i32> {
        self.process.kill();
        let folder = self.folder.path();
        let mut command = command(&self.variables, folder);
        command.envs(changes.iter().copied());
        let log = folder.join("output.log");
        self.process = Process::start_with_output(&mut command, &log, stdout, stderr);
        self.process.exit_code().await
    }

    /// Starts the app with changed variables, waits until it exits by itself, and returns the exit
    /// code and the output.
    #[must_use]
    pub fn run_to_end(&self, changes: &[(&str, &str)]) -> (Option<i32>, String) {
        let mut variables = self.variables.clone();
        for (name, value) in changes {
            variables.retain(|(known, _)| known != name);
            variables.push(((*name).to_owned(), (*value).to_owned()));
        }
        run_to_end(&variables)
    }

    /// Does the same as [`run_to_end`](Self::run_to_end) through a wrapper command, to which the
    /// program and its arguments are appended.
    #[must_use]
    pub fn run_to_end_in_shell(
        &self,
        words: &[&str],
        changes: &[(&str, &str)],
    ) -> (Option<i32>, String) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = command(&self.variables, folder.path());
        let mut command = Command::new(words[0]);
        command
            .args(&words[1..])
            .arg(program.get_program())
            .args(program.get_args())
            .current_dir(folder.path())
            .envs(
                program
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .envs(changes.iter().copied());
        end_of(Process::start(
            &mut command,
            &folder.path().join("output.log"),
        ))
    }

    /// Returns a command of the app's program with the app's variables, for a run beside it.
    #[must_use]
    pub fn command(&self, arguments: &[&str], changes: &[(&str, &str)]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .envs(changes.iter().copied());
        command
    }

    async fn ready(&mut self) {
        self.answers("/readyz").await;
    }

    async fn answers(&mut self, path: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        let address = format!("{}{path}", self.url);
        let client = crate::client::http();
        loop {
            if let Ok(answer) = client.get(&address).send().await
                && answer.status() == 200
            {
                return;
            }
            if let Some(code) = self.process.ended() {
                panic!("the app ended with {code:?}:\n{}", self.process.output());
            }
            assert!(
                Instant::now() < deadline,
                "the app is not ready:\n{}",
                self.process.output()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Returns the variables that shift a process's clock, for instance by `+11m`.
#[must_use]
pub fn clock_shift(offset: &str) -> [(&'static str, String); 3] {
    let preload = faketime();
    [
        (
            "LD_PRELOAD",
            preload.to_str().expect("a path in UTF-8").to_owned(),
        ),
        ("FAKETIME", offset.to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ]
}

/// Returns the library of Debian's package `faketime`, which shifts a process's clock.
fn faketime() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").expect("a system with /usr/lib");
    folders
        .filter_map(|folder| Some(folder.ok()?.path().join("faketime/libfaketimeMT.so.1")))
        .find(|path| path.is_file())
        .expect("libfaketime is installed: `cargo xtask test` does it")
}

/// Returns the folder of the built page.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the task runner says where the built pages are"
)]
pub fn pages() -> PathBuf {
    std::env::var_os("FRONTEND_DIR_FOR_TESTS")
        .unwrap_or_default()
        .into()
}

/// Returns the variables of an app on `port` against a provider.
#[must_use]
pub fn variables(port: u16, provider: &str, folder: &Path) -> Vec<(String, String)> {
    [
        ("CLIENT_ID", CLIENT_ID.to_owned()),
        ("CLIENT_SECRET", CLIENT_SECRET.to_owned()),
        ("REDIRECT_URI", format!("http://localhost:{port}/callback")),
        ("SCOPES", SCOPES.to_owned()),
        ("ENCRYPTION_SECRET", ENCRYPTION_SECRET.to_owned()),
        ("SNYK_API_URL", provider.to_owned()),
        ("SNYK_APP_URL", provider.to_owned()),
        ("APP_NAME", "Fathom".to_owned()),
        (
            "DATABASE_URL",
            format!("sqlite://{}", folder.join("app.db").display()),
        ),
        ("LISTEN", format!("127.0.0.1:{port}")),
        ("PUBLIC_URL", format!("http://localhost:{port}")),
        ("FRONTEND_DIR", pages().display().to_string()),
        ("RATE_LIMITS", "off".to_owned()),
        ("LOG", "trace".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

/// Starts the app with exactly these variables, waits until it exits, and returns the exit code and
/// the output.
#[must_use]
pub fn run_to_end(variables: &[(String, String)]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    run_to_end_in(folder.path(), variables)
}

/// Does the same in the test's own folder, which may contain a `.env`.
#[must_use]
pub fn run_to_end_in(folder: &Path, variables: &[(String, String)]) -> (Option<i32>, String) {
    end_of(run(variables, folder))
}

fn end_of(mut process: Process) -> (Option<i32>, String) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(status) = process.ended() {
            return (status.code(), process.output());
        }
        assert!(
            Instant::now() < deadline,
            "it did not end:\n{}",
            process.output()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Returns the path of the app's program.
#[must_use]
pub fn program() -> PathBuf {
    binary("SNYK_APP_BIN", "snyk-app")
}

fn run(variables: &[(String, String)], folder: &Path) -> Process {
    Process::start(&mut command(variables, folder), &folder.join("output.log"))
}

fn command(variables: &[(String, String)], folder: &Path) -> Command {
    let mut command = Command::new(program());
    command.arg("serve").current_dir(folder).env_clear().envs(
        variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    command
}
