//! A cluster that the tests of a run share.

use std::{
    fs::{self, File, OpenOptions},
    io::Read as _,
    net::TcpListener,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    sync::OnceLock,
};

use crate::programs::{command, user};

/// The user of the cluster.
pub const USER: &str = "snyk_app";
/// The user's password. It is nowhere else, so tests look for it where it must not be.
pub const PASSWORD: &str = "canary-postgres-password-7c1e";

/// Settings of a cluster that nobody needs to survive a crash.
const SETTINGS: &str = "\
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 400
shared_buffers = 64MB
log_line_prefix = '%d '
log_min_messages = log
";

/// Settings of a cluster that loses nothing when its processes are killed.
const DURABLE: &str = "synchronous_commit = on\n";

/// Stops the cluster when no test has used it for some seconds. Its arguments are the lock file, a mark
/// that the cluster runs, `pg_ctl` with the words before it, and the folders.
const GUARD: &str = "\
lock=$1 mark=$2 folder=$3; shift 3
while sleep 8; do
    flock --exclusive --nonblock \"$lock\" rm -f \"$mark\" && break
done
\"$@\" stop --mode=immediate --silent
rm -rf \"$folder\"
";

/// A running cluster. It is held as long as this process runs.
#[derive(Debug)]
pub struct Cluster {
    /// Its port on 127.0.0.1.
    pub port: u16,
    folder: PathBuf,
    _lock: File,
}

/// How a cluster is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Its connections end, and it shuts down.
    Fast,
    /// Its processes are ended as by a crash.
    Crash,
}

