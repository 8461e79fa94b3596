//! What a fault does where its JSON says nothing.

pub(super) fn found() -> u16 {
    302
}

pub(super) fn bad_gateway() -> u16 {
    502
}

pub(super) fn ok() -> u16 {
    200
}

pub(super) fn json_type() -> String {
    "application/json".to_owned()
}

pub(super) fn half_a_minute() -> u64 {
    30_000
}

pub(super) fn hundred_megabytes() -> u64 {
    100_000_000
}

pub(super) fn yes() -> bool {
    true
}
