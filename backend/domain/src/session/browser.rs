//! The name of a browser, from the `User-Agent` header (RFC 9110 section 10.1.5): "Firefox on Linux".
//!
//! A header may contain anything, so only words of this module are stored and shown. A parser of our
//! own, because a list of the world's browsers would be larger than the rest of the server's rules and
//! outdated soon; a person needs to recognize only their own few.

use std::fmt;

/// The products of a browser's header, each with its name. The first that is found counts: most
/// browsers also name the ones that they are compatible with.
const PROGRAMS: [(&str, Program); 15] = [
    ("Edg", "Edge"),
    ("EdgA", "Edge"),
    ("EdgiOS", "Edge"),
    ("Edge", "Edge"),
    ("OPR", "Opera"),
    ("OPT", "Opera"),
    ("OPiOS", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("HeadlessChrome", "Chrome"),
    ("Chromium", "Chrome"),
    ("Version", "Safari"),
];

/// The words by which a header names a system, each with its name. The first that is found counts:
/// Android is a Linux, and an iPhone is "like Mac OS X". An iPad that asks for desktop pages calls
/// itself a Macintosh.
const SYSTEMS: [(&str, System); 9] = [
    ("iPhone", "iPhone"),
    ("iPod", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("X11", "Linux"),
];

/// The separator of the two names.
const ON: &str = " on ";
/// The name of a browser that is not recognized.
const UNKNOWN: &str = "Browser not recognized";
/// Maximum number of bytes of a header that are read.
const MAX_LENGTH: usize = 512;

type Program = &'static str;
type System = &'static str;

/// The name of a browser: that of a program, and that of its system if it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BrowserName(Option<(Program, Option<System>)>);

impl BrowserName {
    /// Recognizes a browser by its `User-Agent` header.
    #[must_use]
    pub fn of_user_agent(header: &[u8]) -> Self {
        let header = String::from_utf8_lossy(&header[..header.len().min(MAX_LENGTH)]);
        let (program, system) = (program(&header), system(&header));
        Self(program.map(|program| (program, system)))
    }

    /// Returns the name that was stored. Earlier versions stored the header itself, without control
    /// characters; such a session ends within the lifetime of sessions.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        let (program, system) = match text.split_once(ON) {
            Some((program, system)) => (program, Some(system)),
            None => (text, None),
        };
        let program = PROGRAMS.iter().find(|(_, name)| *name == program);
        let system = system.map(|system| SYSTEMS.iter().find(|(_, name)| *name == system));
        match (program, system) {
            (Some((_, program)), None) => Self(Some((program, None))),
            (Some((_, program)), Some(Some((_, system)))) => Self(Some((program, Some(system)))),
            _ => Self::of_user_agent(text.as_bytes()),
        }
    }
}

/// The name in words, which is also its stored form.
impl fmt::Display for BrowserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((program, Some(system))) => write!(f, "{program}{ON}{system}"),
            Some((program, None)) => f.write_str(program),
            None => f.write_str(UNKNOWN),
        }
    }
}

/// Returns the program of a header by its products, such as `Firefox/140.0`.
fn program(header: &str) -> Option<Program> {
    let products = || {
        let words = header.split_ascii_whitespace();
        words.filter_map(|word| word.split_once('/').map(|(name, _)| name))
    };
    let found = PROGRAMS
        .iter()
        .find(|(product, _)| products().any(|name| name == *product));
    let (product, name) = found?;
    // Other programs have a version too.
    let is_browser = *product != "Version" || products().any(|name| name == "Safari");
    is_browser.then_some(name)
}

