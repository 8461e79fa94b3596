//! What of a head is refused before hyper reads it, and what is seen on the way (SEC-66, SEC-53): hyper takes lines that end in a
//! bare LF, drops the fragment of an address, and drops `Content-Length` beside `Transfer-Encoding`, so
//! that nobody behind it can tell. What stands in front of this server may read such heads otherwise,
//! and then one of the two takes a body for a request.

/// No head may have this byte anywhere, so hyper refuses one that has, in its turn.
pub(super) const NEVER: u8 = 0;
const LENGTH: &[u8] = b"content-length";
const ENCODING: &[u8] = b"transfer-encoding";
const ACCEPT: &[u8] = b"accept";
const COOKIE: &[u8] = b"cookie";
const HTML: &[u8] = b"text/html";
/// How the request line of a page begins, and, with an end after it, that of the API.
const PAGE: &[u8] = b"GET /";
const API: &[u8] = b"GET /api";

/// One head, looked at as it comes.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says whether one line was there, and all combinations occur"
)]
pub(super) struct HeadScanner {
    at: At,
    /// Whether the request line is over.
    has_request_line: bool,
    /// The beginning of this line's field name, in lower case.
    name: [u8; ENCODING.len()],
    /// How much of the name there is; none after its colon.
    name_length: Option<usize>,
    has_length: bool,
    has_encoding: bool,
    /// The beginning of the request line.
    line: [u8; API.len() + 1],
    line_length: usize,
    accepts: Accepts,
    has_cookie: bool,
}

/// Whether the client takes HTML.
#[derive(Clone, Copy, Debug, Default)]
enum Accepts {
    /// No `Accept` so far.
    #[default]
    Unknown,
    /// Within the value of `Accept`: how many letters of `text/html` were just seen.
    Matching(usize),
    Html,
    Other,
}

#[derive(Clone, Copy, Debug, Default)]
enum At {
    /// Empty lines may stand before the request line (RFC 9112, section 2.2).
    #[default]
    Before,
    BeforeCr,
    Line,
    Cr,
    LineStart,
    LastCr,
    /// What follows is no head any more.
    Refused,
}

enum Verdict {
    Fine,
    Refused,
    End,
}

impl HeadScanner {
    /// Looks at bytes up to the head's end, if it is among them: how many that is. A byte that must
    /// not be there becomes one that hyper refuses; after it nothing is looked at any more.
    pub(super) fn scan(&mut self, bytes: &mut [u8]) -> Option<usize> {
        for (at, byte) in bytes.iter_mut().enumerate() {
            match self.take(*byte) {
                Verdict::Fine => {}
                Verdict::End => return Some(at + 1),
                Verdict::Refused => {
                    *byte = NEVER;
                    self.at = At::Refused;
                    return None;
                }
            }
        }
        None
    }

    /// Whether a byte of it came. Empty lines before the request line belong to no head.
    pub(super) fn has_begun(&self) -> bool {
        !matches!(self.at, At::Before | At::BeforeCr)
    }

    /// Whether a browser asks for a page, as far as the head tells: then a refusal is one in words.
    /// `Accept` may stand behind the cookies that make a head too large, and then they tell.
    pub(super) fn asks_for_page(&self) -> bool {
        let line = &self.line[..self.line_length];
        let is_api =
            line.starts_with(API) && line.get(API.len()).is_none_or(|end| b"/ ?".contains(end));
        let takes_html = match self.accepts {
            Accepts::Html => true,
            Accepts::Unknown => self.has_cookie,
            Accepts::Matching(_) | Accepts::Other => false,
        };
        line.starts_with(PAGE) && !is_api && takes_html
    }

    fn take(&mut self, byte: u8) -> Verdict {
        self.at = match (self.at, byte) {
            (At::Before, b'\r') => At::BeforeCr,
            (At::BeforeCr, b'\n') => At::Before,
            (At::Line, b'\r') => At::Cr,
            (At::Cr, b'\n') => {
                self.has_request_line = true;
                self.name_length = Some(0);
                if matches!(self.accepts, Accepts::Matching(_)) {
                    self.accepts = Accepts::Other;
                }
                At::LineStart
            }
            (At::LineStart, b'\r') => At::LastCr,
            (At::LastCr, b'\n') => return Verdict::End,
            (At::Refused, _) => At::Refused,
            (At::BeforeCr | At::Cr | At::LastCr, _) | (_, b'\n') => return Verdict::Refused,
            (At::Before | At::LineStart | At::Line, _) => {
                if self.is_refused_within(byte) {
                    return Verdict::Refused;
                }
                At::Line
            }
        };
        Verdict::Fine
    }

