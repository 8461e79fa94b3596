//! The data of Snyk as compact rows: names, counts, filters, orders and the texts about them. Pure
//! except `lists`, which sends requests to the server.

pub mod all_issues;
pub mod axis;
pub mod coverage;
pub mod eviction;
pub mod facet;
pub mod failure;
pub mod filters;
pub mod index_sort;
pub mod issues;
#[cfg(target_arch = "wasm32")]
pub mod lists;
pub mod name;
pub mod number_format;
pub mod order;
pub mod overview_summary;
pub mod paging;
pub mod query;
pub mod rate_limit;
pub mod row;
pub mod search_text;
pub mod selection;
pub mod semaphore;
pub mod severity;
pub mod sorting;
pub mod status;
pub mod unknown;
pub mod viewers;
pub mod visible_rows;
pub mod window;
