//! The axis of the bar chart: zero and four round steps.

/// Returns the step between ticks, so that four of them reach `most`: a whole number that is 1, 2,
/// 2.5 or 5 times a power of ten.
#[must_use]
pub fn step(most: u64) -> u64 {
    let enough = |step: u64| step.saturating_mul(4) >= most;
    let mut power = 1;
    loop {
        // 2.5 times a power of ten is a whole number only from ten on.
        let quarter = if power >= 10 { power / 10 * 25 } else { 2 };
        for step in [power, power * 2, quarter, power * 5] {
            if enough(step) {
                return step;
            }
        }
        match u64::checked_mul(power, 10).filter(|power| power.checked_mul(5).is_some()) {
            Some(next) => power = next,
            None => return u64::MAX / 4,
        }
    }
}

/// Returns the length of a bar in thousandths of the axis, which is finer than a pixel.
#[must_use]
pub fn thousandths(value: u64, whole: u64) -> u64 {
    if whole == 0 {
        return 0;
    }
    let long = u128::from(value.min(whole)) * 1_000 / u128::from(whole);
    u64::try_from(long).unwrap_or(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_four_of_them_suffice() {
        let steps = [
            0, 1, 4, 5, 8, 9, 17, 20, 21, 40, 41, 100, 3_288, 4_000, 4_001,
        ];
        assert_eq!(
            steps.map(step),
            [1, 1, 1, 2, 2, 5, 5, 5, 10, 10, 20, 25, 1_000, 1_000, 2_000]
        );
        for most in [7, 99, 12_345, 999_999_999] {
            assert!(step(most) * 4 >= most);
        }
    }

    #[test]
    fn the_largest_number_has_a_step_too() {
        assert!(step(u64::MAX) > 0);
    }

    #[test]
    fn bars_are_parts_of_the_whole() {
        assert_eq!(thousandths(412, 4_000), 103);
        assert_eq!(thousandths(5_000, 4_000), 1_000);
        assert_eq!(thousandths(3, 0), 0);
        assert_eq!(thousandths(u64::MAX, u64::MAX), 1_000);
    }
}
