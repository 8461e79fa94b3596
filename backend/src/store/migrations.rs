//! The migrations of a database, compared with those of this version.

use sqlx::migrate::Migrator;

/// The migrations of a database, compared with those of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// It has the same.
    Same,
    /// It lacks some, which a server of this version applies when it starts.
    Earlier,
    /// It has others: a later version has used it, or it is of another program.
    Other,
}

/// A migration that has been applied: its number, whether that succeeded, and its checksum.
pub(super) type Applied = (i64, bool, Vec<u8>);

/// Compares the migrations that have been applied, in their order, with those of this version.
pub(super) fn compare(applied: &[Applied], migrator: &Migrator) -> Version {
    let known: Vec<Applied> = migrator
        .iter()
        .map(|migration| (migration.version, true, migration.checksum.to_vec()))
        .collect();
    if applied == known {
        Version::Same
    } else if known.starts_with(applied) {
        Version::Earlier
    } else {
        Version::Other
    }
}
