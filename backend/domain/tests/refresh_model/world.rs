//! The world around the machines: the connection's row, the provider, and what may go wrong.
//!
//! A node carries out a command and takes its result in one step, since nobody sees a state in
//! between, but for the presentation: while its answer is under way, everything else may happen.

use std::time::Duration;

use domain::refresh::{
    machine::{Acquired, Command, End, Event, Row, State},
    outcome::Failure,
};

/// Number of nodes.
pub(crate) const NODES: usize = 3;

/// A token pair, by the order in which the provider issued it.
pub(crate) type Pair = u8;

/// How the provider treats a refresh token that is presented a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rotation {
    /// It is rejected, and every pair of the connection becomes invalid (RFC 9700, section 4.14.2).
    Strict,
    /// It earns another pair.
    Grace,
}

/// How often each thing may still happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Budget {
    /// A node ends, at any point.
    pub(crate) crashes: u8,
    /// A lease runs out although its owner lives: the owner is paused, or cut off.
    pub(crate) pauses: u8,
    /// The answer to a presentation is lost.
    pub(crate) lost_answers: u8,
    /// A presentation reaches the provider after its sender has given up.
    pub(crate) late_requests: u8,
    /// The provider fails without consuming the token.
    pub(crate) provider_failures: u8,
    /// The store fails. Whether a write took effect is open.
    pub(crate) store_failures: u8,
    /// A person disconnects.
    pub(crate) disconnects: u8,
    /// A person withdraws the grant at the provider.
    pub(crate) withdrawals: u8,
}

/// The status of the connection's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Status {
    Active,
    ReconnectNeeded,
    Gone,
}

/// The connection's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Stored {
    pub(crate) status: Status,
    pub(crate) generation: u64,
    pub(crate) pair: Pair,
    pub(crate) lease: Option<StoredLease>,
    /// Whether the access token has expired.
    pub(crate) is_expired: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StoredLease {
    pub(crate) has_run_out: bool,
}

/// A lease as its owner remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Lease {
    None,
    /// It is the one in the row.
    Held,
    /// It is not in the row any more.
    Lost,
}

/// An answer that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    Granted(Pair),
    Failed(Failure),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Work {
    /// A command is to be carried out.
    Next(Command),
    /// The answer to a presentation is under way.
    Asking(Answer),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    /// It has not begun.
    Idle,
    Running(Running),
    Ended(End),
    Crashed,
}

/// A node that refreshes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Running {
    pub(crate) state: State,
    pub(crate) work: Work,
    pub(crate) lease: Lease,
    /// The heartbeat has found that the lease is lost, and has not said so yet.
    pub(crate) has_noticed: bool,
    /// The pair of the row that was loaded last.
    pub(crate) loaded: Pair,
    /// Whether an answer to its presentation was lost.
    pub(crate) has_lost: bool,
    /// The pair in hand.
    pub(crate) pair: Option<Pair>,
}

/// The events so far, as far as the invariants depend on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub(crate) struct History {
    /// Presentations of the row's pair that the provider processed.
    pub(crate) presented: u8,
    /// Leases that were taken over, and answers that were lost, since the row's pair was stored:
    /// each leaves open whether the token was consumed.
    pub(crate) unknown: u8,
    /// The provider rejected the row's pair.
    pub(crate) is_rejected: bool,
    /// Another node may have consumed the token of the row's pair: it lost its lease, or ended
    /// without an answer.
    pub(crate) is_in_doubt: bool,
    /// A token in doubt was presented while the access token could still be used.
    pub(crate) has_hurried: bool,
    /// A pair was revoked while the row was active.
    pub(crate) has_revoked_active: bool,
    /// A pair replaced one that was not its predecessor.
    pub(crate) has_replaced_newer: bool,
    /// A node ended with a pair that is neither stored, nor older than the row, nor revoked.
    pub(crate) has_dropped_pair: bool,
    /// An unknown outcome came before a generation that is stored by now, or two pairs of one
    /// generation were issued: under strict rotation the connection may be lost.
    pub(crate) has_been_unknown: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) row: Stored,
    pub(crate) nodes: [Node; NODES],
    /// Issued pairs: the generation that each replaced, and whether its token may be presented.
    pub(crate) issued: Vec<Issued>,
    /// A presentation that the provider has not processed, and whose sender does not wait for it.
    pub(crate) late: Option<Pair>,
    pub(crate) budget: Budget,
    pub(crate) history: History,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Issued {
    /// The generation of which this is the pair.
    pub(crate) generation: u64,
    pub(crate) is_valid: bool,
}

