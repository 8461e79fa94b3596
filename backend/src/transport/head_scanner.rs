//! Scans request heads before hyper reads them, and rejects heads that two parsers could read
//! differently (SEC-66, SEC-53).
//!
//! hyper accepts lines that end in a bare LF, drops the fragment of a request target, and drops
//! `Content-Length` beside `Transfer-Encoding`, so code behind hyper cannot detect these. A proxy
//! in front of this server may read such a head differently, and one of the two would then take a
//! body for a request. The scanner also detects requests for a page.

use memchr::memchr2;

/// A byte that is invalid anywhere in a head, so hyper rejects a head that contains it.
pub(super) const INVALID_BYTE: u8 = 0;
const CONTENT_LENGTH: &[u8] = b"content-length";
const TRANSFER_ENCODING: &[u8] = b"transfer-encoding";
const ACCEPT: &[u8] = b"accept";
const COOKIE: &[u8] = b"cookie";
const HTML: &[u8] = b"text/html";
/// Start of the request line of a page.
const PAGE_PREFIX: &[u8] = b"GET /";
/// Start of the request line of the API, if the path segment ends there.
const API_PREFIX: &[u8] = b"GET /api";

/// Incremental scanner of one request head.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says whether one line was there, and all combinations occur"
)]
pub struct HeadScanner {
    position: Position,
    /// Whether the request line has ended.
    has_request_line: bool,
    /// The start of the field name of this line, in lower case.
    name: [u8; TRANSFER_ENCODING.len()],
    /// Length of the name so far, or `None` after its colon.
    name_length: Option<usize>,
    has_content_length: bool,
    has_transfer_encoding: bool,
    /// The start of the request line.
    request_line: [u8; API_PREFIX.len() + 1],
    request_line_length: usize,
    accepts: Accepts,
    has_cookie: bool,
}

/// Whether the client accepts HTML.
#[derive(Clone, Copy, Debug, Default)]
enum Accepts {
    /// No `Accept` field so far.
    #[default]
    Unknown,
    /// Inside the value of `Accept`: number of bytes of `text/html` that were just matched.
    Matching(usize),
    Html,
    Other,
}

#[derive(Clone, Copy, Debug, Default)]
enum Position {
    /// Before the request line, where empty lines are allowed (RFC 9112, section 2.2).
    #[default]
    Before,
    BeforeCr,
    Line,
    Cr,
    LineStart,
    LastCr,
    /// The head was rejected, and what follows is not scanned.
    Rejected,
}

enum Step {
    Continue,
    Rejected,
    End,
}

impl HeadScanner {
    /// Scans bytes up to the end of the head, and returns the position after that end if it is
    /// among the bytes. Replaces a rejected byte by [`INVALID_BYTE`], which makes hyper reject the
    /// head, and stops scanning.
    pub fn scan(&mut self, bytes: &mut [u8]) -> Option<usize> {
        let mut index = 0;
        while let Some(rest) = bytes.get_mut(index..) {
            index += self.skip(rest);
            let Some(byte) = bytes.get_mut(index) else {
                break;
            };
            index += 1;
            match self.advance(*byte) {
                Step::Continue => {}
                Step::End => return Some(index),
                Step::Rejected => {
                    *byte = INVALID_BYTE;
                    self.position = Position::Rejected;
                    return None;
                }
            }
        }
        None
    }

    /// Returns the number of bytes that change nothing: those of a value up to the end of its line,
    /// and everything after a rejection.
    fn skip(&self, bytes: &[u8]) -> usize {
        let next = match self.position {
            Position::Rejected => None,
            Position::Line if self.is_in_plain_value() => memchr2(b'\r', b'\n', bytes),
            _ => Some(0),
        };
        next.unwrap_or(bytes.len())
    }

    /// Returns whether the position is in the value of a field whose characters do not matter.
    fn is_in_plain_value(&self) -> bool {
        self.has_request_line
            && self.name_length.is_none()
            && !matches!(self.accepts, Accepts::Matching(_))
    }

    /// Returns whether a byte of the head has arrived. Empty lines before the request line belong
    /// to no head.
    pub(super) fn has_begun(&self) -> bool {
        !matches!(self.position, Position::Before | Position::BeforeCr)
    }

    /// Returns whether a browser requested a page, as far as the head shows. An error response is
    /// then a readable page.
    ///
    /// `Accept` may come after the cookies that make a head too large. While `Accept` is unknown, a
    /// `Cookie` field counts as the sign of a browser.
    pub(super) fn asks_for_page(&self) -> bool {
        let request_line = &self.request_line[..self.request_line_length];
        let is_api = request_line.starts_with(API_PREFIX)
            && request_line
                .get(API_PREFIX.len())
                .is_none_or(|end| b"/ ?".contains(end));
        let takes_html = match self.accepts {
            Accepts::Html => true,
            Accepts::Unknown => self.has_cookie,
            Accepts::Matching(_) | Accepts::Other => false,
        };
        request_line.starts_with(PAGE_PREFIX) && !is_api && takes_html
    }

