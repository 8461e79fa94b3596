//! The pages.

pub mod admin;
pub mod all_issues;
mod change;
pub mod connection;
pub mod connection_parts;
pub mod disconnected;
pub mod flow;
pub mod home;
pub mod issues;
pub mod later;
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
pub mod sessions;
mod sessions_list;
pub mod sessions_table;
mod sessions_words;
pub mod with_connection;
