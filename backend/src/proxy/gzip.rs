//! Compresses answers that Snyk did not compress.
//!
//! The length of a compressed body tells something about it to whoever can make a browser send
//! requests with its cookie and sees their size. Such requests of other origins are rejected
//! (`http/same_origin.rs`), so they are told nothing.

use std::{
    io::{self, Write as _},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{BufMut as _, Bytes, BytesMut, buf::Writer};
use flate2::{Compression, write::GzEncoder};
use hyper::body::{Body, Frame};

use crate::provider::ProviderError;

/// Size from which a body is compressed. A smaller one fits into a packet or two anyway.
pub(super) const MIN_SIZE: u64 = 2_048;

type Encoder = GzEncoder<Writer<BytesMut>>;

/// A body that is compressed while it passes.
pub(super) struct GzipBody<B> {
    source: B,
    /// `None` after the end.
    encoder: Option<Encoder>,
}

impl<B> GzipBody<B> {
    /// Compresses a body, at the level that costs least.
    pub(super) fn new(source: B) -> Self {
        let encoder = Encoder::new(BytesMut::new().writer(), Compression::fast());
        Self {
            source,
            encoder: Some(encoder),
        }
    }
}

impl<B> Body for GzipBody<B>
where
    B: Body<Data = Bytes, Error = ProviderError> + Unpin,
{
    type Data = Bytes;
    type Error = ProviderError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ProviderError>>> {
        let this = &mut *self;
        while let Some(encoder) = &mut this.encoder {
            let compressed = match ready!(Pin::new(&mut this.source).poll_frame(cx)) {
                Some(frame) => {
                    if let Ok(chunk) = frame?.into_data() {
                        encoder
                            .write_all(&chunk)
                            .map_err(|error| cannot_compress(&error))?;
                    }
                    encoder.get_mut().get_mut().split()
                }
                None => match this.encoder.take().map(Encoder::finish) {
                    Some(end) => end.map_err(|error| cannot_compress(&error))?.into_inner(),
                    None => BytesMut::new(),
                },
            };
            // The encoder keeps small amounts until there are more.
            if !compressed.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(compressed.freeze()))));
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.encoder.is_none()
    }
}

/// Writing to memory does not fail; the encoder's own errors would end up here.
fn cannot_compress(error: &io::Error) -> ProviderError {
    ProviderError::Unusable(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;
    use http_body_util::{BodyExt as _, StreamBody};

    use super::*;

    fn body(
        chunks: Vec<Result<Bytes, ProviderError>>,
    ) -> GzipBody<impl Body<Data = Bytes, Error = ProviderError> + Unpin> {
        let frames = chunks.into_iter().map(|chunk| chunk.map(Frame::data));
        GzipBody::new(StreamBody::new(futures_util::stream::iter(frames)))
    }

    #[tokio::test]
    async fn a_body_decompresses_to_what_it_was() {
        for chunk in [1, 1_000, 1 << 20] {
            let whole: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
            let chunks = whole.chunks(chunk.max(whole.len() / 5_000));
            let chunks = chunks.map(|chunk| Ok(Bytes::copy_from_slice(chunk)));
            let compressed = body(chunks.collect()).collect().await.unwrap().to_bytes();
            let mut found = Vec::new();
            GzDecoder::new(&*compressed)
                .read_to_end(&mut found)
                .unwrap();
            assert!(found == whole, "chunks of {chunk}");
        }
    }

    #[tokio::test]
    async fn nothing_waits_for_the_end_of_a_large_body() {
        let chunks = (0..64_u32).map(|seed| {
            let noise =
                (0..16_384_u32).map(|at| at.wrapping_mul(seed + 2_654_435_761).to_be_bytes()[1]);
            Ok(noise.collect())
        });
        let mut body = body(chunks.collect());
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert!(!body.is_end_stream() && first.len() < 512 << 10);
    }

    #[tokio::test]
    async fn an_interrupted_body_has_no_end() {
        let interrupted = ProviderError::Unusable("no".to_owned());
        let chunks = vec![Ok(Bytes::from_static(b"{\"data\":[")), Err(interrupted)];
        let mut body = body(chunks);
        let mut frames = Vec::new();
        while let Some(frame) = body.frame().await {
            let is_error = frame.is_err();
            frames.push(frame);
            if is_error {
                break;
            }
        }
        assert!(frames.last().is_some_and(Result::is_err), "{frames:?}");
        assert!(!body.is_end_stream());
    }
}
