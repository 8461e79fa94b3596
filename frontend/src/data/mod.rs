//! What was read from Snyk, as compact rows: names, counts, filters, orders and the words about
//! them. Pure but for the lists themselves, which ask the server.

pub mod facet;
pub mod figures;
pub mod filters;
pub mod fold;
pub mod issues;
pub mod level;
pub mod name;
pub mod order;
pub mod row;
pub mod ruler;
pub mod window;
