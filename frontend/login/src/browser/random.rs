//! Random bytes, from the platform's CSPRNG and nowhere else.

/// 32 random bytes, or `None` when the platform has none to give. There is no second source to
/// fall back to, on purpose.
#[must_use]
pub fn bytes() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}
