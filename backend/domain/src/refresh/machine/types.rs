//! The states, events and commands of the protocol.

use std::time::Duration;

use crate::refresh::outcome::Failure;

/// The state of one refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The generation that is replaced.
    pub generation: u64,
    /// The command that is carried out.
    pub phase: Phase,
    /// Number of presentations, at most the maximum of one refresh.
    pub tries: u32,
    /// Whether no replay is allowed any more, because there was one or a dead owner presented.
    pub has_replayed: bool,
    /// Whether the token may have been consumed: a dead owner may have presented it, or an answer to
    /// its presentation told nothing.
    pub is_in_doubt: bool,
    /// Whether another owner holds the lease by now.
    pub is_lease_lost: bool,
    /// Number of consecutive failures of the store while a pair is in hand.
    pub store_failures: u32,
}

/// The step that a refresh is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Loads the connection; no lease is held.
    Loading,
    /// Waits for a permit; no lease is held, since a lease makes other nodes wait.
    AwaitingPermit,
    /// Acquires the lease.
    Acquiring,
    /// Waits before it tries again to acquire the lease.
    AwaitingLease,
    /// Loads the connection again under the lease.
    Reloading {
        /// Whether a dead owner left the lease: it may have presented the token.
        is_abandoned: bool,
    },
    /// Presents the refresh token.
    Presenting,
    /// Waits before it presents the token again.
    Delaying,
    /// Waits for the permit of another presentation.
    AwaitingNextPermit,
    /// Renews the lease before it presents the token again.
    Renewing {
        /// The failure that is replayed at once.
        replay: Option<Failure>,
    },
    /// Marks the connection: a person must connect again.
    Marking,
    /// Releases the lease.
    Releasing(Exit),
    /// Stores the new pair.
    Storing,
    /// Waits before it stores the new pair again.
    AwaitingStore,
    /// Loads the connection to see why the pair was not stored.
    Verifying,
    /// Waits before it loads the connection again, with a pair in hand.
    AwaitingVerification,
    /// Acquires the lease again, to store a pair that is newer than the row.
    Reclaiming,
    /// Revokes a pair whose connection has ended.
    Revoking(End),
    /// Loads the connection that the pair was stored in.
    LoadingResult,
    /// Done.
    Done(End),
}

/// The continuation after the lease is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    /// The refresh ends.
    End(End),
    /// The refresh starts again: another owner is at work.
    Restart,
}

/// The result of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// The new pair is stored; the connection that was loaded last holds it.
    Refreshed,
    /// The pair was replaced by someone else; the connection that was loaded last is current.
    Current,
    /// A person must connect again.
    ReconnectNeeded,
    /// The connection does not exist any more.
    Gone,
    /// The process stops, and nobody waits for the refresh.
    Stopping,
    /// A dead owner may have presented the token, and the access token can still be used.
    Postponed,
    /// The provider did not refresh the pair.
    Failed(Failure),
    /// The store failed.
    StoreFailed,
    /// An event arrived that cannot follow the state.
    Unexpected,
}

/// The stored connection, as far as the protocol depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Row {
    /// It has tokens.
    Active {
        /// Its generation.
        generation: u64,
        /// The remaining lifetime of its access token.
        access_left: Duration,
        /// Whether it holds the pair in hand.
        holds_pair: bool,
    },
    /// Its tokens were rejected.
    ReconnectNeeded,
    /// It is disconnected or removed.
    Gone,
}

/// The result of an attempt to acquire the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Acquired {
    /// The lease was free.
    Free,
    /// The lease of a dead owner had expired.
    Abandoned,
    /// Another owner holds it.
    Held,
    /// The connection is not active, or has another generation.
    Superseded,
}

/// The result of a command, or news of the heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The connection was loaded.
    Loaded {
        /// The row.
        row: Row,
        /// Whether somebody waits for the refresh.
        is_urgent: bool,
    },
    /// There is a permit.
    Permitted,
    /// There is a permit, but the process stops and nobody waits for the refresh.
    StopAsked,
    /// An attempt to acquire the lease ended.
    Acquired(Acquired),
    /// The lease was renewed.
    Renewed,
    /// The lease is not held any more.
    LeaseLost,
    /// A wait is over.
    Elapsed,
    /// The provider issued a pair, which the driver keeps.
    Granted,
    /// The provider issued none.
    Failed(Failure),
    /// The lease was settled as the command said.
    Settled,
    /// The settlement changed nothing, since the lease was not held any more.
    NotSettled,
    /// The pair was revoked, or its revocation is stored.
    Revoked,
    /// The store failed. A settlement may have taken effect all the same.
    StoreFailed,
}

/// An instruction to the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Load the connection.
    Load,
    /// Wait for a permit for a token request.
    AcquirePermit,
    /// Try to acquire the lease.
    AcquireLease,
    /// Renew the lease.
    RenewLease,
    /// Present the refresh token of the connection that was loaded last.
    Present,
    /// Store the pair in hand, and release the lease.
    StorePair,
    /// Erase the tokens, mark the connection, and release the lease.
    MarkReconnectNeeded,
    /// Release the lease.
    ReleaseLease,
    /// Give the lease up without a result, as a dead owner does: it is unknown whether the token was
    /// consumed, and the next owner must know that.
    LeaveLease,
    /// Wait without a permit.
    Wait {
        /// The minimum delay.
        delay: Duration,
        /// Whether jitter is added.
        has_jitter: bool,
    },
    /// Revoke the pair in hand.
    Revoke,
    /// Continue with the command that is being carried out.
    Continue,
    /// Return the result.
    Finish(End),
}