    fn advance(&mut self, byte: u8) -> Step {
        self.position = match (self.position, byte) {
            (Position::Before, b'\r') => Position::BeforeCr,
            (Position::BeforeCr, b'\n') => Position::Before,
            (Position::Line, b'\r') => Position::Cr,
            (Position::Cr, b'\n') => {
                self.has_request_line = true;
                self.name_length = Some(0);
                if matches!(self.accepts, Accepts::Matching(_)) {
                    self.accepts = Accepts::Other;
                }
                Position::LineStart
            }
            (Position::LineStart, b'\r') => Position::LastCr,
            (Position::LastCr, b'\n') => return Step::End,
            (Position::Rejected, _) => Position::Rejected,
            (Position::BeforeCr | Position::Cr | Position::LastCr, _) | (_, b'\n') => {
                return Step::Rejected;
            }
            (Position::Before | Position::LineStart | Position::Line, _) => {
                if self.is_rejected_in_line(byte) {
                    return Step::Rejected;
                }
                Position::Line
            }
        };
        Step::Continue
    }

    fn is_rejected_in_line(&mut self, byte: u8) -> bool {
        if !self.has_request_line {
            if let Some(slot) = self.request_line.get_mut(self.request_line_length) {
                *slot = byte;
                self.request_line_length += 1;
            }
            return byte == b'#';
        }
        let Some(length) = self.name_length else {
            self.accepts = self.accepts.advance(byte);
            return false;
        };
        if byte == b':' {
            self.name_length = None;
            let name = self.name.get(..length).unwrap_or_default();
            self.has_content_length |= name == CONTENT_LENGTH;
            self.has_transfer_encoding |= name == TRANSFER_ENCODING;
            self.has_cookie |= name == COOKIE;
            if name == ACCEPT && !matches!(self.accepts, Accepts::Html) {
                self.accepts = Accepts::Matching(0);
            }
            return self.has_content_length && self.has_transfer_encoding;
        }
        if let Some(slot) = self.name.get_mut(length) {
            *slot = byte.to_ascii_lowercase();
        }
        self.name_length = Some(length + 1);
        false
    }
}

impl Accepts {
    fn advance(self, byte: u8) -> Self {
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
    use proptest::prelude::*;

    use super::*;

    /// Scans without skipping anything.
    fn scan_each(scanner: &mut HeadScanner, bytes: &mut [u8]) -> Option<usize> {
        for (index, byte) in bytes.iter_mut().enumerate() {
            match scanner.advance(*byte) {
                Step::Continue => {}
                Step::End => return Some(index + 1),
                Step::Rejected => {
                    *byte = INVALID_BYTE;
                    scanner.position = Position::Rejected;
                    return None;
                }
            }
        }
        None
    }

    proptest! {
        #[test]
        fn sec_66_skipping_values_changes_no_verdict(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "GET / HTTP/1.1", "GET /api/x#y HTTP/1.1", "\r\n", "\r\n", "\r\n", "\n", "\r", ": ",
                    "accept", "Accept: a, text/html", "cookie: s=1; t=2", "content-length: 1",
                    "transfer-encoding: chunked", "x", " ", "#", ":", "text/htm", "l",
                ]),
                0..24,
            ),
            pieces in prop::collection::vec(1_usize..9, 1..40),
        ) {
            let head = parts.concat().into_bytes();
            let (mut skipping, mut each) = (HeadScanner::default(), HeadScanner::default());
            let (mut rest, mut pieces) = (head.as_slice(), pieces.iter().cycle());
            while !rest.is_empty() {
                let length = pieces.next().map_or(1, |piece| *piece).min(rest.len());
                let (mut one, mut other) = (rest[..length].to_vec(), rest[..length].to_vec());
                let end = skipping.scan(&mut one);
                prop_assert_eq!(end, scan_each(&mut each, &mut other));
                prop_assert_eq!(&one, &other);
                prop_assert_eq!(skipping.asks_for_page(), each.asks_for_page());
                prop_assert_eq!(skipping.has_begun(), each.has_begun());
                if end.is_some() {
                    break;
                }
                rest = &rest[length..];
            }
        }
    }

    #[test]
    fn who_asks_for_a_page_is_seen_before_the_head_is_whole() {
        for (head, asks) in [
            ("GET / HTTP/1.1\r\naccept: text/html,*/*\r\ncookie: a", true),
            (
                "GET /callback?x HTTP/1.1\r\nAccept:a/b, Text/HTML\r\n",
                true,
            ),
            // `Accept` has not arrived yet.
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
            let mut scanner = HeadScanner::default();
            assert_eq!(scanner.scan(&mut head.as_bytes().to_vec()), None);
            assert_eq!(scanner.asks_for_page(), asks, "{head:?}");
        }
    }

    #[test]
    fn empty_lines_begin_no_head() {
        let mut scanner = HeadScanner::default();
        scanner.scan(&mut b"\r\n\r\n".to_vec());
        assert!(!scanner.has_begun());
        scanner.scan(&mut b"G".to_vec());
        assert!(scanner.has_begun());
    }

    /// Scans a head in pieces of every size, and returns whether it was rejected and where it
    /// ended.
    fn scan(head: &str) -> (bool, Option<usize>) {
        let results: Vec<_> = (1..=head.len())
            .map(|size| {
                let mut scanner = HeadScanner::default();
                let mut bytes = head.as_bytes().to_vec();
                let mut end = None;
                for (number, piece) in bytes.chunks_mut(size).enumerate() {
                    if let Some(length) = scanner.scan(piece) {
                        end = Some(number * size + length);
                        break;
                    }
                }
                let is_rejected = matches!(scanner.position, Position::Rejected);
                assert_eq!(is_rejected, bytes.contains(&INVALID_BYTE));
                (is_rejected, end)
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
