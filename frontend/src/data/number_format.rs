//! Formats numbers and lists.

/// Formats a number with separated thousands, never abbreviated: `1,906`.
#[must_use]
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut words = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

/// Formats a count: `1 project`, `5,724 projects`.
#[must_use]
pub fn count(how_many: u64, one: &str) -> String {
    let plural = if how_many == 1 { "" } else { "s" };
    format!("{} {one}{plural}", number(how_many))
}

/// Formats alternatives: `GitHub`, `GitHub or GitLab`, `a, b or c`.
#[must_use]
pub fn either(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Converts a length.
#[must_use]
pub fn len(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(
            [0, 7, 999, 1_000, 12_345, 1_234_567].map(number),
            ["0", "7", "999", "1,000", "12,345", "1,234,567"]
        );
    }

    #[test]
    fn one_is_singular_and_none_is_not() {
        assert_eq!(count(1, "project"), "1 project");
        assert_eq!(count(0, "project"), "0 projects");
        assert_eq!(count(5_724, "project"), "5,724 projects");
    }

    #[test]
    fn alternatives_end_in_or() {
        let words = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(either(&words[..1]), "a");
        assert_eq!(either(&words[..2]), "a or b");
        assert_eq!(either(&words), "a, b or c");
    }
}
