//! No core dumps (SEC-49): one would write every token and key in memory to the disk.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Switches them off for this process, for good; whether they are off now.
pub(super) fn switch_off() -> bool {
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
        assert!(switch_off());
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
        assert_eq!(getrlimit(Resource::Core).maximum, Some(0));
    }
}