impl World {
    pub(crate) fn new(budget: Budget) -> Self {
        Self {
            row: Stored {
                status: Status::Active,
                generation: 0,
                pair: 0,
                lease: None,
                is_expired: false,
            },
            nodes: [Node::Idle; NODES],
            issued: vec![Issued {
                generation: 0,
                is_valid: true,
            }],
            late: None,
            budget,
            history: History::default(),
        }
    }

    /// The row as a node reads it.
    pub(crate) fn load(&self, node: &Running) -> Row {
        match self.row.status {
            Status::Active => Row::Active {
                generation: self.row.generation,
                access_left: if self.row.is_expired {
                    Duration::ZERO
                } else {
                    Duration::from_mins(1)
                },
                holds_pair: node.pair == Some(self.row.pair),
            },
            Status::ReconnectNeeded => Row::ReconnectNeeded,
            Status::Gone => Row::Gone,
        }
    }

    /// Acquires the lease for a generation, as the statement of the store does.
    pub(crate) fn acquire(&mut self, generation: u64) -> Acquired {
        if self.row.status != Status::Active || self.row.generation != generation {
            return Acquired::Superseded;
        }
        let acquired = match self.row.lease {
            None => Acquired::Free,
            Some(StoredLease { has_run_out: true }) => Acquired::Abandoned,
            Some(_) => return Acquired::Held,
        };
        if acquired == Acquired::Abandoned {
            self.history.unknown += 1;
            self.history.is_in_doubt = true;
        }
        self.forget_owner();
        self.row.lease = Some(StoredLease { has_run_out: false });
        acquired
    }

    /// The lease in the row is not its owner's any more.
    pub(crate) fn forget_owner(&mut self) {
        for node in &mut self.nodes {
            if let Node::Running(running) = node
                && running.lease == Lease::Held
            {
                running.lease = Lease::Lost;
            }
        }
    }

    /// The provider processes a presentation.
    pub(crate) fn present(&mut self, pair: Pair, rotation: Rotation) -> Answer {
        let is_of_row = pair == self.row.pair;
        let Issued {
            generation,
            is_valid,
        } = self.issued[usize::from(pair)];
        let is_dead = self.issued.iter().all(|one| !one.is_valid);
        // A token that was rejected may be presented again, without effect.
        let counts = is_of_row && !self.history.is_rejected;
        self.history.presented = self.history.presented.saturating_add(u8::from(counts));
        if is_valid || rotation == Rotation::Grace && !is_dead {
            self.issued[usize::from(pair)].is_valid = false;
            self.issued.push(Issued {
                generation: generation + 1,
                is_valid: true,
            });
            return Answer::Granted(u8::try_from(self.issued.len() - 1).expect("few pairs"));
        }
        self.end_grant();
        self.history.is_rejected |= is_of_row;
        Answer::Failed(Failure::GrantRejected)
    }

    /// Every pair of the connection becomes invalid.
    pub(crate) fn end_grant(&mut self) {
        for pair in &mut self.issued {
            pair.is_valid = false;
        }
    }

    /// Stores a pair, or marks the row, if the lease is held; as the statements of the store do.
    pub(crate) fn settle(&mut self, lease: Lease, generation: u64, change: Change) -> Event {
        let is_held = lease == Lease::Held
            && self.row.generation == generation
            && self.row.status == Status::Active;
        if !is_held {
            return Event::NotSettled;
        }
        self.row.lease = None;
        match change {
            Change::Nothing => {}
            Change::Unknown => self.row.lease = Some(StoredLease { has_run_out: true }),
            Change::ReconnectNeeded => self.row.status = Status::ReconnectNeeded,
            Change::Pair(pair) => {
                let is_next = self.issued[usize::from(pair)].generation == generation + 1;
                self.row.generation += 1;
                self.row.pair = pair;
                self.row.is_expired = false;
                let unknown = self.history.has_been_unknown || self.history.unknown > 0;
                self.history = History {
                    presented: 0,
                    unknown: 0,
                    is_rejected: false,
                    is_in_doubt: false,
                    has_replaced_newer: self.history.has_replaced_newer || !is_next,
                    has_been_unknown: unknown,
                    ..self.history
                };
            }
        }
        Event::Settled
    }
}

/// The change of a settlement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Nothing,
    /// The lease is left as a dead owner leaves it.
    Unknown,
    ReconnectNeeded,
    Pair(Pair),
}
