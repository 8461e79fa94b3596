//! Builds the examples of the npm package, as the tests serve them.
