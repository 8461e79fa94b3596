//! Helpers of the tests: stores over each database, records to put into them, and a provider that
//! only has a token endpoint.

#[macro_use]
pub(crate) mod bed;
pub(crate) mod provider;
pub(crate) mod records;
