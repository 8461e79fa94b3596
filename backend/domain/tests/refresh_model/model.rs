//! The model: the actions that are possible in a world, and the worlds that they lead to.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use domain::refresh::{
    machine::{Acquired, Command, Event, State, step},
    outcome::Failure,
};
use stateright::Model;

use crate::{
    properties,
    world::{
        Answer, Budget, Change, Lease, Node, Rotation, Running, Status, Stored, StoredLease, Work,
        World,
    },
};

/// The protocol, or a mutant of it.
pub(crate) type Step = fn(State, Event) -> (State, Command);

/// Nodes that refresh one connection.
#[derive(Clone)]
pub(crate) struct Refreshes {
    pub(crate) rotation: Rotation,
    pub(crate) budget: Budget,
    pub(crate) step: Step,
}

impl Refreshes {
    pub(crate) fn new(rotation: Rotation, budget: Budget) -> Self {
        Self {
            rotation,
            budget,
            step,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// A node begins to refresh the generation of the row.
    Begin(usize),
    /// A node carries out its command, in one of the ways in which it can end.
    Do(usize, Way),
    /// The heartbeat of a node finds that the lease is lost.
    Notice(usize),
    Crash(usize),
    /// The lease is not renewed any more.
    RunOut,
    /// The access token expires.
    Expire,
    /// A presentation that nobody waits for reaches the provider.
    Late,
    Disconnect,
    Withdraw,
}

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    /// As it should.
    Well,
    /// The store fails, and nothing happened.
    StoreFails,
    /// The store fails, and the write took effect.
    StoreFailsLate,
    /// The provider cannot be reached.
    NotSent,
    /// The provider fails for the moment.
    Later,
    /// The provider sees another presentation.
    Concurrent,
    /// The provider refuses the app.
    ClientRejected,
    /// The answer is lost.
    Lost,
    /// The sender gives up before the provider processes the request.
    Overtaken,
}

impl Model for Refreshes {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self.budget)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        let budget = &world.budget;
        for (at, node) in world.nodes.iter().enumerate() {
            // Nodes are alike: of two in the same state, the first acts.
            if world.nodes[..at].contains(node) {
                continue;
            }
            match node {
                Node::Idle => {
                    if world.row.status == Status::Active {
                        actions.push(Action::Begin(at));
                    }
                }
                Node::Running(running) => {
                    actions.extend(ways(world, running).map(|way| Action::Do(at, way)));
                    if running.lease == Lease::Lost && !running.has_noticed {
                        actions.push(Action::Notice(at));
                    }
                    if budget.crashes > 0 {
                        actions.push(Action::Crash(at));
                    }
                }
                Node::Ended(_) | Node::Crashed => {}
            }
        }
        if world.row.lease.is_some_and(|lease| !lease.has_run_out) {
            let has_owner = world
                .nodes
                .iter()
                .any(|node| matches!(node, Node::Running(running) if running.lease == Lease::Held));
            if !has_owner || budget.pauses > 0 {
                actions.push(Action::RunOut);
            }
        }
        if world.late.is_some() {
            actions.push(Action::Late);
        }
        if world.row.status == Status::Active {
            if !world.row.is_expired {
                actions.push(Action::Expire);
            }
            if budget.disconnects > 0 {
                actions.push(Action::Disconnect);
            }
            if budget.withdrawals > 0 {
                actions.push(Action::Withdraw);
            }
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.clone();
        match action {
            Action::Begin(at) => {
                let (state, command) = State::start(next.row.generation);
                next.nodes[at] = Node::Running(Running {
                    state,
                    work: Work::Next(command),
                    lease: Lease::None,
                    has_noticed: false,
                    loaded: next.row.pair,
                    has_lost: false,
                    pair: None,
                });
            }
            Action::Do(at, way) => self.carry_out(&mut next, at, way),
            Action::Notice(at) => {
                if let Node::Running(running) = &mut next.nodes[at] {
                    running.has_noticed = true;
                }
            }
            Action::Crash(at) => {
                next.budget.crashes -= 1;
                // An answer on the way is lost with its reader; a lease in the row stays.
                next.nodes[at] = Node::Crashed;
            }
            Action::RunOut => {
                let has_owner = next.nodes.iter().any(
                    |node| matches!(node, Node::Running(running) if running.lease == Lease::Held),
                );
                next.budget.pauses -= u8::from(has_owner);
                next.row.lease = Some(StoredLease { has_run_out: true });
            }
            Action::Expire => next.row.is_expired = true,
            Action::Late => {
                if let Some(pair) = next.late.take() {
                    next.present(pair, self.rotation);
                }
            }
            Action::Disconnect => {
                next.budget.disconnects -= 1;
                next.forget_owner();
                next.row = Stored {
                    status: Status::Gone,
                    lease: None,
                    ..next.row
                };
                // Its token is revoked. The pair of a refresh in flight is its owner's to revoke.
                let pair = usize::from(next.row.pair);
                next.issued[pair].is_valid = false;
            }
            Action::Withdraw => {
                next.budget.withdrawals -= 1;
                next.end_grant();
            }
        }
        // Nodes are alike, so that their order says nothing.
        next.nodes.sort_by_key(hash);
        Some(next)
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        properties::all()
    }
}

