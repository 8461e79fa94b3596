//! Reading what may be missing, `null`, or a number of another form.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};

/// `null` is as good as missing.
pub(super) fn null_is_default<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

/// A count. Snyk's schemas say `number` where they mean a count, so `3.0` is three; less than
/// nothing is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count(pub(super) u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a count")
            }

            fn visit_u64<E: Error>(self, count: u64) -> Result<Count, E> {
                Ok(Count(count))
            }

            fn visit_i64<E: Error>(self, count: i64) -> Result<Count, E> {
                Ok(Count(u64::try_from(count).unwrap_or(0)))
            }

            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "`as` saturates, and what lies behind the point is no thing that is counted"
            )]
            fn visit_f64<E: Error>(self, count: f64) -> Result<Count, E> {
                Ok(Count(count as u64))
            }
        }
        from.deserialize_any(Number)
    }
}

/// A count that is zero when missing or `null`.
pub(super) fn count<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    null_is_default::<D, Count>(from).map(|count| count.0)
}

/// A count that may be missing or `null`.
pub(super) fn maybe_count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Option::<Count>::deserialize(from).map(|count| count.map(|count| count.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_may_be_written_as_any_number() {
        for (text, count) in [("3", 3), ("3.0", 3), ("-2", 0), ("-2.5", 0), ("1e3", 1000)] {
            assert_eq!(
                serde_json::from_str::<Count>(text).unwrap(),
                Count(count),
                "{text}"
            );
        }
        assert!(serde_json::from_str::<Count>("\"3\"").is_err());
    }
}
