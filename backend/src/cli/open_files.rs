//! How many files and sockets the process may open, and how many of these connections get.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Most connections at once; more wait to be accepted.
const CONNECTIONS: u64 = 4_096;
/// Enough for these, for a call to Snyk from each, and for the database.
const ENOUGH: u64 = 4 * CONNECTIONS;
/// Kept for calls to Snyk and the database, however low the limit is: a refresh must not fail because
/// many are connected.
const KEPT: u64 = 128;

/// Raises the process's own limit as far as it goes and is of use, and returns how many connections
/// may be served at once. Shells and service managers start programs with 1,024 open files.
pub(super) fn connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    // None is no limit.
    let (current, most) = (
        limit.current.unwrap_or(u64::MAX),
        limit.maximum.unwrap_or(u64::MAX),
    );
    let wanted = most.min(ENOUGH);
    let raised = Rlimit {
        current: Some(wanted),
        maximum: limit.maximum,
    };
    let now = if current < wanted && setrlimit(Resource::Nofile, raised).is_ok() {
        wanted
    } else {
        current
    };
    let connections = of(now);
    if connections < CONNECTIONS {
        tracing::warn!(
            "This process may open {now} files: at most {connections} connections are served at \
             once. `ulimit -n` or LimitNOFILE= allows more"
        );
    }
    usize::try_from(connections).unwrap_or(usize::MAX)
}

/// Half of the files, and of few files less.
fn of(files: u64) -> u64 {
    (files / 2)
        .min(files.saturating_sub(KEPT))
        .clamp(8, CONNECTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_67_connections_leave_files_for_snyk_and_the_database() {
        for (files, connections) in [
            (u64::MAX, 4_096),
            (16_384, 4_096),
            (1_024, 512),
            (256, 128),
            (200, 72),
            (20, 8),
        ] {
            assert_eq!(of(files), connections, "{files}");
        }
    }
}
