use jiff::Timestamp;

use super::*;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn orgs(names: &str) -> Vec<Org> {
    names
        .split_terminator(' ')
        .map(|name| Org {
            id: name.to_owned(),
            name: name.to_owned(),
            slug: name.to_owned(),
            group: None,
        })
        .collect()
}

fn existing(
    id: &str,
    state: State<()>,
    context: Option<Context>,
    names: &str,
) -> ExistingConnection {
    ExistingConnection {
        id: ConnectionId::presented(id),
        subject: subject(&format!("sha256 {id}")),
        state,
        context,
        orgs: Ok(orgs(names)),
        generation: 4,
        connected_at: NOW,
        is_leased: false,
    }
}

fn subject(text: &str) -> Subject {
    Subject::from_stored(text.to_owned())
}

fn joined(ids: &[ConnectionId]) -> String {
    let ids: Vec<_> = ids.iter().map(ConnectionId::as_str).collect();
    ids.join(" ")
}

fn account<'a>(context: Option<Context>, orgs: &'a [Org], subject: &'a Subject) -> Account<'a> {
    Account {
        subject: Some(subject),
        context,
        orgs,
        is_whole: true,
        due_at: NOW,
        tries: 0,
    }
}

const BOT: Option<Context> = Some(Context::Tenant);
const PERSON: Option<Context> = Some(Context::User);

#[test]
fn sec_29_a_login_finds_its_connection() {
    let (active, lost) = (State::Active(()), State::ReconnectNeeded);
    let same = || Some(existing("same", State::Active(()), BOT, "a b"));
    let bot = |state: &State<()>| Some(existing("old", state.clone(), BOT, "a b"));
    let person = || Some(existing("old", State::Active(()), PERSON, "a b"));
    for (context, read, same, reconnected, is_shared, id, left) in [
        // Nothing is known: a new connection.
        (BOT, "a", None, None, false, "new", ""),
        // The same subject, and what it replaces is left.
        (BOT, "a", same(), None, false, "same", ""),
        (BOT, "a", same(), bot(&active), false, "same", "old"),
        // A reconnect keeps its connection, whatever its organizations are now.
        (BOT, "c", None, bot(&active), false, "old", ""),
        // A shared one, only if the others get no new access.
        (BOT, "a", None, bot(&active), true, "old", ""),
        (BOT, "a c", None, bot(&active), true, "new", "old"),
        (None, "a", None, bot(&active), true, "new", ""),
        (None, "a", None, bot(&lost), true, "new", "old"),
        // Another person, or another kind of account.
        (PERSON, "a", None, person(), false, "new", ""),
        (PERSON, "a", None, bot(&active), false, "new", ""),
    ] {
        let read = orgs(read);
        let subject = subject("sha256 read");
        let new = ConnectionId::presented("new");
        let candidates = Candidates {
            same,
            reconnected,
            is_shared,
            lost_bots: Vec::new(),
        };
        let target = target(&account(context, &read, &subject), &new, candidates).unwrap();
        let case = format!("{context:?} {read:?} {is_shared}");
        assert_eq!(
            (target.id.as_str(), joined(&target.leaves).as_str()),
            (id, left),
            "{case}"
        );
        assert_eq!(target.generation, if id == "new" { 0 } else { 5 }, "{case}");
    }
}

#[test]
fn a_bots_login_supersedes_lost_connections_that_it_covers() {
    for (context, read, left) in [(BOT, "a b c", "ab"), (BOT, "a", ""), (PERSON, "a b c", "")] {
        let read = orgs(read);
        let subject = subject("sha256 read");
        let new = ConnectionId::presented("new");
        let candidates = Candidates {
            same: None,
            reconnected: None,
            is_shared: false,
            lost_bots: vec![
                existing("ab", State::ReconnectNeeded, BOT, "a b"),
                existing("none", State::ReconnectNeeded, BOT, ""),
            ],
        };
        let target = target(&account(context, &read, &subject), &new, candidates).unwrap();
        assert_eq!(joined(&target.leaves), left, "{read:?}");
    }
}

