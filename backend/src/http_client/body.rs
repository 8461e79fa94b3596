//! Bodies of answers.

use bytes::Bytes;
use futures_util::{Stream, stream};
use reqwest::Response;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{READ_TIMEOUT, TransportError};

/// Initial capacity for a token answer, in bytes, so that it is read without reallocations that
/// leave copies in memory.
const INITIAL_CAPACITY: usize = 16 * 1024;

/// Returns the body of an API answer as a stream.
///
/// The read timeout limits the time that this server waits for the provider. Data that has arrived
/// is returned however long the stream was not polled: [`timeout`] polls the body before its timer.
/// The read timeout of reqwest does the opposite, and would cut off a slow reader.
pub fn stream(response: Response) -> impl Stream<Item = Result<Bytes, TransportError>> + Send {
    stream::try_unfold(response, |mut response| async {
        match timeout(READ_TIMEOUT, response.chunk()).await {
            Ok(chunk) => Ok(chunk?.map(|chunk| (chunk, response))),
            Err(elapsed) => Err(TransportError::AnswerLost(elapsed.into())),
        }
    })
}

/// Reads a body as far as it arrives, up to `max` bytes. Returns it with the error that interrupted
/// it, if any. It may hold tokens, so it is wiped on drop.
pub async fn read_partial(
    mut response: Response,
    max: usize,
) -> (Zeroizing<Vec<u8>>, Option<TransportError>) {
    let mut body = Zeroizing::new(Vec::with_capacity(INITIAL_CAPACITY));
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let left = max.saturating_sub(body.len());
                body.extend_from_slice(&chunk[..chunk.len().min(left)]);
                if chunk.len() > left {
                    return (body, Some(TransportError::TooLarge { max }));
                }
            }
            Ok(None) => return (body, None),
            Err(error) => return (body, Some(error.into())),
        }
    }
}
