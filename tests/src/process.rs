//! A process under test: located by a variable, with captured output, ended with the test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// A running process. Killed on drop, so that nothing is left behind.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program whose output is written to `log`.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Self {
        let out = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .expect("the log file can be written");
        let copy = out.try_clone().expect("a second handle");
        Self::start_with_output(command, log, out.into(), copy.into())
    }

    /// Starts a program with the given output streams.
    pub(crate) fn start_with_output(
        command: &mut Command,
        log: &Path,
        stdout: Stdio,
        stderr: Stdio,
    ) -> Self {
        let child = command
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .expect("the binary starts");
        Self {
            child,
            log: log.to_owned(),
        }
    }

    /// Starts a program that prints its address after `words` once it listens. Returns the process
    /// and the address.
    pub(crate) async fn listening(
        command: &mut Command,
        log: &Path,
        words: &str,
    ) -> (Self, String) {
        let mut process = Self::start(command, log);
        // Node.js needs a second to start, and many seconds on a busy machine.
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let output = process.output();
            if let Some(address) = output
                .lines()
                .find_map(|line| Some(line.split_once(words)?.1))
            {
                return (process, address.trim().to_owned());
            }
            assert!(process.ended().is_none(), "no {words}: it ended:\n{output}");
            assert!(Instant::now() < deadline, "no {words}:\n{output}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Returns the output so far.
    pub(crate) fn output(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Sends SIGKILL.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
    }

    /// Sends a signal, named without `SIG`.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name])
            .arg(self.child.id().to_string())
            .status()
            .expect("kill can be run");
        assert!(status.success(), "SIG{name} cannot be sent: {status}");
    }

    /// Limits the size of every file that this process writes, or removes the limit. This simulates
    /// a full disk for this process alone, and works for any user.
    pub(crate) fn limit_file_size(&self, bytes: Option<u64>) {
        let soft = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let status = Command::new("prlimit")
            .args(["--pid", &self.child.id().to_string()])
            .arg(format!("--fsize={soft}:"))
            .status()
            .expect("prlimit, of util-linux");
        assert!(status.success(), "the limit cannot be set: {status}");
    }

    /// Waits for the end of a process that exits by itself or was asked to. Returns the exit code,
    /// or `None` if a signal killed it.
    pub(crate) async fn exit_code(&mut self) -> Option<i32> {
        let deadline = Instant::now() + Duration::from_mins(2);
        loop {
            if let Some(status) = self.ended() {
                return status.code();
            }
            assert!(Instant::now() < deadline, "it does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends SIGTERM, waits for the end and returns the exit code.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        self.terminate();
        self.child
            .wait()
            .expect("the process can be waited for")
            .code()
    }

    /// Returns the peak memory usage, in bytes (Linux's `VmHWM`).
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .expect("a running process");
        let kilobytes: Option<u64> = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| rest.trim().strip_suffix(" kB")?.trim().parse().ok());
        kilobytes.expect("Linux says it") * 1024
    }

    /// Returns the exit status if the process has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the process can be asked")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Returns the path that a variable names, or that of the program next to the test's own.
#[expect(
    clippy::disallowed_methods,
    reason = "the task runner says where the binaries are"
)]
pub(crate) fn binary(variable: &str, name: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        return path.into();
    }
    let mut folder = std::env::current_exe().expect("the test's own path");
    while folder.pop() {
        let path = folder.join(name);
        if path.is_file() {
            return path;
        }
    }
    panic!("{name} is not built: run `cargo xtask test`, or set {variable}");
}
