use clap::Parser;

use super::*;

const ORG: &str = "4635194f-2d5c-802b-abd8-28c14dab162c";

#[derive(Parser)]
struct CommandLine {
    #[command(flatten)]
    app: AppArguments,
}

fn parse(arguments: &[&str]) -> (Draft, Vec<String>) {
    let line = CommandLine::parse_from([&["create-app"][..], arguments].concat());
    let (draft, problems) = Draft::parse(&line.app);
    (draft, problems.iter().map(ToString::to_string).collect())
}

#[test]
fn the_demos_spellings_and_lists_are_read() {
    let uri = "http://localhost:3000/callback";
    let further = "https://app.example/callback";
    for arguments in [
        &[
            "--orgId",
            ORG,
            "--name=My App",
            "--redirectUris=http://localhost:3000/callback,https://app.example/callback",
            "--scopes=org.read,org.project.read",
        ][..],
        &[
            "--org-id",
            ORG,
            "--name",
            " My App ",
            "--redirect-uri",
            uri,
            further,
            "--scopes",
            "org.project.read",
            "org.read",
        ],
        &[
            "--org-id",
            ORG,
            "--name",
            "My App",
            "--redirect-uri",
            uri,
            "--redirect-uri",
            further,
            "--scopes",
            "org.project.read, org.read",
        ],
    ] {
        let (draft, problems) = parse(arguments);
        assert_eq!(problems, [""; 0], "{arguments:?}");
        let (org, app) = draft.complete().unwrap();
        assert_eq!((org.as_str(), app.name.as_str()), (ORG, "My App"));
        assert_eq!(app.redirect_uris, [uri, further]);
        assert_eq!(app.scopes, ["org.read", "org.project.read"]);
        assert_eq!(app.context, Context::Tenant);
        assert_eq!(app.access_token_ttl_seconds, None);
    }
}

#[test]
fn all_problems_are_told_at_once_with_their_flag_and_a_suggestion() {
    let (_, problems) = parse(&[
        "--org-id=my-org",
        "--name= ",
        "--redirect-uri=http://app.example/callback,/callback",
        "--scopes=org.raed,Org.edit,org.read;org.edit",
        "--context=tennant",
        "--access-token-ttl=60",
    ]);
    let expected = [
        ("--org-id", "a UUID"),
        ("--name", "is empty"),
        ("--redirect-uri http://app.example/callback", "not https"),
        ("--redirect-uri /callback", "not an address"),
        ("--scopes has org.raed", "did you mean org.read?"),
        ("--scopes has Org.edit", "did you mean org.edit?"),
        ("--scopes has org.read;org.edit", "holds `;`"),
        ("--context", "did you mean tenant?"),
        ("--access-token-ttl", "between 3600"),
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    for (problem, (flag, words)) in problems.iter().zip(expected) {
        assert!(
            problem.starts_with(flag) && problem.contains(words),
            "{problem}"
        );
    }
}

#[test]
fn what_is_missing_is_named() {
    let (draft, problems) = parse(&["--name", "x"]);
    assert!(problems.is_empty() && draft.is_incomplete());
    let missing: Vec<_> = draft.complete().unwrap_err();
    let missing: Vec<_> = missing.iter().map(ToString::to_string).collect();
    for flag in ["--org-id", "--redirect-uri", "--scopes"] {
        assert!(
            missing.iter().any(|what| what.starts_with(flag)),
            "{missing:?}"
        );
    }
    assert_eq!(missing.len(), 3);
}

#[test]
fn the_mandatory_scope_is_added_and_an_unlisted_one_warns() {
    let (draft, problems) = parse(&["--scopes", "org.brand.new.thing"]);
    assert!(problems.is_empty());
    let scopes = draft.scopes.clone().unwrap();
    assert_eq!(scopes.to_string(), "org.read org.brand.new.thing");
    assert_eq!(draft.warnings().count(), 1);
}

#[test]
fn redirect_uris_beyond_the_first_may_be_of_other_servers() {
    let first = "--redirect-uri=http://localhost:3000/callback";
    for (further, problem, warnings) in [
        ("https://app.example/other", None, 1),
        ("http://app.example/callback", None, 2),
        ("https://app.example/#x", Some("fragment"), 1),
        ("https://*.example/", Some("wildcard"), 1),
        ("ftp://app.example/", Some("not an http"), 1),
    ] {
        let (draft, problems) = parse(&[first, &format!("--redirect-uri={further}")]);
        assert_eq!(draft.warnings().count(), warnings, "{further}");
        assert_eq!(problems.len(), usize::from(problem.is_some()), "{further}");
        if let Some(words) = problem {
            assert!(problems[0].contains(words), "{problems:?}");
        }
    }
}

#[test]
fn lifetimes_are_seconds_or_have_a_unit() {
    for (text, expected) in [
        ("3600", Some(3_600)),
        ("1h", Some(3_600)),
        ("24h", Some(86_400)),
        ("90m", Some(5_400)),
        ("3599", None),
        ("86401", None),
        ("2d", None),
        ("soon", None),
    ] {
        let (draft, problems) = parse(&["--access-token-ttl", text]);
        assert_eq!(draft.access_token_ttl_seconds, expected, "{text}");
        assert_eq!(problems.is_empty(), expected.is_some(), "{text}");
    }
}
