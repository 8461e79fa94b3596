//! The contract of the store's port, for each database that has an adapter, and the cache in front of
//! it.

mod accounts;
mod admin;
mod cache;
mod concurrency;
mod contract;
mod events;
mod leases;
mod overtaken;
mod revocations;
mod sessions;
mod sweeps;