fn hash(node: &Node) -> u64 {
    let mut hasher = DefaultHasher::new();
    node.hash(&mut hasher);
    hasher.finish()
}

/// The ways in which a node's work can end.
fn ways(world: &World, node: &Running) -> impl Iterator<Item = Way> {
    let budget = &world.budget;
    let mut ways = vec![Way::Well];
    let is_store = match node.work {
        Work::Asking(_) => {
            if budget.lost_answers > 0 {
                ways.push(Way::Lost);
            }
            false
        }
        Work::Next(Command::Present) => {
            if budget.provider_failures > 0 {
                ways.extend([
                    Way::NotSent,
                    Way::Later,
                    Way::Concurrent,
                    Way::ClientRejected,
                ]);
            }
            if budget.late_requests > 0 && world.late.is_none() {
                ways.push(Way::Overtaken);
            }
            false
        }
        Work::Next(Command::Load) => true,
        Work::Next(
            Command::AcquireLease
            | Command::RenewLease
            | Command::StorePair
            | Command::MarkReconnectNeeded
            | Command::ReleaseLease
            | Command::LeaveLease,
        ) => {
            if budget.store_failures > 0 {
                ways.push(Way::StoreFailsLate);
            }
            true
        }
        Work::Next(_) => false,
    };
    if is_store && budget.store_failures > 0 {
        ways.push(Way::StoreFails);
    }
    ways.into_iter()
}

impl Refreshes {
    /// Carries out the command of a node, and lets its machine take the result.
    fn carry_out(&self, world: &mut World, at: usize, way: Way) {
        let Node::Running(mut node) = world.nodes[at] else {
            return;
        };
        let event = match node.work {
            Work::Asking(answer) => match (way, answer) {
                (Way::Lost, _) => {
                    world.budget.lost_answers -= 1;
                    world.history.unknown += 1;
                    node.has_lost = true;
                    Event::Failed(Failure::Lost)
                }
                (_, Answer::Granted(pair)) => {
                    node.pair = Some(pair);
                    Event::Granted
                }
                (_, Answer::Failed(failure)) => Event::Failed(failure),
            },
            Work::Next(Command::Present) => match self.present(world, &mut node, way) {
                Ok(answer) => {
                    node.work = Work::Asking(answer);
                    world.nodes[at] = Node::Running(node);
                    return;
                }
                Err(failure) => Event::Failed(failure),
            },
            Work::Next(command) => on_store(world, &mut node, command, way),
        };
        if std::mem::take(&mut node.has_noticed) {
            (node.state, _) = (self.step)(node.state, Event::LeaseLost);
        }
        let (state, command) = (self.step)(node.state, event);
        node.state = state;
        node.work = Work::Next(command);
        world.nodes[at] = match command {
            Command::Finish(end) => {
                let is_open = node.pair.is_some_and(|pair| {
                    let of = world.issued[usize::from(pair)];
                    of.is_valid
                        && world.row.pair != pair
                        && (world.row.status != Status::Active
                            || world.row.generation < of.generation)
                });
                world.history.has_dropped_pair |= is_open;
                world.history.is_in_doubt |= node.has_lost
                    && node.pair.is_none()
                    && world.row.generation == state.generation;
                Node::Ended(end)
            }
            _ => Node::Running(node),
        };
    }

