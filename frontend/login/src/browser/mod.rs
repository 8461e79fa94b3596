//! The interfaces of the browser. No other folder of this crate names them.

pub mod address_bar;
pub mod hand_over;
pub mod random;
