//! The page of the administration.

mod journey;
mod session;
mod states;
mod stub;
