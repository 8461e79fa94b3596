//! A module for each page.

pub mod callback;
pub mod connection;
pub mod connection_parts;
pub mod disconnected;
pub mod home;
pub mod not_found;
