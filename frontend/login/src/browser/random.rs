//! Random bytes, only from the platform's CSPRNG.

/// Returns 32 random bytes, or `None` if the platform has none. There is deliberately no second
/// source.
#[must_use]
pub fn bytes() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}
