//! What fails when: a schedule that follows from a seed.

use std::{ops::Range, time::Duration};

use test_postgres::Stop;

/// The variable with the seed of a schedule that is to be repeated.
const SEED: &str = "FAULTS_SEED";
/// The number of servers.
pub(super) const NODES: usize = 3;
/// How long a server takes to start or to recover, about.
const RECOVERY: Duration = Duration::from_secs(2);
/// How long a server takes to end by itself, about: for three seconds only its readiness fails.
const SHUTDOWN: Duration = Duration::from_secs(4);
/// The time between the beginnings of two faults, in milliseconds.
const INTERVAL: Range<u64> = 1_500..4_500;

/// Pseudo-random numbers that follow from a seed (`SplitMix64`).
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns an index into a list of that length.
    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.next() % length as u64).unwrap()
    }

    pub(super) fn milliseconds(&mut self, range: Range<u64>) -> Duration {
        Duration::from_millis(range.start + self.next() % (range.end - range.start))
    }
}

/// What happens to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// `SIGKILL`.
    Kill,
    /// `SIGTERM`.
    Restart,
    /// `SIGSTOP` and `SIGCONT`, while its leases last.
    ShortPause,
    /// `SIGSTOP` and `SIGCONT`, for longer than its leases last.
    LongPause,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Kill, Self::Restart, Self::ShortPause, Self::LongPause];
    /// Those that follow when each has happened once.
    const FURTHER: [Self; 8] = [
        Self::Kill,
        Self::Kill,
        Self::Kill,
        Self::Restart,
        Self::Restart,
        Self::ShortPause,
        Self::ShortPause,
        Self::LongPause,
    ];

    /// Returns how long a server is away, besides its own shutdown and start.
    fn lasts(self, dice: &mut Dice) -> Duration {
        dice.milliseconds(match self {
            Self::Kill | Self::Restart => 100..1_500,
            Self::ShortPause => 500..4_000,
            Self::LongPause => 11_000..14_000,
        })
    }
}

/// One fault of a server.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeFault {
    pub(super) at: Duration,
    pub(super) node: usize,
    pub(super) kind: Kind,
    pub(super) lasts: Duration,
}

/// One restart of the database.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outage {
    pub(super) at: Duration,
    pub(super) how: Stop,
    pub(super) lasts: Duration,
}

/// Everything that fails.
#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) nodes: Vec<NodeFault>,
    pub(super) outages: [Outage; 2],
}

impl Schedule {
    /// Makes a schedule of about that length. By it, one server at least is left alone at each moment.
    pub(super) fn of(seed: u64, length: Duration) -> Self {
        let mut dice = Dice::new(seed);
        let mut first = Kind::ALL.to_vec();
        let mut nodes: Vec<NodeFault> = Vec::new();
        let mut away_until = [Duration::ZERO; NODES];
        let mut at = dice.milliseconds(500..1_500);
        while at < length || !first.is_empty() {
            let present: Vec<usize> = (0..NODES).filter(|node| away_until[*node] <= at).collect();
            if present.len() >= 2 {
                let node = present[dice.index(present.len())];
                let kind = if first.is_empty() {
                    Kind::FURTHER[dice.index(Kind::FURTHER.len())]
                } else {
                    first.swap_remove(dice.index(first.len()))
                };
                let lasts = kind.lasts(&mut dice);
                let shutdown = if kind == Kind::Restart {
                    SHUTDOWN
                } else {
                    Duration::ZERO
                };
                away_until[node] = at + shutdown + lasts + RECOVERY;
                nodes.push(NodeFault {
                    at,
                    node,
                    kind,
                    lasts,
                });
            }
            at += dice.milliseconds(INTERVAL);
        }
        let mut outage = |third: u32, how| Outage {
            at: length / 3 * third + dice.milliseconds(0..3_000),
            how,
            // Shorter than a lease lasts, so that no server loses one.
            lasts: dice.milliseconds(200..2_500),
        };
        let outages = [outage(1, Stop::Fast), outage(2, Stop::Crash)];
        Self { nodes, outages }
    }
}

/// Returns the seed that is asked for, or a new one.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the test may repeat a schedule"
)]
pub(super) fn seed() -> u64 {
    let seed = match std::env::var(SEED) {
        Ok(text) => text.parse().unwrap(),
        Err(_) => getrandom::u64().unwrap(),
    };
    println!("the schedule is that of {SEED}={seed}");
    seed
}

#[test]
fn a_schedule_has_every_kind_of_fault_and_leaves_one_server_alone() {
    for seed in 0..500 {
        let length = Duration::from_secs(24);
        let schedule = Schedule::of(seed, length);
        let again = Schedule::of(seed, length);
        assert_eq!(format!("{schedule:?}"), format!("{again:?}"));
        let mut kinds: Vec<Kind> = schedule.nodes.iter().map(|fault| fault.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds, Kind::ALL, "{seed}");
        for fault in &schedule.nodes {
            let is_away =
                |other: &&NodeFault| other.at <= fault.at && fault.at < other.at + other.lasts;
            assert!(schedule.nodes.iter().filter(is_away).count() < NODES);
            assert!(fault.at < length * 2, "{seed}: {fault:?}");
        }
    }
}
