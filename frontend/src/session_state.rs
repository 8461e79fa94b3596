//! The state of the session as the server last reported it, and which of its answers is applied.
//! Pure.

use login::failure::Failure;
use shared::api::connection::{Connection, Status};

/// The state of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Not known yet. No personal data is shown.
    Checking,
    /// Signed out.
    SignedOut,
    /// Signed in, with these connections; there is at least one.
    SignedIn(Vec<Connection>),
    /// The server gave no usable answer.
    Unreachable {
        /// The reason.
        failure: Failure,
        /// The connections of its last usable answer: what is on the screen stays. Empty without
        /// one.
        last: Vec<Connection>,
    },
}

impl SessionState {
    /// Returns the connections that the server last reported.
    #[must_use]
    pub fn connections(&self) -> &[Connection] {
        match self {
            Self::SignedIn(all) | Self::Unreachable { last: all, .. } => all,
            Self::Checking | Self::SignedOut => &[],
        }
    }

    /// Returns whether somebody is signed in, as far as is known.
    #[must_use]
    pub fn is_someone(&self) -> bool {
        !self.connections().is_empty()
    }

    /// Returns the connection with this id.
    #[must_use]
    pub fn connection(&self, id: &str) -> Option<&Connection> {
        self.connections().iter().find(|one| one.id == id)
    }

    /// Returns the state after an answer of the server, or `None` if it does not change.
    #[must_use]
    pub fn after(&self, answer: Result<Vec<Connection>, Failure>) -> Option<Self> {
        match answer {
            Ok(connections) if connections.is_empty() => Some(Self::SignedOut),
            Ok(connections) => Some(Self::SignedIn(connections)),
            // The same failure as before: the page that shows it stays as it is.
            Err(failure) if self.is_trouble(&failure) => None,
            Err(failure) => Some(Self::Unreachable {
                failure,
                last: self.connections().to_vec(),
            }),
        }
    }

    fn is_trouble(&self, new: &Failure) -> bool {
        match (self, new) {
            (
                Self::Unreachable {
                    failure: Failure::Problem(old),
                    ..
                },
                Failure::Problem(new),
            ) => old.code == new.code,
            (Self::Unreachable { failure, .. }, new) => failure == new,
            _ => false,
        }
    }

    /// Replaces a connection by the server's current one.
    pub fn replace(&mut self, connection: Connection) {
        if let Some(all) = self.connections_mut()
            && let Some(one) = all.iter_mut().find(|one| one.id == connection.id)
        {
            *one = connection;
        }
    }

    /// Removes a connection that has ended. The session ends with the last one.
    pub fn remove(&mut self, id: &str) {
        if let Some(all) = self.connections_mut() {
            all.retain(|one| one.id != id);
            if all.is_empty() {
                *self = Self::SignedOut;
            }
        }
    }

    fn connections_mut(&mut self) -> Option<&mut Vec<Connection>> {
        match self {
            Self::SignedIn(all) | Self::Unreachable { last: all, .. } => Some(all),
            Self::Checking | Self::SignedOut => None,
        }
    }
}

/// Returns the first connection that works, or else the first one.
#[must_use]
pub fn first_usable(all: &[Connection]) -> Option<&Connection> {
    all.iter()
        .find(|one| one.status == Status::Active)
        .or_else(|| all.first())
}

/// The sequence of the requests for the session. Answers can overtake one another: one to an older
/// request describes an older state and is not applied after a newer one.
#[derive(Debug, Default)]
pub struct RequestSequence {
    /// The number of the newest request.
    asked: u64,
    /// Answers up to this number are no longer applied.
    settled: u64,
    /// The number of requests without an answer.
    open: usize,
}

impl RequestSequence {
    /// Numbers a request.
    pub fn ask(&mut self) -> u64 {
        self.asked += 1;
        self.open += 1;
        self.asked
    }

