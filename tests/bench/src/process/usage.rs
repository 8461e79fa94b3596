//! CPU time and memory of processes, from `/proc`.

use std::{fs, time::Duration};

use anyhow::{Context as _, Result};
use rustix::param::{clock_ticks_per_second, page_size};

/// CPU time and memory of a process and its descendants.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Usage {
    /// User and system time so far, that of children that have ended included.
    pub(crate) cpu: Duration,
    /// Resident memory in MiB, the sum over the processes. A page that several share counts for
    /// each.
    pub(crate) rss_mib: f64,
}

impl Usage {
    pub(crate) fn of_tree(root: u32) -> Result<Self> {
        let mut all = Vec::new();
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            // A process may have ended since.
            if let Ok(line) = fs::read_to_string(format!("/proc/{id}/stat")) {
                all.push((id, Stat::parse(&line).context("a line of /proc")?));
            }
        }
        Ok(sum(root, &all))
    }
}

fn sum(root: u32, all: &[(u32, Stat)]) -> Usage {
    let mut members = vec![root];
    let mut usage = Usage::default();
    while let Some(id) = members.pop() {
        members.extend(
            all.iter()
                .filter(|(_, stat)| stat.parent == id)
                .map(|(child, _)| *child),
        );
        if let Some((_, stat)) = all.iter().find(|(known, _)| *known == id) {
            usage.cpu += ticks(stat.ticks);
            usage.rss_mib += mib(stat.pages);
        }
    }
    usage
}

/// The fields of `/proc/…/stat` that are used here (`proc_pid_stat(5)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    /// User and system time, and that of children that were waited for.
    ticks: u64,
    pages: u64,
}

impl Stat {
    fn parse(line: &str) -> Option<Self> {
        // The name of the program is in parentheses and may contain anything.
        let (_, fields) = line.rsplit_once(") ")?;
        let fields: Vec<&str> = fields.split(' ').collect();
        let number = |index: usize| fields.get(index)?.trim().parse::<u64>().ok();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            ticks: (11..15).map(number).sum::<Option<u64>>()?,
            pages: number(21)?,
        })
    }
}

fn ticks(count: u64) -> Duration {
    Duration::from_millis(count * 1_000 / clock_ticks_per_second().max(1))
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn mib(pages: u64) -> f64 {
    (pages * page_size() as u64) as f64 / f64::from(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_whatever_the_program_is_called() {
        let line = "7 (a) b (c) S 3 7 7 0 -1 4194560 100 0 0 0 11 12 13 14 20 0 1 0 5 999 50 18";
        assert_eq!(
            Stat::parse(line),
            Some(Stat {
                parent: 3,
                ticks: 50,
                pages: 50
            })
        );
        assert_eq!(Stat::parse("7 (a) S 3"), None);
    }

    #[test]
    fn descendants_count_and_others_do_not() {
        let stat = |parent, ticks| Stat {
            parent,
            ticks,
            pages: 256,
        };
        let all = [
            (10, stat(1, 100)),
            (11, stat(10, 200)),
            (12, stat(11, 300)),
            (13, stat(1, 5_000)),
        ];
        let usage = sum(10, &all);
        assert_eq!(usage.cpu, ticks(600));
        assert!((usage.rss_mib - mib(768)).abs() < 1e-9);
        assert_eq!(sum(99, &all), Usage::default());
    }

    #[test]
    fn this_process_has_memory() {
        assert!(Usage::of_tree(std::process::id()).unwrap().rss_mib > 0.0);
    }
}
