//! The contrast of the colours in `styles/tokens.css`, computed as in WCAG 2 and compared with the
//! design: a test fails if a changed colour becomes hard to read. Tests only.

use std::collections::BTreeMap;

const TOKENS: &str = concat!(
    include_str!("../styles/tokens.css"),
    include_str!("../styles/components.css")
);

/// Foreground, background, and the minimum ratio in light and in dark mode. The figures are those
/// of the colours as designed, rounded to one decimal.
#[rustfmt::skip]
const PAIRS: [(&str, &str, f64, f64); 45] = [
    ("text", "page", 15.5, 15.6),
    ("text", "surface", 16.8, 14.3),
    ("text", "accent-wash", 14.1, 12.3),
    ("text", "warn-wash", 14.3, 12.7),
    ("text", "danger-wash", 13.8, 13.7),
    ("text-2", "page", 7.8, 9.3),
    ("text-2", "surface", 8.5, 8.6),
    ("text-2", "sunken", 7.1, 9.7),
    ("text-2", "accent-wash", 7.1, 7.4),
    ("accent", "page", 7.5, 9.8),
    ("accent", "surface", 8.1, 9.0),
    ("accent", "accent-wash", 6.8, 7.7),
    ("accent", "sunken", 6.7, 10.2),
    ("on-ink", "ink", 17.3, 15.4),
    ("on-ink", "ink-hover", 11.8, 18.5),
    ("danger", "page", 8.4, 9.2),
    ("danger", "surface", 9.1, 8.5),
    ("danger", "danger-wash", 7.5, 8.1),
    ("warn", "page", 8.3, 11.9),
    ("warn", "surface", 9.0, 11.0),
    ("warn", "warn-wash", 7.6, 9.7),
    ("ok", "page", 8.4, 10.6),
    ("ok", "surface", 9.1, 9.8),
    ("edge", "page", 3.8, 4.6),
    ("edge", "surface", 4.1, 4.3),
    ("edge", "sunken", 3.4, 4.8),
    ("critical-letter", "critical", 8.2, 7.0),
    ("high-letter", "high", 4.7, 7.4),
    ("medium-letter", "medium", 7.9, 9.2),
    ("critical-count", "critical-wash", 7.5, 8.1),
    ("high-count", "high-wash", 7.4, 8.1),
    ("critical", "page", 7.3, 6.9),
    ("critical", "surface", 8.0, 6.4),
    ("high", "page", 4.2, 7.4),
    ("high", "surface", 4.6, 6.9),
    ("high", "accent-wash", 3.8, 5.9),
    ("medium-outline", "page", 4.7, 9.5),
    ("medium-outline", "surface", 5.1, 8.7),
    ("medium", "page", 1.9, 9.5),
    ("low-outline", "page", 5.5, 7.3),
    ("low-outline", "surface", 5.9, 6.7),
    ("low-letter", "page", 7.6, 10.4),
    ("rule", "page", 1.3, 1.5),
    // The button of an action that cannot be undone.
    ("page", "danger", 8.4, 9.2),
    // The current item of a menu.
    ("text", "sunken", 14.0, 16.0),
];

type Colour = [u8; 3];

/// Returns every token that is a pair of colours, light and dark.
fn tokens() -> BTreeMap<&'static str, [Colour; 2]> {
    let mut found = BTreeMap::new();
    for line in TOKENS.lines() {
        let Some((name, value)) = line.trim().split_once(": ") else {
            continue;
        };
        let Some(name) = name.strip_prefix("--") else {
            continue;
        };
        let pair = value
            .strip_prefix("light-dark(")
            .and_then(|rest| rest.strip_suffix(");"))
            .and_then(|rest| rest.split_once(", "))
            .and_then(|(light, dark)| Some([colour(light)?, colour(dark)?]));
        let same_as = value
            .strip_prefix("var(--")
            .and_then(|rest| rest.strip_suffix(");"));
        match (pair, same_as.and_then(|other| found.get(other).copied())) {
            (Some(pair), _) | (None, Some(pair)) => {
                // The first declaration is the rule. Later ones are for a person's own settings.
                found.entry(name).or_insert(pair);
            }
            (None, None) => {}
        }
    }
    found
}

fn colour(hex: &str) -> Option<Colour> {
    let digits = hex.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

/// Returns the relative luminance, as in WCAG 2.
fn luminance(colour: Colour) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Returns the contrast ratio, as in WCAG 2.
fn ratio(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn the_ratio_is_that_of_wcag() {
    assert!((ratio([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
    // The usual example: this grey on white is just above 4.5.
    assert!((ratio([0x76; 3], [255; 3]) - 4.54).abs() < 0.01);
}

#[test]
fn every_colour_keeps_its_contrast_in_light_and_in_dark() {
    let tokens = tokens();
    let mut low = Vec::new();
    for (front, ground, light, dark) in PAIRS {
        let (Some(fronts), Some(grounds)) = (tokens.get(front), tokens.get(ground)) else {
            panic!("no such pair of tokens: {front} on {ground}");
        };
        for (theme, (least, (front_is, ground_is))) in ["light", "dark"]
            .into_iter()
            .zip([light, dark].into_iter().zip(fronts.iter().zip(grounds)))
        {
            let is = ratio(*front_is, *ground_is);
            // Half of the last decimal, because a figure may have been rounded up.
            if is < least - 0.05 {
                low.push(format!(
                    "{front} on {ground}, {theme}: {is:.2}, not {least}"
                ));
            }
        }
    }
    assert!(low.is_empty(), "{low:#?}");
}

#[test]
fn the_typeface_is_named_by_its_content_wherever_it_is_named() {
    use sha2::{Digest as _, Sha256};
    let name = TOKENS
        .split("/fonts/")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fonts")
        .join(name);
    let hash = Sha256::digest(std::fs::read(path).unwrap());
    let first = hash.first_chunk::<8>().copied().map(u64::from_be_bytes);
    assert_eq!(name, format!("atkinson-{:016x}.woff2", first.unwrap()));
    assert!(include_str!("../../index.html").contains(&format!("frontend/fonts/{name}")));
}
