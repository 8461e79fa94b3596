//! Log lines about intermediaries that refuse token requests.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::ProviderError;

/// Minimum time between two log lines.
const LOG_INTERVAL: Duration = Duration::from_mins(1);

/// Logs refusals by an intermediary for the operator, at most once per interval: each connection
/// gets the same one repeatedly.
#[derive(Debug, Default)]
pub(super) struct OperatorLog(Mutex<LogState>);

#[derive(Debug, Default)]
struct LogState {
    last: Option<Instant>,
    left_out: u64,
}

impl OperatorLog {
    /// Logs a refusal by an intermediary on the way to `provider`. Ignores other errors.
    pub(super) fn log(&self, provider: &str, error: &ProviderError) {
        if !matches!(error, ProviderError::Intermediary { .. }) {
            return;
        }
        let Some(left_out) = self.due(Instant::now()) else {
            return;
        };
        tracing::error!(
            left_out,
            %error,
            "Tokens cannot be had: {provider} was not reached. No connection is dropped"
        );
    }

    /// Returns how many lines were suppressed since the last one, if the next one is due.
    fn due(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state
            .last
            .is_some_and(|last| now.saturating_duration_since(last) < LOG_INTERVAL)
        {
            state.left_out += 1;
            return None;
        }
        state.last = Some(now);
        Some(std::mem::take(&mut state.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operator_log_has_one_line_a_minute() {
        let log = OperatorLog::default();
        let now = Instant::now();
        assert_eq!(log.due(now), Some(0));
        assert_eq!(log.due(now), None);
        assert_eq!(log.due(now + LOG_INTERVAL / 2), None);
        assert_eq!(log.due(now + LOG_INTERVAL), Some(2));
    }
}
