//! Where an issue was found.

/// The ids of the place where an issue was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The connection that reads it.
    pub connection: String,
    /// The organization.
    pub org: String,
    /// The project; empty if it is unknown.
    pub project: String,
}