#[test]
fn a_subject_that_is_read_is_stored_merged_or_awaited() {
    for (own, read, has_same, is_leased, decision) in [
        ("sha256 r", "sha256 r", true, false, "none"),
        ("unknown x", "sha256 r", false, false, "to sha256 r"),
        ("sha256 x", "sha256 r", false, false, "to sha256 r"),
        ("sha256 x", "sha256 r", true, false, "to unknown x"),
        ("unknown x", "sha256 r", true, false, "merge same"),
        ("unknown x", "sha256 r", true, true, "later"),
    ] {
        let connection = ExistingConnection {
            subject: subject(own),
            is_leased,
            ..existing("x", State::Active(()), BOT, "a")
        };
        let subject = subject(read);
        let same = has_same.then(|| existing("same", State::Active(()), BOT, "a"));
        let change = connection.subject_after(&account(BOT, &[], &subject), same);
        let found = match change {
            SubjectChange::None => "none".to_owned(),
            SubjectChange::To(subject) => format!("to {}", subject.as_str()),
            SubjectChange::Later => "later".to_owned(),
            SubjectChange::Merge(same) => format!("merge {}", same.id),
        };
        assert_eq!(found, decision, "{own} {read} {is_leased}");
    }
}

#[test]
fn a_merge_keeps_the_pair_of_the_later_consent_if_it_works() {
    let consented = |state, seconds| ExistingConnection {
        connected_at: Timestamp::from_second(seconds).unwrap(),
        ..existing("x", state, BOT, "a")
    };
    let from = consented(State::Active(()), 5);
    for (state, seconds, is_replaced) in [
        (State::Active(()), 4, true),
        (State::Active(()), 5, true),
        (State::Active(()), 6, false),
        (State::ReconnectNeeded, 6, true),
        (State::Disconnected, 6, true),
    ] {
        let into = consented(state, seconds);
        assert_eq!(into.is_replaced_by(&from), is_replaced, "{into:?}");
    }
}

#[test]
fn a_read_counts_for_its_own_consent_only() {
    let at = |ms| Timestamp::from_millisecond(ms).unwrap();
    let consent = |at| Consent {
        connection: ConnectionId::presented("x"),
        at,
    };
    let connection = ExistingConnection {
        connected_at: at(7),
        ..existing("x", State::Active(()), BOT, "a")
    };
    assert!(connection.is_of(&consent(at(7))));
    // The database has no shorter times.
    assert!(connection.is_of(&consent(at(7) + SignedDuration::from_micros(9))));
    assert!(!connection.is_of(&consent(at(6))));
    let ended = ExistingConnection {
        state: State::Disconnected,
        ..connection
    };
    assert!(!ended.is_of(&consent(at(7))));
}

/// A login can repair a row that nothing else can read.
#[test]
fn organizations_that_are_inconsistent_are_replaced_by_a_complete_list_only() {
    let inconsistent = Inconsistent {
        table: "connections",
        column: "orgs",
        row: "same".to_owned(),
    };
    let read = orgs("a");
    let subject = subject("sha256 read");
    for is_whole in [false, true] {
        let same = ExistingConnection {
            orgs: Err(inconsistent.clone()),
            ..existing("same", State::Active(()), BOT, "")
        };
        let candidates = Candidates {
            same: Some(same),
            reconnected: None,
            is_shared: false,
            lost_bots: Vec::new(),
        };
        let account = Account {
            is_whole,
            ..account(BOT, &read, &subject)
        };
        let new = ConnectionId::presented("new");
        match target(&account, &new, candidates) {
            Ok(target) => assert!(is_whole && target.orgs == read),
            Err(error) => assert!(!is_whole && error == inconsistent),
        }
    }
}
