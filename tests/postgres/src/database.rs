//! A database for one test.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::{
    cluster::{Cluster, PASSWORD, USER},
    programs::command,
};

/// An empty database, which is dropped with this.
#[derive(Debug)]
pub struct Database {
    /// Its cluster.
    pub cluster: &'static Cluster,
    /// Its name.
    pub name: String,
}

impl Database {
    /// Creates a database in the cluster of this run.
    #[must_use]
    pub fn create() -> Self {
        Self::create_in(Cluster::shared())
    }

    /// Creates a database in a cluster.
    #[must_use]
    pub fn create_in(cluster: &'static Cluster) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let database = Self {
            cluster,
            name: format!(
                "test_{}_{}",
                std::process::id(),
                NUMBER.fetch_add(1, Ordering::Relaxed)
            ),
        };
        database.administer("createdb", &["--template=template0"]);
        database
    }

    /// Returns its URL.
    #[must_use]
    pub fn url(&self) -> String {
        let (port, name) = (self.cluster.port, &self.name);
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{port}/{name}")
    }

    /// Runs statements as another program would.
    ///
    /// # Panics
    ///
    /// If one of them fails.
    pub fn execute(&self, statements: &str) {
        let status = self
            .program("psql")
            .args([
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--command",
            ])
            .arg(statements)
            .arg(&self.name)
            .status();
        let is_done = status.as_ref().is_ok_and(std::process::ExitStatus::success);
        assert!(is_done, "{statements}: {status:?}");
    }

    /// Returns the first column of the rows of a query.
    ///
    /// # Panics
    ///
    /// If it fails.
    #[must_use]
    pub fn query(&self, query: &str) -> Vec<String> {
        let output = self
            .program("psql")
            .args([
                "--no-psqlrc",
                "--quiet",
                "--tuples-only",
                "--no-align",
                "--command",
            ])
            .arg(query)
            .arg(&self.name)
            .stdout(std::process::Stdio::piped())
            .output()
            .expect("psql starts");
        assert!(output.status.success(), "{query}");
        let text = String::from_utf8(output.stdout).expect("text in UTF-8");
        text.lines().map(str::to_owned).collect()
    }

    fn administer(&self, program: &str, arguments: &[&str]) {
        let status = self
            .program(program)
            .args(arguments)
            .arg(&self.name)
            .status();
        let is_done = status.as_ref().is_ok_and(std::process::ExitStatus::success);
        assert!(is_done, "{program} {}: {status:?}", self.name);
    }

    fn program(&self, program: &str) -> std::process::Command {
        let mut command = command(program);
        command
            .env("PGPASSWORD", PASSWORD)
            .arg("--host=127.0.0.1")
            .arg(format!("--port={}", self.cluster.port))
            .arg(format!("--username={USER}"));
        command
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A failure matters to nobody: the cluster is thrown away. Its end is not waited for: it waits for
        // connections that are being opened, by tasks of this very thread, and would time out.
        let _ = self
            .program("dropdb")
            .args(["--force", "--if-exists"])
            .arg(&self.name)
            .spawn();
    }
}
