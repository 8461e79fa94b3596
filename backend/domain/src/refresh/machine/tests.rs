//! Tests of the protocol; the values that they share.

mod cases;
mod paths;
mod table;

use super::*;

const FAILURES: [Failure; 9] = [
    Failure::NotSent,
    Failure::Lost,
    Failure::Later { after: None },
    Failure::Later {
        after: Some(Duration::from_mins(1)),
    },
    Failure::ConcurrentUse,
    Failure::GrantRejected,
    Failure::ClientRejected,
    Failure::Unusable,
    WITHHELD,
];

const WITHHELD: Failure = Failure::Withheld {
    after: Duration::from_secs(4),
};

const ACQUIRED: [Acquired; 4] = [
    Acquired::Free,
    Acquired::Abandoned,
    Acquired::Held,
    Acquired::Superseded,
];

const GENERATION: u64 = 3;

const fn active(generation: u64, access_left: u64, holds_pair: bool) -> Row {
    Row::Active {
        generation,
        access_left: Duration::from_secs(access_left),
        holds_pair,
    }
}

const VALID: Row = active(GENERATION, 60, false);
const EXPIRED: Row = active(GENERATION, 0, false);
const NEWER: Row = active(GENERATION + 1, 60, false);
const OURS: Row = active(GENERATION + 1, 60, true);
const ROWS: [Row; 6] = [VALID, EXPIRED, NEWER, OURS, Row::ReconnectNeeded, Row::Gone];

const fn loaded(row: Row) -> Event {
    let is_urgent = true;
    Event::Loaded { row, is_urgent }
}

const fn loaded_ahead(row: Row) -> Event {
    let is_urgent = false;
    Event::Loaded { row, is_urgent }
}

fn events() -> Vec<Event> {
    let mut events = vec![
        Event::Permitted,
        Event::StopAsked,
        Event::Renewed,
        Event::LeaseLost,
        Event::Elapsed,
        Event::Granted,
        Event::Settled,
        Event::NotSettled,
        Event::Revoked,
        Event::StoreFailed,
    ];
    events.extend(
        ROWS.into_iter()
            .flat_map(|row| [loaded(row), loaded_ahead(row)]),
    );
    events.extend(ACQUIRED.map(Event::Acquired));
    events.extend(FAILURES.map(Event::Failed));
    events
}

const RELOADING: Phase = Phase::Reloading {
    is_abandoned: false,
};
const ABANDONED: Phase = Phase::Reloading { is_abandoned: true };
const RENEWING: Phase = Phase::Renewing { replay: None };
const REPLAYING: Phase = Phase::Renewing {
    replay: Some(Failure::Lost),
};
const LOST: End = End::Failed(Failure::Lost);

const fn releasing(end: End) -> Phase {
    Phase::Releasing(Exit::End(end))
}

const RESTARTING: Phase = Phase::Releasing(Exit::Restart);

const fn wait(milliseconds: u64, has_jitter: bool) -> Command {
    Command::Wait {
        delay: Duration::from_millis(milliseconds),
        has_jitter,
    }
}

fn at(phase: Phase) -> State {
    State {
        phase,
        tries: 1,
        ..State::start(GENERATION).0
    }
}
