//! The limit on open files and sockets, and the number of connections derived from it.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Maximum number of concurrent connections. Further ones wait to be accepted.
const MAX_CONNECTIONS: u64 = 4_096;
/// Desired limit on open files: enough for all connections, for a call to Snyk from each, and for
/// the database.
const DESIRED_FILES: u64 = 4 * MAX_CONNECTIONS;
/// Files reserved for calls to Snyk and the database, however low the limit is. A refresh must not
/// fail because many clients are connected.
const RESERVED_FILES: u64 = 128;

/// Raises the limit on open files as far as allowed and useful, and returns the maximum number of
/// concurrent connections. Shells and service managers often start programs with a limit of 1,024
/// open files.
pub(super) fn max_connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    // `None` means unlimited.
    let (current, hard_limit) = (
        limit.current.unwrap_or(u64::MAX),
        limit.maximum.unwrap_or(u64::MAX),
    );
    let wanted = hard_limit.min(DESIRED_FILES);
    let raised = Rlimit {
        current: Some(wanted),
        maximum: limit.maximum,
    };
    let now = if current < wanted && setrlimit(Resource::Nofile, raised).is_ok() {
        wanted
    } else {
        current
    };
    let connections = connections_for(now);
    if connections < MAX_CONNECTIONS {
        tracing::warn!(
            "This process may open {now} files: at most {connections} connections are served at \
             once. `ulimit -n` or LimitNOFILE= allows more"
        );
    }
    usize::try_from(connections).unwrap_or(usize::MAX)
}

/// Returns half of the files, or fewer if that would not leave the reserved ones.
fn connections_for(files: u64) -> u64 {
    (files / 2)
        .min(files.saturating_sub(RESERVED_FILES))
        .clamp(8, MAX_CONNECTIONS)
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
            assert_eq!(connections_for(files), connections, "{files}");
        }
    }
}
