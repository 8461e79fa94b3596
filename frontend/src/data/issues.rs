//! Issues of a project as the pages show them: rows, remediation, filters and order. Pure.

pub mod filters;
pub mod neighbours;
pub mod order;
pub mod project;
pub mod remediation;
pub mod row;
pub mod summary;
