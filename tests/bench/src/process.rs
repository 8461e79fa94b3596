//! A server under test: a process and its descendants, with their CPU time and memory.

mod usage;

use std::{
    fs::File,
    net::SocketAddr,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::net::TcpStream;

pub(crate) use self::usage::Usage;

/// Time in which a server must begin to listen. Node.js on a busy machine needs many seconds.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// Time from when a server listens until its memory counts as idle.
const SETTLE_TIME: Duration = Duration::from_millis(500);

/// A running server. It and its descendants are killed on drop.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts a server in a process group of its own, with its output in `log`.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot run {}", command.get_program().display()))?;
        Ok(Self {
            child,
            log: log.to_owned(),
        })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it listens.
    pub(crate) async fn listens(&mut self, address: SocketAddr) -> Result<()> {
        let deadline = Instant::now() + START_TIMEOUT;
        while TcpStream::connect(address).await.is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended with {status}: {}", self.last_words());
            }
            if Instant::now() > deadline {
                bail!("nothing listens at {address}: {}", self.last_words());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Returns the CPU time so far and the memory of the process and its descendants.
    pub(crate) fn usage(&self) -> Result<Usage> {
        Usage::of_tree(self.id())
    }

    /// Returns the memory in MiB when the start has settled: some servers start workers after they
    /// have begun to listen.
    pub(crate) async fn idle_mib(&self) -> Result<f64> {
        tokio::time::sleep(SETTLE_TIME).await;
        Ok(self.usage()?.rss_mib)
    }

    /// Asks it to end by SIGTERM, and waits until it has.
    pub(crate) fn stop(mut self) -> Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        self.child.wait()?;
        Ok(())
    }

    /// Returns the end of its output.
    fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(5)..].join(" / ")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Returns a free loopback address.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
