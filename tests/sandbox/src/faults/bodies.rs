//! Malicious and defective response bodies.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress};
use futures_util::{StreamExt as _, stream};

/// The number of blocks of one megabyte to which the bomb decompresses.
const BOMB_BLOCKS: u32 = 4_096;
const BLOCK: usize = 1 << 20;

/// Returns the beginning of a token response whose token never ends.
pub(crate) fn endless() -> Body {
    let chunk = Bytes::from(vec![b'a'; 16_384]);
    Body::from_stream(stream::unfold(true, move |first| {
        let chunk = if first {
            Bytes::from_static(b"{\"access_token\":\"")
        } else {
            chunk.clone()
        };
        async move {
            // Fast enough to cause damage, but slow enough to leave the machine usable.
            if !first {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            Some((Ok::<_, std::io::Error>(chunk), false))
        }
    }))
}

/// Sends the bytes at a limited rate, in ten pieces a second.
pub(crate) fn slow(bytes: Bytes, bytes_per_second: u64) -> Body {
    let step = usize::try_from(bytes_per_second / 10).unwrap_or(1).max(1);
    let delay = if bytes_per_second >= 10 {
        Duration::from_millis(100)
    } else {
        Duration::from_millis(1_000 / bytes_per_second.max(1))
    };
    Body::from_stream(stream::unfold(bytes, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(delay).await;
        let chunk = rest.split_to(step.min(rest.len()));
        Some((Ok::<_, std::io::Error>(chunk), rest))
    }))
}

/// Sends half of the bytes, waits, and sends the other half.
pub(crate) fn stalled(mut bytes: Bytes, delay: Duration) -> Body {
    let first = bytes.split_to(bytes.len() / 2);
    let parts = stream::iter([(first, Duration::ZERO), (bytes, delay)]);
    Body::from_stream(parts.then(|(part, delay)| async move {
        tokio::time::sleep(delay).await;
        Ok::<_, std::io::Error>(part)
    }))
}

/// Sends the bytes and then fails.
pub(crate) fn broken_off(bytes: &Bytes) -> Body {
    let broken = std::io::Error::other("broken off on request");
    let parts = stream::iter([Ok(bytes.clone()), Err(broken)]);
    Body::from_stream(parts.then(|part| async {
        if part.is_err() {
            // An immediate failure would discard the bytes.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        part
    }))
}

/// Inserts white space before the last byte, so that the body has the given length.
pub(crate) fn padded(bytes: &Bytes, length: u64) -> Body {
    let last = bytes.len().saturating_sub(1);
    let (head, tail) = (bytes.slice(..last), bytes.slice(last..));
    let missing = usize::try_from(length)
        .unwrap_or(usize::MAX)
        .saturating_sub(bytes.len());
    let block = Bytes::from(vec![b' '; BLOCK]);
    let rest = block.slice(..missing % BLOCK);
    let padding = std::iter::repeat_n(block, missing / BLOCK).chain([rest]);
    let parts = std::iter::once(head).chain(padding).chain([tail]);
    Body::from_stream(stream::iter(parts.map(Ok::<_, std::io::Error>)))
}

/// Returns a gzip stream of four gigabytes in four megabytes. After a full flush, a deflate block
/// does not refer to earlier data, so that one compressed block can be sent repeatedly.
pub(crate) fn gzip_bomb() -> Body {
    let mut head = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut deflate = Compress::new(Compression::best(), false);
    head.extend(deflated(&mut deflate, b"{\"access_token\":\""));
    let head = Bytes::from(head);
    let block = Bytes::from(deflated(&mut deflate, &vec![b'a'; BLOCK]));
    Body::from_stream(stream::iter(
        std::iter::once(head)
            .chain((0..BOMB_BLOCKS).map(move |_| block.clone()))
            .map(Ok::<_, std::io::Error>),
    ))
}

fn deflated(deflate: &mut Compress, input: &[u8]) -> Vec<u8> {
    let mut output = Vec::with_capacity(input.len() / 100 + 1_024);
    // Cannot fail: it writes to memory with sufficient capacity.
    let _ = deflate.compress_vec(input, &mut output, FlushCompress::Full);
    output
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[tokio::test]
    async fn the_bomb_unpacks() {
        let mut chunks = gzip_bomb().into_data_stream();
        let mut packed = Vec::new();
        for _ in 0..3 {
            packed.extend(chunks.next().await.unwrap().unwrap());
        }
        let mut unpacked = vec![0; 2 * BLOCK];
        flate2::read::GzDecoder::new(packed.as_slice())
            .read_exact(&mut unpacked)
            .unwrap();
        assert!(unpacked.starts_with(b"{\"access_token\":\"aaaa"));
    }

    #[test]
    fn a_megabyte_of_the_bomb_is_small() {
        let mut deflate = Compress::new(Compression::best(), false);
        let block = deflated(&mut deflate, &vec![b'a'; BLOCK]);
        assert!(block.len() < 4_096, "{}", block.len());
        assert_eq!(deflate.total_in(), BLOCK as u64);
    }
}