    /// Records an answer. Returns whether it is applied.
    pub fn answer(&mut self, turn: u64) -> bool {
        self.open = self.open.saturating_sub(1);
        let is_news = turn > self.settled;
        if is_news {
            self.settled = turn;
        }
        is_news
    }

    /// Records a change that the requests so far do not include. Returns whether an answer is now
    /// missing, so that another request is needed.
    pub fn outdate(&mut self) -> bool {
        let was_awaited = self.open > 0 && self.settled < self.asked;
        self.settled = self.asked;
        was_awaited
    }

    /// Returns whether an answer is awaited.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open > 0
    }
}

#[cfg(test)]
mod tests {
    use shared::{problem::Code, scope::Scopes};

    use super::*;
    use crate::messages;

    fn connection(id: &str) -> Connection {
        Connection {
            id: id.to_owned(),
            status: Status::Active,
            context: None,
            orgs: Vec::new(),
            orgs_complete: true,
            scopes: Scopes::default(),
            missing_scopes: Scopes::default(),
            connected_at: String::new(),
            access_token_expires_at: String::new(),
            refresh_token_expires_at: None,
            refreshed_at: String::new(),
            generation: 1,
        }
    }

    fn problem(code: Code) -> Failure {
        Failure::Problem(Box::new(messages::local(code)))
    }

    #[test]
    fn a_server_that_cannot_say_takes_nothing_from_the_screen() {
        let here = SessionState::SignedIn(vec![connection("a")]);
        let lost = here.after(Err(Failure::Offline)).unwrap();
        assert!(lost.is_someone());
        assert_eq!(lost.connection("a"), Some(&connection("a")));
        // The connections stay after another failure, too.
        let lost = lost.after(Err(problem(Code::Unavailable))).unwrap();
        assert!(lost.connection("a").is_some());
        assert_eq!(lost.after(Ok(vec![connection("a")])), Some(here));
        assert_eq!(lost.after(Ok(Vec::new())), Some(SessionState::SignedOut));
    }

    #[test]
    fn after_nothing_was_known_nobody_is_here() {
        for before in [SessionState::Checking, SessionState::SignedOut] {
            let lost = before.after(Err(Failure::Offline)).unwrap();
            assert!(!lost.is_someone());
        }
    }

    #[test]
    fn the_same_trouble_is_no_news() {
        let lost = SessionState::Checking
            .after(Err(problem(Code::Internal)))
            .unwrap();
        let mut again = messages::local(Code::Internal);
        again.request_id = "another".to_owned();
        assert_eq!(lost.after(Err(Failure::Problem(Box::new(again)))), None);
        assert!(lost.after(Err(Failure::Offline)).is_some());
    }

    #[test]
    fn the_session_ends_with_its_last_connection() {
        let mut who = SessionState::SignedIn(vec![connection("a"), connection("b")]);
        who.remove("a");
        assert_eq!(who, SessionState::SignedIn(vec![connection("b")]));
        who.remove("b");
        assert_eq!(who, SessionState::SignedOut);
        let mut lost = SessionState::SignedIn(vec![connection("a")])
            .after(Err(Failure::Offline))
            .unwrap();
        lost.remove("a");
        assert_eq!(lost, SessionState::SignedOut);
    }

    #[test]
    fn an_older_answer_is_not_believed_after_a_newer_one() {
        let mut turns = RequestSequence::default();
        let (first, second) = (turns.ask(), turns.ask());
        assert!(turns.answer(second));
        assert!(!turns.answer(first));
        assert!(!turns.is_open());
        let (third, fourth) = (turns.ask(), turns.ask());
        assert!(turns.answer(third));
        assert!(turns.answer(fourth));
    }

    #[test]
    fn a_question_from_before_a_sign_out_signs_nobody_in_again() {
        let mut turns = RequestSequence::default();
        let before = turns.ask();
        assert!(turns.outdate(), "its answer is missing");
        let after = turns.ask();
        assert!(!turns.answer(before));
        assert!(turns.answer(after));
        assert!(!turns.outdate(), "nothing was awaited");
    }
}
