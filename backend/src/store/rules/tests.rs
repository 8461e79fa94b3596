use super::*;

const NOW: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH;

fn orgs(names: &str) -> Vec<Org> {
    names
        .split_terminator(' ')
        .map(|name| Org {
            id: name.to_owned(),
            name: name.to_owned(),
            slug: name.to_owned(),
        })
        .collect()
}

fn existing(id: &str, status: &str, context: &str, names: &str) -> ExistingConnection {
    ExistingConnection {
        id: id.to_owned(),
        subject: format!("sha256 {id}"),
        status: status.to_owned(),
        context: Some(context.to_owned()),
        orgs: serde_json::to_string(&orgs(names)).unwrap(),
        generation: 4,
        connected_at: 0,
        is_leased: false,
    }
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
    let same = || Some(existing("same", "active", "tenant", "a b"));
    let bot = |status| Some(existing("old", status, "tenant", "a b"));
    let person = || Some(existing("old", "active", "user", "a b"));
    let (active, lost) = ("active", "reconnect_needed");
    for (context, read, same, reconnected, is_shared, id, left) in [
        // Nothing is known: a new connection.
        (BOT, "a", None, None, false, "new", ""),
        // The same subject, and what it replaces is left.
        (BOT, "a", same(), None, false, "same", ""),
        (BOT, "a", same(), bot(active), false, "same", "old"),
        // A reconnect keeps its connection, whatever its organizations are now.
        (BOT, "c", None, bot(active), false, "old", ""),
        // A shared one, only if the others get no new access.
        (BOT, "a", None, bot(active), true, "old", ""),
        (BOT, "a c", None, bot(active), true, "new", "old"),
        (None, "a", None, bot(active), true, "new", ""),
        (None, "a", None, bot(lost), true, "new", "old"),
        // Another person, or another kind of account.
        (PERSON, "a", None, person(), false, "new", ""),
        (PERSON, "a", None, bot(active), false, "new", ""),
    ] {
        let read = orgs(read);
        let subject = Subject::from_stored("sha256 read".to_owned());
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
            (target.id.as_str(), target.leaves.join(" ").as_str()),
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
        let subject = Subject::from_stored("sha256 read".to_owned());
        let new = ConnectionId::presented("new");
        let candidates = Candidates {
            same: None,
            reconnected: None,
            is_shared: false,
            lost_bots: vec![
                existing("ab", "reconnect_needed", "tenant", "a b"),
                existing("none", "reconnect_needed", "tenant", ""),
            ],
        };
        let target = target(&account(context, &read, &subject), &new, candidates).unwrap();
        assert_eq!(target.leaves.join(" "), left, "{read:?}");
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
            subject: own.to_owned(),
            is_leased,
            ..existing("x", "active", "tenant", "a")
        };
        let subject = Subject::from_stored(read.to_owned());
        let same = has_same.then(|| existing("same", "active", "tenant", "a"));
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
