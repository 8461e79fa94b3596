//! Compressed answers: they are passed on as they are, and their size after decompression is bounded
//! all the same (SEC-59).

use std::{
    fmt,
    io::{self, Read as _, Write},
};

use bytes::Bytes;
use flate2::{read, write};
use http::{HeaderMap, HeaderValue, header};

/// The content coding that a caller accepts (RFC 9110, section 8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// None.
    Identity,
    /// Gzip.
    Gzip,
}

/// Maximum number of bytes that one byte of a deflate stream decompresses to.
const MAX_RATIO: usize = 1_032;

impl Encoding {
    /// Returns the encoding that a browser accepts, according to its `Accept-Encoding`.
    #[must_use]
    pub fn accepted_by(headers: &HeaderMap) -> Self {
        let is_gzip = |item: &str| {
            let mut parts = item.split(';').map(str::trim);
            let is_named = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
            // A weight of zero means "not acceptable" (RFC 9110, section 12.4.2).
            is_named
                && !parts.any(|parameter| {
                    parameter.split_once('=').is_some_and(|(name, weight)| {
                        name.eq_ignore_ascii_case("q")
                            && weight.trim_end_matches(['0', '.']).is_empty()
                    })
                })
        };
        let accepts = headers
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(is_gzip);
        if accepts { Self::Gzip } else { Self::Identity }
    }

    /// Returns the value of `Accept-Encoding` that asks for it.
    pub(super) const fn asked(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
        })
    }

    /// Returns the encoding of an answer, or `None` if it has one that was not asked for.
    pub(super) fn of_answer(self, headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
        match (values.next().map(HeaderValue::as_bytes), values.next()) {
            (None, _) => Some(Self::Identity),
            (Some(name), None) if name.eq_ignore_ascii_case(b"identity") => Some(Self::Identity),
            (Some(name), None) if self == Self::Gzip && name.eq_ignore_ascii_case(b"gzip") => {
                Some(Self::Gzip)
            }
            _ => None,
        }
    }
}

/// Bounds the size of a body after decompression while its chunks are passed on as they are.
pub(super) struct SizeLimit {
    max: usize,
    /// Size of the chunks so far.
    size: usize,
    encoding: Encoding,
    /// The compressed chunks that are not decompressed yet. There is no need to as long as they are
    /// too small to exceed the limit however well they are compressed, as most bodies are.
    uncounted: Vec<Bytes>,
    /// Decompresses the chunks, once that is needed.
    counter: Option<write::MultiGzDecoder<Room>>,
}

/// The reason why a body is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("it is larger than {max} bytes")]
    TooLarge { max: usize },
    #[error("it is no gzip")]
    NotGzip,
}

impl Refused {
    fn of(error: &io::Error, max: usize) -> Self {
        match error.kind() {
            io::ErrorKind::FileTooLarge => Self::TooLarge { max },
            _ => Self::NotGzip,
        }
    }
}

impl SizeLimit {
    pub(super) const fn new(max: usize, encoding: Encoding) -> Self {
        Self {
            max,
            size: 0,
            encoding,
            uncounted: Vec::new(),
            counter: None,
        }
    }

    /// Counts the next chunk.
    pub(super) fn count(&mut self, chunk: &Bytes) -> Result<(), Refused> {
        self.size = self.size.saturating_add(chunk.len());
        if self.size > self.max {
            return Err(Refused::TooLarge { max: self.max });
        }
        if self.encoding == Encoding::Identity {
            return Ok(());
        }
        self.uncounted.push(chunk.clone());
        if self.counter.is_none() && self.size <= self.max / MAX_RATIO {
            return Ok(());
        }
        let counter = self
            .counter
            .get_or_insert_with(|| write::MultiGzDecoder::new(Room(self.max)));
        self.uncounted
            .drain(..)
            .try_for_each(|chunk| counter.write_all(&chunk))
            .map_err(|error| Refused::of(&error, self.max))
    }
}

