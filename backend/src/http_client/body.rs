//! Bodies of answers.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use reqwest::Response;
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

use super::transport_error::TransportError;

/// Timeout for an API answer up to [`READ_AHEAD`], and for each further part. What follows is passed
/// on while it arrives, and a browser that reads slowly would use up a timeout for all of it.
pub const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Number of bytes of an API answer that are read before any is passed on: nearly every page of a
/// list is smaller, and an interruption within them becomes a problem document instead of half an
/// answer. Of larger answers no more than this, and the few chunks in flight, are in memory.
pub const READ_AHEAD: usize = 256 * 1024;
/// Timeout for a whole API answer, which a server that sends a byte now and then does not extend.
const TOTAL_TIMEOUT: Duration = Duration::from_mins(30);

/// Initial capacity for a token answer, in bytes, so that it is read without reallocations that
/// leave copies in memory.
const INITIAL_CAPACITY: usize = 16 * 1024;

/// Returns the body of the answer to an API request that began at that time, as a stream.
///
/// Beyond the read-ahead, the read timeout limits the time that this server waits for the provider.
/// Data that has arrived is returned however long the stream was not polled: [`timeout_at`] polls
/// the body before its timer. The read timeout of reqwest does the opposite, and would cut off a
/// slow reader.
pub fn stream(
    response: Response,
    began: Instant,
) -> impl Stream<Item = Result<Bytes, TransportError>> + Send {
    stream::try_unfold((response, 0), move |(mut response, read)| async move {
        let is_ahead = read <= READ_AHEAD;
        let since = if is_ahead { began } else { Instant::now() };
        let until = (since + READ_TIMEOUT).min(began + TOTAL_TIMEOUT);
        match timeout_at(until, response.chunk()).await {
            Ok(chunk) => Ok(chunk?.map(|chunk| {
                let read = read.saturating_add(chunk.len());
                (chunk, (response, read))
            })),
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
