//! The lines that `wasm-bindgen-test` prints for a benchmark: `NAME  time:   [LOW MEAN HIGH]`, with
//! the name on a line of its own if it is long, and in colours.

/// The result of a benchmark in a browser, in nanoseconds.
#[derive(Debug, PartialEq)]
pub(super) struct Estimate {
    pub(super) name: String,
    pub(super) low: f64,
    pub(super) mean: f64,
    pub(super) high: f64,
}

pub(super) fn parse(output: &str) -> Vec<Estimate> {
    let mut found = Vec::new();
    let mut before = String::new();
    for line in output.lines().map(without_colours) {
        if let Some((name, rest)) = line.split_once("time:") {
            let name = if name.trim().is_empty() {
                &before
            } else {
                name
            };
            found.extend(estimate(name.trim(), rest));
        }
        before = line;
    }
    found
}

fn estimate(name: &str, rest: &str) -> Option<Estimate> {
    let rest = rest.trim().strip_prefix('[')?.strip_suffix(']')?;
    let words: Vec<&str> = rest.split_whitespace().collect();
    let [low, low_unit, mean, mean_unit, high, high_unit] = words.as_slice() else {
        return None;
    };
    Some(Estimate {
        name: name.to_owned(),
        low: nanoseconds(low, low_unit)?,
        mean: nanoseconds(mean, mean_unit)?,
        high: nanoseconds(high, high_unit)?,
    })
}

fn nanoseconds(number: &str, unit: &str) -> Option<f64> {
    let factor = match unit {
        "ps" => 1e-3,
        "ns" => 1.0,
        "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}

/// Removes the terminal's escape sequences, which end with `m`.
fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('m').map_or("", |(_, rest)| rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_names_are_read_with_their_times() {
        let output = "Warming up for 3.0000 s\n\
            \u{1b}[32mshort\u{1b}[0m   time:   [\u{1b}[2m9.5 ns\u{1b}[0m \u{1b}[1m10.5 ns\u{1b}[0m \u{1b}[2m1.5 µs\u{1b}[0m]\n\
            Found 8 outliers\n\
            \u{1b}[32ma long, long name\u{1b}[0m\n\
            \u{1b}[32m\u{1b}[0m                        time:   [27 ms 33 ms 41 ms]\n";
        let short = Estimate {
            name: "short".to_owned(),
            low: 9.5,
            mean: 10.5,
            high: 1_500.0,
        };
        let long = Estimate {
            name: "a long, long name".to_owned(),
            low: 27e6,
            mean: 33e6,
            high: 41e6,
        };
        assert_eq!(parse(output), [short, long]);
        assert_eq!(parse("x time: [1 ns 2 ns]\nx time: [1 h 2 h 3 h]\n"), []);
    }
}
