//! What of a head is refused before hyper reads it (SEC-66, SEC-53): hyper takes lines that end in a
//! bare LF, drops the fragment of an address, and drops `Content-Length` beside `Transfer-Encoding`, so
//! that nobody behind it can tell. What stands in front of this server may read such heads otherwise,
//! and then one of the two takes a body for a request.

/// No head may have this byte anywhere, so hyper refuses one that has, in its turn.
const NEVER: u8 = 0;
const LENGTH: &[u8] = b"content-length";
const ENCODING: &[u8] = b"transfer-encoding";

/// One head, looked at as it comes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Head {
    at: At,
    /// Whether the request line is over.
    has_request_line: bool,
    /// The beginning of this line's field name, in lower case.
    name: [u8; ENCODING.len()],
    /// How much of the name there is; none after its colon.
    name_length: Option<usize>,
    has_length: bool,
    has_encoding: bool,
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

impl Head {
    /// Looks at bytes up to the head's end, if it is among them: how many that is. A byte that must
    /// not be there becomes one that hyper refuses; after it nothing is looked at any more.
    pub(super) fn look(&mut self, bytes: &mut [u8]) -> Option<usize> {
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

    fn take(&mut self, byte: u8) -> Verdict {
        self.at = match (self.at, byte) {
            (At::Before, b'\r') => At::BeforeCr,
            (At::BeforeCr, b'\n') => At::Before,
            (At::Line, b'\r') => At::Cr,
            (At::Cr, b'\n') => {
                self.has_request_line = true;
                self.name_length = Some(0);
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
            return byte == b'#';
        }
        let Some(length) = self.name_length else {
            return false;
        };
        if byte == b':' {
            self.name_length = None;
            let name = self.name.get(..length).unwrap_or_default();
            self.has_length |= name == LENGTH;
            self.has_encoding |= name == ENCODING;
            return self.has_length && self.has_encoding;
        }
        if let Some(place) = self.name.get_mut(length) {
            *place = byte.to_ascii_lowercase();
        }
        self.name_length = Some(length + 1);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks at a head in pieces of every size; whether it was refused, and where it ended.
    fn look(head: &str) -> (bool, Option<usize>) {
        let results: Vec<_> = (1..=head.len())
            .map(|size| {
                let mut state = Head::default();
                let mut bytes = head.as_bytes().to_vec();
                let mut end = None;
                for (number, piece) in bytes.chunks_mut(size).enumerate() {
                    if let Some(at) = state.look(piece) {
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
                look(&format!("{head}{rest}")),
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
            assert_eq!(look(head), (true, None), "{head:?}");
        }
    }
}
