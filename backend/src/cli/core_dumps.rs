//! Disables core dumps (SEC-49): a dump would write every token and key in memory to disk.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Disables core dumps for this process permanently, and returns whether they are disabled now.
pub(super) fn disable() -> bool {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none).is_ok() || getrlimit(Resource::Core).current == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_49_there_are_no_core_dumps() {
        assert!(disable());
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
        assert_eq!(getrlimit(Resource::Core).maximum, Some(0));
    }
}
