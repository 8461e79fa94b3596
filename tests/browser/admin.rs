//! The page of the administration.

mod journey;
mod states;
mod stub;
