//! The pages.

pub mod connection;
pub mod connection_parts;
pub mod disconnected;
pub mod home;
pub mod issues;
pub mod not_found;
pub mod overview;
pub mod overview_parts;
pub mod overview_readings;
pub mod overview_worst;
pub mod projects;
pub mod projects_parts;
pub mod projects_sentence;
pub mod projects_table;
pub mod projects_visible;
pub mod with_connection;
