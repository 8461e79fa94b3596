//! The window of rows that a long table draws: those in sight, and at least ten above and below.

use std::ops::Range;

/// Number of rows drawn beyond those in sight, on either side.
pub const BEYOND: usize = 10;
/// The edges of the window are multiples of this number of rows, so that a short scroll draws
/// nothing.
const STRIDE: usize = 5;
/// Number of rows that count as in sight before anything can be measured.
const FIRST: usize = 30;

/// The geometry of a table, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry {
    /// The distance from the upper edge of the viewport to that of the first row; negative when
    /// scrolled.
    pub top: f64,
    /// The height of a row.
    pub row: f64,
    /// The height of the viewport.
    pub height: f64,
}

/// Returns which of `count` rows are in sight.
#[must_use]
pub fn in_sight(geometry: Geometry, count: usize) -> Range<usize> {
    let Geometry { top, row, height } = geometry;
    // Nothing can be measured in a page that is not visible.
    if row.is_nan() || row <= 0.0 || !top.is_finite() || !height.is_finite() {
        return 0..count.min(FIRST);
    }
    let first = whole((-top / row).floor()).min(count);
    let last = whole(((height - top) / row).ceil()).min(count);
    first..last.max(first)
}

/// Returns which of `count` rows are drawn.
#[must_use]
pub fn drawn(geometry: Geometry, count: usize) -> Range<usize> {
    let seen = in_sight(geometry, count);
    let first = seen.start.saturating_sub(BEYOND) / STRIDE * STRIDE;
    let last = (seen.end + BEYOND).div_ceil(STRIDE) * STRIDE;
    first..last.min(count)
}

/// Returns the number of rows in a page: as many as fit below the column heads, less one that stays
/// in sight.
#[must_use]
pub fn page(geometry: Geometry) -> usize {
    let Geometry { row, height, .. } = geometry;
    if row.is_nan() || row <= 0.0 || !height.is_finite() {
        return 1;
    }
    whole((height / row).floor()).saturating_sub(2).max(1)
}

/// Returns the row, of `count`, to which a key moves the focus from the row `at`; `None` for keys
/// that do not move it. `page` is the number of rows in a page.
#[must_use]
pub fn target_row(key: &str, at: usize, page: usize, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    let to = match key {
        "ArrowDown" => at.saturating_add(1),
        "ArrowUp" => at.saturating_sub(1),
        "PageDown" => at.saturating_add(page),
        "PageUp" => at.saturating_sub(page),
        "Home" => 0,
        "End" => last,
        _ => return None,
    };
    Some(to.min(last))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` is bounded here: below zero and not a number become 0"
)]
fn whole(number: f64) -> usize {
    number as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geometry(top: f64) -> Geometry {
        Geometry {
            top,
            row: 40.0,
            height: 800.0,
        }
    }

    #[test]
    fn a_window_and_ten_rows_beyond_are_drawn() {
        assert_eq!(in_sight(geometry(200.0), 4_012), 0..15);
        assert_eq!(drawn(geometry(200.0), 4_012), 0..25);
        assert_eq!(in_sight(geometry(-40_000.0), 4_012), 1_000..1_020);
        assert_eq!(drawn(geometry(-40_000.0), 4_012), 990..1_030);
        assert!(drawn(geometry(-40_010.0), 4_012).len() <= 50);
    }

    #[test]
    fn nothing_is_drawn_beyond_the_end() {
        assert_eq!(drawn(geometry(200.0), 7), 0..7);
        assert_eq!(drawn(geometry(-9_000_000.0), 7).end, 7);
        assert_eq!(drawn(geometry(2_000.0), 7), 0..7);
        assert_eq!(drawn(geometry(0.0), 0), 0..0);
    }

    #[test]
    fn small_scrolls_leave_the_window_where_it_is() {
        assert_eq!(
            drawn(geometry(-40_001.0), 4_012),
            drawn(geometry(-40_039.0), 4_012)
        );
    }

    #[test]
    fn a_page_is_what_fits() {
        let of = |row, height| {
            page(Geometry {
                top: 500.0,
                row,
                height,
            })
        };
        assert_eq!((of(40.0, 800.0), of(54.0, 757.0)), (18, 12));
        assert_eq!(
            (of(300.0, 757.0), of(0.0, 757.0), of(f64::NAN, 757.0)),
            (1, 1, 1)
        );
    }

    #[test]
    fn keys_lead_from_row_to_row_and_stop_at_the_ends() {
        let to = |key, at| target_row(key, at, 18, 100);
        assert_eq!(to("ArrowDown", 4), Some(5));
        assert_eq!(to("ArrowDown", 99), Some(99));
        assert_eq!(to("ArrowUp", 0), Some(0));
        assert_eq!(to("PageDown", 90), Some(99));
        assert_eq!(to("PageUp", 40), Some(22));
        assert_eq!((to("Home", 40), to("End", 40)), (Some(0), Some(99)));
        assert_eq!(to("x", 40), None);
        assert_eq!(target_row("End", 0, 18, 0), None);
    }

    #[test]
    fn what_cannot_be_measured_begins_at_the_top() {
        let mut unknown = geometry(0.0);
        unknown.row = 0.0;
        assert_eq!(drawn(unknown, 4_012), 0..40);
        unknown.row = f64::NAN;
        assert_eq!(in_sight(unknown, 3), 0..3);
    }
}
