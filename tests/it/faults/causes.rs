//! Which repeated presentations of a refresh token no server could avoid.

use super::{
    history::{History, Moment, Span},
    record::Presentation,
};

/// How long a lease lasts at least when its owner stops, in milliseconds: ten seconds from its last
/// renewal, which is three seconds old at most. The rest is for clocks that are read late.
const LEAST_LEASE: i64 = 6_500;
/// How much later than the end of its sender a request may arrive: it may be in the sandbox's queue.
const QUEUE: i64 = 2_000;
/// How long a server that lives takes to store a pair, at most, while the database is there.
const STORING: i64 = 5_000;

/// Why a token was presented again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// The first server was killed before it had stored the pair.
    Killed,
    /// The first server was paused, with the lease, until that ran out.
    FirstPaused,
    /// The second server was paused between the lease and the request, and sent it late.
    SecondPaused,
    /// The database was away until the lease ran out.
    DatabaseAway,
}

/// Returns the cause of a second presentation, or `None` if there is no good one.
pub(super) fn cause(
    first: &Presentation,
    second: &Presentation,
    history: &History,
) -> Option<Cause> {
    let between = first.until(second);
    let of_first = &history.nodes[first.node];
    // Before it had stored the pair: at once after the answer, unless the database was away meanwhile.
    let is_before_store = |kill: &Span| {
        let lived = Span {
            from: first.answered,
            to: kill.from,
        };
        let is_away = |outage: &Span| outage.overlaps(lived);
        lived.length() < STORING || history.outages.iter().any(is_away)
    };
    let killed = of_first.kills.iter().any(|kill| {
        first.arrived <= kill.to + QUEUE && kill.from <= second.arrived && is_before_store(kill)
    });
    let is_long = |span: &&Span| span.length() >= LEAST_LEASE;
    let runs_out = |span: &Span| span.overlaps(between) && ran_out(*span, second.arrived);
    let first_paused = of_first.pauses.iter().filter(is_long).any(runs_out);
    let of_second = &history.nodes[second.node];
    // It had the lease before its pause. Meanwhile the other one got it, and presented the token.
    let second_paused = of_second.pauses.iter().filter(is_long).any(|pause| {
        pause.from <= first.arrived
            && first.arrived <= pause.to
            && pause.to <= second.arrived + QUEUE
    });
    let is_away = history.outages.iter().filter(is_long).any(runs_out);
    [
        (killed, Cause::Killed),
        (first_paused, Cause::FirstPaused),
        (second_paused, Cause::SecondPaused),
        (is_away, Cause::DatabaseAway),
    ]
    .into_iter()
    .find_map(|(is_so, cause)| is_so.then_some(cause))
}

/// Returns whether a lease that was not renewed from the beginning of a span on had run out.
const fn ran_out(span: Span, at: Moment) -> bool {
    at - span.from >= LEAST_LEASE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::history::NodeHistory;

    const fn span(from: Moment, to: Moment) -> Span {
        Span { from, to }
    }

    /// Returns the cause of a presentation by server 1 at 20 s, after one by server 0 at 8 s that was
    /// answered at 8.1 s.
    fn cause_if(change: impl FnOnce(&mut History)) -> Option<Cause> {
        let mut history = History {
            nodes: vec![NodeHistory::default(); 3],
            outages: Vec::new(),
        };
        change(&mut history);
        let presentations = [(0, 8_000), (1, 20_000)].map(|(node, at)| Presentation::at(node, at));
        cause(&presentations[0], &presentations[1], &history)
    }

    #[test]
    fn without_a_fault_of_the_right_server_at_the_right_time_there_is_no_cause() {
        assert_eq!(cause_if(|_| {}), None);
        // Another server, before, after, and when the pair was stored long ago.
        for (node, at) in [(1, 8_050), (2, 8_050), (0, 5_000), (0, 20_001), (0, 14_000)] {
            let killed = |history: &mut History| history.nodes[node].kills.push(span(at, at));
            assert_eq!(cause_if(killed), None, "{node} {at}");
        }
        // A server that ends by itself stores its pairs first.
        let ended = |history: &mut History| history.nodes[0].restarts.push(span(8_050, 9_000));
        assert_eq!(cause_if(ended), None);
        // Another server, while the lease lasts, before, and too late for the lease to run out.
        for (node, pause) in [
            (2, span(8_050, 19_000)),
            (0, span(8_050, 12_000)),
            (0, span(0, 7_000)),
            (0, span(15_000, 26_000)),
            (1, span(9_000, 19_000)),
        ] {
            let paused = |history: &mut History| history.nodes[node].pauses.push(pause);
            assert_eq!(cause_if(paused), None, "{node} {pause:?}");
        }
        let short = |history: &mut History| history.outages.push(span(8_050, 12_000));
        assert_eq!(cause_if(short), None);
    }

    #[test]
    fn a_kill_before_the_pair_is_stored_is_a_cause() {
        for at in [7_990, 8_000, 8_050, 8_200] {
            let killed = |history: &mut History| history.nodes[0].kills.push(span(at, at));
            assert_eq!(cause_if(killed), Some(Cause::Killed), "{at}");
        }
        // Nothing could be stored for a while.
        let late = |history: &mut History| {
            history.outages.push(span(8_050, 12_000));
            history.nodes[0].kills.push(span(14_000, 14_000));
        };
        assert_eq!(cause_if(late), Some(Cause::Killed));
    }

    #[test]
    fn a_lease_that_ran_out_is_a_cause() {
        let first = |history: &mut History| history.nodes[0].pauses.push(span(8_050, 19_000));
        assert_eq!(cause_if(first), Some(Cause::FirstPaused));
        let second = |history: &mut History| history.nodes[1].pauses.push(span(7_000, 19_990));
        assert_eq!(cause_if(second), Some(Cause::SecondPaused));
        let away = |history: &mut History| history.outages.push(span(8_050, 18_000));
        assert_eq!(cause_if(away), Some(Cause::DatabaseAway));
    }
}
