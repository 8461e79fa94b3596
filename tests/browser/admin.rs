//! The page of the administration.

pub(crate) mod journey;
mod session;
mod states;
mod stub;