impl Cluster {
    /// Returns the cluster of this run, and creates it if no other process has.
    ///
    /// # Panics
    ///
    /// If PostgreSQL is not installed, or does not start.
    #[must_use]
    pub fn shared() -> &'static Self {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        CLUSTER.get_or_init(Self::find_or_create)
    }

    /// Creates a cluster for this process alone, which may stop it.
    ///
    /// # Panics
    ///
    /// If PostgreSQL is not installed, or does not start.
    #[must_use]
    pub fn own() -> &'static Self {
        // Until the process ends, as the shared one.
        Box::leak(Box::new(Self::create(DURABLE)))
    }

    /// Stops a cluster that is this process's own.
    ///
    /// # Panics
    ///
    /// If it does not stop.
    pub fn stop(&self, how: Stop) {
        let mode = match how {
            Stop::Fast => "fast",
            Stop::Crash => "immediate",
        };
        run(command("pg_ctl")
            .args(["stop", "--wait", "--silent", "--mode", mode, "--pgdata"])
            .arg(data_of(&self.folder)));
    }

    /// Starts it again, on the same port.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start(&self) {
        assert!(start_at(&self.folder, self.port), "it does not start again");
    }

    /// Makes a server that follows another one a primary.
    pub(crate) fn promote(&self) {
        run(command("pg_ctl")
            .args(["promote", "--wait", "--silent", "--pgdata"])
            .arg(data_of(&self.folder)));
    }

    /// Returns what the server has logged of a database.
    ///
    /// # Panics
    ///
    /// If the log cannot be read.
    #[must_use]
    pub fn log_of(&self, database: &str) -> String {
        let log = fs::read(self.folder.join("log")).expect("a log");
        let log = String::from_utf8_lossy(&log);
        let prefix = format!("{database} ");
        // A message of several lines has the prefix on the first one only.
        let mut is_of_it = false;
        let lines = log.lines().filter(|line| {
            if !line.starts_with(['\t', ' ']) {
                is_of_it = line.starts_with(&prefix);
            }
            is_of_it
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Returns the file with the certificate of the server, which signed it itself, for `localhost`.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("server.crt")
    }

    fn find_or_create() -> Self {
        // Below the folder of the build, so that another checkout has another cluster.
        let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tmp");
        fs::create_dir_all(&shared).expect("a folder for temporary files");
        let entry = shared.join("postgres");
        let mut entry = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(entry)
            .expect("a file that names the cluster");
        // Until a cluster is found or runs.
        entry.lock().expect("a lock");
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("a text");
        if let Some(found) = Self::find(&text) {
            return found;
        }
        let created = Self::create("");
        fs::write(
            shared.join("postgres"),
            format!("{} {}", created.port, created.folder.display()),
        )
        .expect("the cluster can be named");
        created
    }

    /// Returns the cluster of an entry, if it runs, and keeps it running.
    fn find(entry: &str) -> Option<Self> {
        let (port, folder) = entry.split_once(' ')?;
        let folder = PathBuf::from(folder);
        let lock = File::open(folder.join("lock")).ok()?;
        lock.lock_shared().ok()?;
        // The guard removes the mark under its lock, before it stops the cluster.
        folder.join("mark").exists().then_some(Self {
            port: port.parse().ok()?,
            folder,
            _lock: lock,
        })
    }

    /// Creates a cluster with these settings beside the usual ones, of which they are the later.
    fn create(settings: &str) -> Self {
        Self::create_by(|folder| {
            let password = folder.join("password");
            fs::write(&password, PASSWORD).expect("a file");
            give(&password);
            let data = data_of(folder);
            run(command("initdb")
                .arg("--pgdata")
                .arg(&data)
                .args([
                    "--username",
                    USER,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                ])
                .args(["--locale=C.UTF-8", "--no-sync", "--no-instructions"])
                .arg(format!("--pwfile={}", password.display())));
            certify(folder);
            for file in ["server.crt", "server.key"] {
                give(&folder.join(file));
            }
            let settings = format!(
                "{SETTINGS}{settings}unix_socket_directories = '{0}'\nssl = on\n\
                 ssl_cert_file = '{0}/server.crt'\nssl_key_file = '{0}/server.key'\n",
                folder.display()
            );
            let path = data.join("postgresql.auto.conf");
            fs::write(&path, settings).expect("settings can be written");
            give(&path);
        })
    }

    /// Creates a cluster that follows the one on a port, by that name.
    pub(crate) fn following(port: u16, name: &str) -> Self {
        let primary = format!("host=127.0.0.1 port={port} user={USER} application_name={name}");
        Self::create_by(|folder| {
            run(command("pg_basebackup")
                .env("PGPASSWORD", PASSWORD)
                .arg("--pgdata")
                .arg(data_of(folder))
                .args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync"])
                .args(["--dbname", &primary]));
        })
    }

    /// Creates a cluster whose folder is filled by `fill`, and starts it.
    fn create_by(fill: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("snyk-app-postgres-")
            .tempdir()
            .expect("a temporary folder")
            .keep();
        give(&folder);
        fill(&folder);
        let port = start(&folder);
        let lock = File::create(folder.join("lock")).expect("a lock file");
        lock.lock_shared().expect("a lock");
        fs::write(folder.join("mark"), "").expect("a file");
        guard(&folder);
        Self {
            port,
            folder,
            _lock: lock,
        }
    }
}

/// Gives a file to the user that runs the server.
fn give(path: &Path) {
    if let Some(owner) = user() {
        chown(path, Some(owner.uid), Some(owner.gid)).expect("a file can be given away");
    }
}

fn data_of(folder: &Path) -> PathBuf {
    folder.join("data")
}

/// Starts the server on a free port. Another process may take the port before the server does.
fn start(folder: &Path) -> u16 {
    for _ in 0..5 {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        if start_at(folder, port) {
            return port;
        }
    }
    let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
    panic!("PostgreSQL does not start:\n{log}");
}

/// Starts the server on a port. Returns whether that succeeded.
fn start_at(folder: &Path, port: u16) -> bool {
    let started = command("pg_ctl")
        .arg("start")
        .arg("--pgdata")
        .arg(data_of(folder))
        .arg("--log")
        .arg(folder.join("log"))
        .args(["--wait", "--silent", "--options"])
        .arg(format!("-c listen_addresses=127.0.0.1 -c port={port}"))
        .status();
    started.is_ok_and(|status| status.success())
}

/// Makes a certificate for `localhost`.
fn certify(folder: &Path) {
    let key = folder.join("server.key");
    run(Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
        ])
        .args(["-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(folder.join("server.crt"))
        .stdout(Stdio::null())
        .stderr(Stdio::null()));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("a mode");
}

/// Starts the guard, in a session of its own: it outlives this process, and its end.
fn guard(folder: &Path) {
    let stop = command("pg_ctl");
    run(Command::new("setsid")
        .args(["--fork", "sh", "-c", GUARD, "guard"])
        .args([folder.join("lock"), folder.join("mark"), folder.to_owned()])
        .arg(stop.get_program())
        .args(stop.get_args())
        .arg("--pgdata")
        .arg(data_of(folder))
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null()));
}

fn run(command: &mut Command) {
    let status = command.status();
    let is_done = status.as_ref().is_ok_and(ExitStatus::success);
    assert!(is_done, "{command:?}: {status:?}");
}
