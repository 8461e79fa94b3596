//! A PgBouncer in front of a database.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::fs::chown,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    cluster::{PASSWORD, USER},
    database::Database,
    programs::{as_user, pgbouncer, user},
};

/// A running PgBouncer in transaction mode, with fewer connections to the database than its clients
/// have to it. It ends with this.
#[derive(Debug)]
pub struct Pooler {
    port: u16,
    process: Child,
    _folder: TempDir,
}

impl Pooler {
    /// Starts one in front of a database.
    ///
    /// # Panics
    ///
    /// If PgBouncer is not installed, or does not start.
    #[must_use]
    pub fn start(database: &Database) -> Self {
        Self::with_connections(database, 3)
    }

    /// Starts one that has so many connections to the database.
    ///
    /// # Panics
    ///
    /// If PgBouncer is not installed, or does not start.
    #[must_use]
    pub fn with_connections(database: &Database, connections: u32) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let users = folder.path().join("users");
        let settings = folder.path().join("pgbouncer.ini");
        fs::write(&users, format!("\"{USER}\" \"{PASSWORD}\"\n")).expect("a file");
        let text = format!(
            "[databases]\n{name} = host=127.0.0.1 port={server}\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = scram-sha-256\nauth_file = {users}\npool_mode = transaction\n\
             default_pool_size = {connections}\nmax_client_conn = 100\n",
            name = database.name,
            server = database.cluster.port,
            users = users.display(),
        );
        fs::write(&settings, text).expect("a file");
        if let Some(owner) = user() {
            for path in [folder.path(), &users, &settings] {
                chown(path, Some(owner.uid), Some(owner.gid)).expect("a file can be given away");
            }
        }
        let process = as_user(&pgbouncer())
            .arg("--quiet")
            .arg(&settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("PgBouncer starts");
        let pooler = Self {
            port,
            process,
            _folder: folder,
        };
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "PgBouncer does not listen");
            thread::sleep(Duration::from_millis(10));
        }
        pooler
    }

    /// Returns the URL of a database through it.
    #[must_use]
    pub fn url(&self, database: &Database) -> String {
        let (port, name) = (self.port, &database.name);
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{port}/{name}")
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