impl fmt::Debug for SizeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SizeLimit")
            .field("max", &self.max)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// A writer that keeps nothing and fails when more was written than there is room for.
struct Room(usize);

impl Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self
            .0
            .checked_sub(bytes.len())
            .ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Decompresses a whole body, of which nothing is larger than `max` bytes.
pub(super) fn decompress(body: &[u8], max: usize) -> Result<Bytes, Refused> {
    let mut whole = Vec::new();
    read::MultiGzDecoder::new(body)
        .take(max as u64 + 1)
        .read_to_end(&mut whole)
        .map_err(|error| Refused::of(&error, max))?;
    if whole.len() > max {
        return Err(Refused::TooLarge { max });
    }
    Ok(whole.into())
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};

    use super::*;

    const MAX: usize = 4 * 1024 * 1024;

    fn gzip(size: usize) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![b'x'; size]).unwrap();
        encoder.finish().unwrap()
    }

    fn count(body: &[u8], chunk: usize, encoding: Encoding) -> Result<(), Refused> {
        let mut limit = SizeLimit::new(MAX, encoding);
        body.chunks(chunk)
            .try_for_each(|chunk| limit.count(&Bytes::copy_from_slice(chunk)))
    }

    #[test]
    fn sec_59_the_size_after_decompression_is_bounded() {
        for chunk in [1, 100, 1 << 20] {
            assert!(count(&gzip(MAX), chunk, Encoding::Gzip).is_ok(), "{chunk}");
            assert!(count(&gzip(2 * MAX), chunk, Encoding::Gzip).is_err());
            assert!(count(&gzip(2 * MAX), chunk, Encoding::Identity).is_ok());
            // A second member, as in a file that was appended to.
            let two = [gzip(MAX / 2), gzip(MAX)].concat();
            assert!(count(&two, chunk, Encoding::Gzip).is_err(), "{chunk}");
        }
        assert!(count(&vec![b'x'; MAX + 1], MAX, Encoding::Identity).is_err());
        let not_gzip = count(&vec![b'x'; MAX / 2], MAX, Encoding::Gzip);
        assert_eq!(not_gzip.unwrap_err(), Refused::NotGzip);
    }

    #[test]
    fn sec_59_a_whole_body_is_decompressed_up_to_its_bound() {
        assert_eq!(decompress(&gzip(MAX), MAX).unwrap().len(), MAX);
        assert!(decompress(&gzip(MAX + 1), MAX).is_err());
        let cut = gzip(MAX);
        for broken in [&b"no gzip"[..], &cut[..cut.len() - 1]] {
            assert_eq!(decompress(broken, MAX).unwrap_err(), Refused::NotGzip);
        }
    }

    #[test]
    fn gzip_is_asked_for_if_the_browser_accepts_it() {
        for (accepted, is_gzip) in [
            ("gzip, deflate, br, zstd", true),
            ("br;q=1.0, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("gzip;Q=0", false),
            ("deflate, br", false),
            ("x-gzip2", false),
            ("*", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, accepted.parse().unwrap());
            let encoding = Encoding::accepted_by(&headers);
            assert_eq!(encoding == Encoding::Gzip, is_gzip, "{accepted}");
        }
    }

    #[test]
    fn an_encoding_that_was_not_asked_for_is_none() {
        let of = |asked: Encoding, values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::CONTENT_ENCODING, HeaderValue::from_static(value));
            }
            asked.of_answer(&headers)
        };
        assert_eq!(of(Encoding::Identity, &[]), Some(Encoding::Identity));
        assert_eq!(of(Encoding::Gzip, &["identity"]), Some(Encoding::Identity));
        assert_eq!(of(Encoding::Gzip, &["GZIP"]), Some(Encoding::Gzip));
        assert_eq!(of(Encoding::Identity, &["gzip"]), None);
        assert_eq!(of(Encoding::Gzip, &["br"]), None);
        assert_eq!(of(Encoding::Gzip, &["gzip, gzip"]), None);
        assert_eq!(of(Encoding::Gzip, &["gzip", "gzip"]), None);
    }
}
