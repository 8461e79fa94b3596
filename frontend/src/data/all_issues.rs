//! The issues of all projects of a connection: rows, filters, groups, and what is exported (pure).

pub mod export;
pub mod filters;
pub mod found;
pub mod groups;
pub mod request;
pub mod since;
pub mod summary;
pub mod throttle;