/// Returns the system of a header by its first comment, such as `(X11; Linux x86_64; rv:140.0)`.
fn system(header: &str) -> Option<System> {
    let (_, comment) = header.split_once('(')?;
    let comment = comment.split(')').next()?;
    let found = SYSTEMS.iter().find(|(word, _)| {
        let mut words = comment.split(|c: char| !c.is_ascii_alphanumeric());
        words.any(|one| one == *word)
    });
    found.map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: &str = "(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit";
    const IPHONE: &str = "(iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15";
    const ANDROID: &str = "(Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)";

    fn name(header: &str) -> String {
        BrowserName::of_user_agent(header.as_bytes()).to_string()
    }

    #[test]
    fn browsers_are_recognized() {
        for (rest, expected) in [
            (
                "(X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Linux",
            ),
            (
                "(X11; Ubuntu; Linux x86_64; rv:15.0) Gecko/20100101 Firefox/15.0",
                "Firefox on Linux",
            ),
            (
                "(Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
                "Firefox on Windows",
            ),
            (
                "(Android 14; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0",
                "Firefox on Android",
            ),
            (
                &format!("{IPHONE} (KHTML, like Gecko) FxiOS/143.0 Mobile/15E148 Safari/605.1.15"),
                "Firefox on iPhone",
            ),
            (
                "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome on Windows",
            ),
            (
                "(X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                &format!("{MAC}/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"),
                "Chrome on macOS",
            ),
            (
                "(X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome on ChromeOS",
            ),
            (
                &format!("{ANDROID} Chrome/140.0.0.0 Mobile Safari/537.36"),
                "Chrome on Android",
            ),
            (
                "(iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPad",
            ),
            (
                "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Edge on Windows",
            ),
            (
                &format!("{ANDROID} Chrome/140.0.0.0 Mobile Safari/537.36 EdgA/140.0.0.0"),
                "Edge on Android",
            ),
            (
                &format!(
                    "{IPHONE} (KHTML, like Gecko) Version/18.0 EdgiOS/140.0 Mobile/15E148 Safari/604.1"
                ),
                "Edge on iPhone",
            ),
            (
                &format!(
                    "{MAC}/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 OPR/123.0.0.0"
                ),
                "Opera on macOS",
            ),
            (
                &format!("{ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"),
                "Samsung Internet on Android",
            ),
            (
                &format!("{MAC}/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15"),
                "Safari on macOS",
            ),
            (
                &format!("{IPHONE} (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"),
                "Safari on iPhone",
            ),
            (
                "(iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari on iPad",
            ),
            (
                "(Fuchsia) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome",
            ),
            ("Firefox/140.0", "Firefox"),
        ] {
            assert_eq!(name(&format!("Mozilla/5.0 {rest}")), expected, "{rest}");
        }
    }

    #[test]
    fn what_is_no_known_browser_is_not_recognized() {
        for header in [
            "",
            "Mozilla/5.0",
            "curl/8.14.1",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15",
            "Dalvik/2.1.0 Version/4.0 (Linux; Android 15)",
            "Firefox on Linux",
            "<b>Firefox/1.0</b> MyFirefox/1.0 firefox/1.0 Firefox",
            "\u{202e}Chrome/1",
            &format!("{}Chrome/1", " ".repeat(MAX_LENGTH)),
        ] {
            assert_eq!(name(header), UNKNOWN, "{header}");
        }
    }

    /// Whatever a client sends, what is stored is a text of this module.
    #[test]
    fn only_the_words_of_this_module_are_stored() {
        for header in [
            "Firefox/<script> (Linux\u{1b}[31m; X11)",
            "Chrome/1 (Windows\r\nset-cookie: a=b)",
            "Edg/\u{0} (((((((((((((iPhone",
        ] {
            let stored = name(header);
            let (program, system) = stored.split_once(ON).unwrap_or((&stored, "Linux"));
            assert!(
                PROGRAMS.iter().any(|(_, name)| *name == program),
                "{stored}"
            );
            assert!(SYSTEMS.iter().any(|(_, name)| *name == system), "{stored}");
        }
        let broken = [b"Firefox/1 (Linux; \xff\xfe)".as_slice(), &[0xc3; 600]];
        let names = broken.map(|header| BrowserName::of_user_agent(header).to_string());
        assert_eq!(names, ["Firefox on Linux", UNKNOWN]);
    }

    #[test]
    fn a_stored_name_is_read_as_it_was_and_a_header_of_an_earlier_version_too() {
        let names = PROGRAMS.iter().flat_map(|(_, program)| {
            let systems = SYSTEMS.iter().map(|(_, system)| Some(*system));
            systems
                .chain([None])
                .map(|system| BrowserName(Some((*program, system))))
        });
        for name in names.chain([BrowserName(None)]) {
            assert_eq!(BrowserName::from_stored(&name.to_string()), name, "{name}");
        }
        let earlier = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(
            BrowserName::from_stored(earlier).to_string(),
            "Firefox on Linux"
        );
        for other in [
            "",
            "a browser",
            "Firefox on ",
            "Firefox on Mars",
            " on Linux",
            "Safari on",
        ] {
            assert_eq!(
                BrowserName::from_stored(other).to_string(),
                UNKNOWN,
                "{other}"
            );
        }
    }
}
