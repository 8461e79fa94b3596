//! What was read from Snyk, as compact rows: names, counts, filters, orders and the words about
//! them. Pure but for `lists`, which asks the server.

pub mod facet;
pub mod failure;
pub mod figures;
pub mod filters;
pub mod fold;
pub mod gate;
pub mod issues;
pub mod level;
#[cfg(target_arch = "wasm32")]
pub mod lists;
pub mod looked;
pub mod name;
pub mod order;
pub mod paging;
pub mod room;
pub mod row;
pub mod ruler;
pub mod slowed;
pub mod sorting;
pub mod status;
pub mod unknown;
pub mod verdict;
pub mod window;
