//! The page of the administration.

mod states;
mod stub;
