//! Bodies that no well-behaved server sends.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress};
use futures_util::{StreamExt as _, stream};

/// So much the bomb unpacks to: this many blocks of one megabyte.
const BOMB_BLOCKS: u32 = 4_096;
const BLOCK: usize = 1 << 20;

/// The beginning of a token answer whose token never ends.
pub(crate) fn endless() -> Body {
    let chunk = Bytes::from(vec![b'a'; 16_384]);
    Body::from_stream(stream::unfold(true, move |first| {
        let chunk = if first {
            Bytes::from_static(b"{\"access_token\":\"")
        } else {
            chunk.clone()
        };
        async move {
            // Fast enough to hurt, slow enough to leave the machine to others.
            if !first {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            Some((Ok::<_, std::io::Error>(chunk), false))
        }
    }))
}

/// These bytes, ten times a second a few of them.
pub(crate) fn slow(bytes: Bytes, bytes_per_second: u64) -> Body {
    let step = usize::try_from(bytes_per_second / 10).unwrap_or(1).max(1);
    let pause = if bytes_per_second >= 10 {
        Duration::from_millis(100)
    } else {
        Duration::from_millis(1_000 / bytes_per_second.max(1))
    };
    Body::from_stream(stream::unfold(bytes, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let chunk = rest.split_to(step.min(rest.len()));
        Some((Ok::<_, std::io::Error>(chunk), rest))
    }))
}

/// Half of these bytes, a pause, the other half.
pub(crate) fn stalled(mut bytes: Bytes, pause: Duration) -> Body {
    let first = bytes.split_to(bytes.len() / 2);
    let parts = stream::iter([(first, Duration::ZERO), (bytes, pause)]);
    Body::from_stream(parts.then(|(part, pause)| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, std::io::Error>(part)
    }))
}

/// These bytes, and a failure when they are on their way.
pub(crate) fn broken_off(bytes: &Bytes) -> Body {
    let broken = std::io::Error::other("broken off on request");
    let parts = stream::iter([Ok(bytes.clone()), Err(broken)]);
    Body::from_stream(parts.then(|part| async {
        if part.is_err() {
            // A failure at once would take them along.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        part
    }))
}

/// These bytes with so much white space before the last that they have that length.
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

/// A gzip stream of four gigabytes in four megabytes. After a full flush, a deflate block refers to
/// nothing before it, so that one compressed block can be sent again and again.
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
    // Into memory, with room enough: there is nothing that could fail.
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