    fn present(&self, world: &mut World, node: &mut Running, way: Way) -> Result<Answer, Failure> {
        // An owner that was paused cannot know that its lease has run out.
        world.history.has_hurried |= node.lease == Lease::Held
            && world.history.is_in_doubt
            && !world.history.is_rejected
            && !world.row.is_expired
            && node.loaded == world.row.pair;
        let failure = match way {
            Way::NotSent => Failure::NotSent,
            Way::Later => Failure::Later { after: None },
            Way::Concurrent => Failure::ConcurrentUse,
            Way::ClientRejected => Failure::ClientRejected,
            Way::Overtaken => {
                world.budget.late_requests -= 1;
                world.history.unknown += 1;
                world.late = Some(node.loaded);
                node.has_lost = true;
                return Err(Failure::Lost);
            }
            _ => return Ok(world.present(node.loaded, self.rotation)),
        };
        world.budget.provider_failures -= 1;
        Err(failure)
    }
}

/// Carries out a command that is not a presentation.
fn on_store(world: &mut World, node: &mut Running, command: Command, way: Way) -> Event {
    if matches!(way, Way::StoreFails | Way::StoreFailsLate) {
        world.budget.store_failures -= 1;
        if way == Way::StoreFails {
            if command == Command::AcquireLease {
                node.lease = Lease::None;
            }
            return Event::StoreFailed;
        }
    }
    let event = match command {
        Command::Load => {
            node.loaded = world.row.pair;
            Event::Loaded {
                row: world.load(node),
                is_urgent: false,
            }
        }
        Command::AcquirePermit => Event::Permitted,
        Command::AcquireLease => {
            let acquired = world.acquire(node.state.generation);
            let is_owner = matches!(acquired, Acquired::Free | Acquired::Abandoned);
            // A node that does not learn that it has the lease does not renew it.
            node.lease = if is_owner && way == Way::Well {
                Lease::Held
            } else {
                Lease::None
            };
            node.has_noticed = false;
            Event::Acquired(acquired)
        }
        Command::RenewLease => match node.lease {
            Lease::Held => {
                world.row.lease = Some(StoredLease { has_run_out: false });
                Event::Renewed
            }
            Lease::Lost | Lease::None => Event::LeaseLost,
        },
        Command::StorePair => settle(world, node, node.pair.map(Change::Pair), way),
        Command::MarkReconnectNeeded => settle(world, node, Some(Change::ReconnectNeeded), way),
        Command::ReleaseLease => settle(world, node, Some(Change::Nothing), way),
        Command::LeaveLease => settle(world, node, Some(Change::Unknown), way),
        Command::Revoke => {
            if let Some(pair) = node.pair.take() {
                world.history.has_revoked_active |= world.row.status == Status::Active;
                world.issued[usize::from(pair)].is_valid = false;
            }
            Event::Revoked
        }
        Command::Wait { .. } | Command::Present | Command::Continue | Command::Finish(_) => {
            Event::Elapsed
        }
    };
    if way == Way::StoreFailsLate {
        Event::StoreFailed
    } else {
        event
    }
}

/// Settles the lease of a node. After a failure of the store it still counts as unsettled.
fn settle(world: &mut World, node: &mut Running, change: Option<Change>, way: Way) -> Event {
    let Some(change) = change else {
        return Event::NotSettled;
    };
    let lease = node.lease;
    let event = world.settle(lease, node.state.generation, change);
    node.lease = match (way, event) {
        (Way::StoreFailsLate, Event::Settled) => Lease::Lost,
        (Way::StoreFailsLate, _) => lease,
        _ => Lease::None,
    };
    event
}
