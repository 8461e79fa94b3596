//! The range of visible rows of a long table, in words.

use std::ops::Range;

use leptos::prelude::*;

use crate::data::number_format::{len, number};
use crate::reactive::Signal;

/// The text "Rows 21 to 40 of 312", and the keys.
#[component]
pub fn RowRange(
    /// The rows in sight.
    seen: RwSignal<Range<usize>>,
    /// The number of rows.
    #[prop(into)]
    count: Signal<usize>,
    /// The description of the keys.
    keys: &'static str,
) -> impl IntoView {
    view! {
        <div class="position second small">
            <p>{move || words(&seen.get(), count.get())}</p>
            <p class="keys">{keys}</p>
        </div>
    }
}

fn words(seen: &Range<usize>, count: usize) -> Option<String> {
    let last = seen.end.min(count);
    (seen.start < last).then(|| {
        let [first, last, count] = [seen.start + 1, last, count].map(|row| number(len(row)));
        format!("Rows {first} to {last} of {count}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_from_one_and_to_the_last_that_is_there() {
        let say = |seen, count| words(&seen, count).unwrap_or_default();
        assert_eq!(say(20..40, 312), "Rows 21 to 40 of 312");
        assert_eq!(say(990..1_010, 1_004), "Rows 991 to 1,004 of 1,004");
        assert_eq!(say(0..0, 0), "");
        assert_eq!(say(50..60, 9), "");
    }
}
