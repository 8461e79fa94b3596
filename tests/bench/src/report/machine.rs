//! The machine and the source, without which figures say nothing.

use std::process::Command;

/// Where and of what something was measured.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) date: String,
    /// The commit, with `-dirty` if files were changed since.
    pub(crate) commit: String,
    pub(crate) cores: usize,
    pub(crate) processor: String,
    /// The system's load average of the last minute before: what else ran.
    pub(crate) load_before: f64,
}

impl Machine {
    pub(crate) fn this() -> Self {
        Self {
            date: today(),
            commit: commit(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            processor: processor(&std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default()),
            load_before: load(&std::fs::read_to_string("/proc/loadavg").unwrap_or_default()),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the rule is the backend's")]
fn today() -> String {
    jiff::Timestamp::now().strftime("%F").to_string()
}

fn commit() -> String {
    let output = Command::new("git")
        .args(["describe", "--always", "--dirty", "--exclude=*"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.ok()
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}

fn processor(cpuinfo: &str) -> String {
    let model = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or("unknown", |(_, name)| name.trim()).to_owned()
}

fn load(loadavg: &str) -> f64 {
    let first = loadavg.split(' ').next().unwrap_or_default();
    first.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_and_the_load_are_read_as_linux_prints_them() {
        let cpuinfo = "processor\t: 0\nmodel name\t: A CPU @ 2 GHz\nflags\t: x\n";
        assert_eq!(processor(cpuinfo), "A CPU @ 2 GHz");
        assert_eq!(processor(""), "unknown");
        assert!((load("0.52 0.40 0.31 1/2 3\n") - 0.52).abs() < 1e-9);
        assert!(load("").is_nan());
    }
}