    fn is_refused_within(&mut self, byte: u8) -> bool {
        if !self.has_request_line {
            if let Some(place) = self.line.get_mut(self.line_length) {
                *place = byte;
                self.line_length += 1;
            }
            return byte == b'#';
        }
        let Some(length) = self.name_length else {
            self.accepts = self.accepts.after(byte);
            return false;
        };
        if byte == b':' {
            self.name_length = None;
            let name = self.name.get(..length).unwrap_or_default();
            self.has_length |= name == LENGTH;
            self.has_encoding |= name == ENCODING;
            self.has_cookie |= name == COOKIE;
            if name == ACCEPT && !matches!(self.accepts, Accepts::Html) {
                self.accepts = Accepts::Matching(0);
            }
            return self.has_length && self.has_encoding;
        }
        if let Some(place) = self.name.get_mut(length) {
            *place = byte.to_ascii_lowercase();
        }
        self.name_length = Some(length + 1);
        false
    }
}

impl Accepts {
    fn after(self, byte: u8) -> Self {
        let Self::Matching(matched) = self else {
            return self;
        };
        let byte = byte.to_ascii_lowercase();
        match HTML.get(matched) {
            Some(next) if *next == byte && matched + 1 == HTML.len() => Self::Html,
            Some(next) if *next == byte => Self::Matching(matched + 1),
            _ => Self::Matching(usize::from(byte == HTML[0])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_a_page_is_seen_before_the_head_is_whole() {
        for (head, asks) in [
            ("GET / HTTP/1.1\r\naccept: text/html,*/*\r\ncookie: a", true),
            (
                "GET /callback?x HTTP/1.1\r\nAccept:a/b, Text/HTML\r\n",
                true,
            ),
            // Not known yet.
            ("GET /connections/x HTTP/1.1\r\ncookie: aaa", true),
            ("GET /connections/x HTTP/1.1\r\nx: aaa", false),
            ("GET / HTTP/1.1\r\naccept: */*\r\ncookie: a", false),
            (
                "GET / HTTP/1.1\r\nx: text/html\r\naccept: text/plain\r\nx",
                false,
            ),
            ("GET /api/session HTTP/1.1\r\naccept: text/html\r\n", false),
            ("GET /api?x HTTP/1.1\r\naccept: text/html\r\n", false),
            ("GET /apiary HTTP/1.1\r\naccept: text/html\r\n", true),
            ("POST / HTTP/1.1\r\naccept: text/html\r\n", false),
            ("", false),
        ] {
            let mut state = HeadScanner::default();
            assert_eq!(state.scan(&mut head.as_bytes().to_vec()), None);
            assert_eq!(state.asks_for_page(), asks, "{head:?}");
        }
    }

    #[test]
    fn empty_lines_begin_no_head() {
        let mut state = HeadScanner::default();
        state.scan(&mut b"\r\n\r\n".to_vec());
        assert!(!state.has_begun());
        state.scan(&mut b"G".to_vec());
        assert!(state.has_begun());
    }

    /// Looks at a head in pieces of every size; whether it was refused, and where it ended.
    fn scan(head: &str) -> (bool, Option<usize>) {
        let results: Vec<_> = (1..=head.len())
            .map(|size| {
                let mut state = HeadScanner::default();
                let mut bytes = head.as_bytes().to_vec();
                let mut end = None;
                for (number, piece) in bytes.chunks_mut(size).enumerate() {
                    if let Some(at) = state.scan(piece) {
                        end = Some(number * size + at);
                        break;
                    }
                }
                let is_refused = matches!(state.at, At::Refused);
                assert_eq!(is_refused, bytes.contains(&NEVER));
                (is_refused, end)
            })
            .collect();
        assert!(
            results.iter().all(|result| *result == results[0]),
            "{head:?}"
        );
        results[0]
    }

    #[test]
    fn sec_66_heads_end_where_they_end() {
        for (head, rest) in [
            ("GET / HTTP/1.1\r\nhost: a\r\n\r\n", ""),
            ("GET / HTTP/1.1\r\n\r\n", "a\nb#c"),
            (
                "\r\n\r\nGET / HTTP/1.1\r\nx:\r\ncontent-length: 4\r\n\r\n",
                "\n\n\n\n",
            ),
            (
                "POST / HTTP/1.1\r\ntransfer-encoding: content-length:\r\nx: #\r\n\r\n",
                "x",
            ),
            (
                "POST / HTTP/1.1\r\ntransfer-encodings: x\r\ncontent-length: 4\r\n\r\n",
                "x",
            ),
        ] {
            assert_eq!(
                scan(&format!("{head}{rest}")),
                (false, Some(head.len())),
                "{head:?}"
            );
        }
    }

    #[test]
    fn sec_66_sec_53_what_hyper_would_take_is_refused() {
        for head in [
            "GET / HTTP/1.1\nhost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: a\n\r\n",
            "GET / HTTP/1.1\r\nhost: a\r\n\n",
            "\nGET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: a\rb\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: a\r\n\rx",
            "GET /x#y HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\nx: y\r\nCONTENT-LENGTH:1\r\n\r\n",
        ] {
            assert_eq!(scan(head), (true, None), "{head:?}");
        }
    }
}
