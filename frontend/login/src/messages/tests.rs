use super::*;

fn failed(problem: &Problem) -> Failure {
    Failure::Problem(Box::new(problem.clone()))
}

#[test]
fn every_code_has_a_title_a_text_and_something_to_do() {
    for code in Code::ALL {
        let outcome = of(&failed(&local(*code)), "Fathom");
        assert!(!outcome.title.is_empty(), "{code}");
        assert!(outcome.text.ends_with('.'), "{code}");
        assert!(!outcome.acts.is_empty(), "{code}");
    }
}

#[test]
fn beside_what_still_works_nothing_is_said_of_a_login() {
    let away = failed(&local(Code::ProviderUnavailable));
    let outcome = beside(&away, "Fathom", None);
    assert_eq!(outcome.title, "Snyk is not answering");
    assert!(!outcome.text.contains("code"));
    let outcome = beside(&away, "Fathom", Some("05:38"));
    assert!(outcome.text.contains("05:38"));
}

#[test]
fn what_is_announced_is_what_the_page_says() {
    let unavailable = failed(&local(Code::Unavailable));
    let title = of(&unavailable, "Fathom").title;
    assert_eq!(title, "Fathom can’t reach its own data");
    assert_eq!(beside(&unavailable, "Fathom", None).title, title);
    let offline = of(&Failure::Offline, "Fathom").title;
    assert_eq!(beside(&Failure::Offline, "Fathom", None).title, offline);
}

#[test]
fn no_request_id_is_asked_for_where_none_came() {
    for code in Code::ALL {
        let mut problem = local(*code);
        for told in [
            of(&failed(&problem), "Fathom"),
            beside(&failed(&problem), "Fathom", None),
        ] {
            assert!(!told.text.contains("request ID"), "{told:?}");
        }
        problem.request_id = "01J".to_owned();
        let asks = matches!(
            code,
            Code::LoginRefused | Code::ProviderRejectedClient | Code::BadRequest | Code::Internal
        );
        let text = of(&failed(&problem), "Fathom").text;
        assert_eq!(text.contains("request ID"), asks, "{code}");
    }
}

#[test]
fn every_failure_on_the_way_says_what_to_do_and_a_login_is_begun_again() {
    let wrong = Failure::WrongOrigin {
        here: "http://127.0.0.1:3000".to_owned(),
        right: "http://localhost:3000".to_owned(),
    };
    let of_status = |status| Failure::Intercepted { status };
    for (failure, words) in [
        (Failure::Offline, "Check your connection"),
        (Failure::TimedOut, "did not answer in time"),
        (of_status(0), "Reload this page to sign in there"),
        (of_status(0), "or the server is restarting"),
        (of_status(200), "sign-in page"),
        (of_status(401), "“401”"),
        (of_status(403), "a firewall"),
        (of_status(429), "too many requests"),
        (of_status(502), "the server may be restarting"),
        (Failure::CookiesBlocked, "Allow cookies for this site"),
        (wrong, "it works at http://localhost:3000"),
        (Failure::Unreadable, "Reload the page"),
    ] {
        let told = of(&failure, "Fathom");
        let both = format!("{}. {}", told.title, told.text);
        assert!(both.contains(words), "{both}");
        assert!(!told.acts.is_empty(), "{both}");
        let told = of_login(&failure, "Fathom");
        let goes_on = |act: &Action| matches!(act, Action::Connect(_) | Action::Open(_));
        assert!(told.acts.iter().any(goes_on), "{told:?}");
    }
}

#[test]
fn an_answer_of_no_use_is_not_told_as_none() {
    let mut problem = local(Code::ProviderUnavailable);
    problem.kind = UNUSABLE_ANSWER.to_owned();
    problem.detail = "Snyk gave an answer that the server can’t use.".to_owned();
    let told = of(&failed(&problem), "Fathom");
    assert_eq!(told.title, "Snyk’s answer could not be used");
    assert!(!told.text.contains("in time"), "{}", told.text);
    let told = of(&failed(&local(Code::ProviderUnavailable)), "Fathom");
    assert_eq!(told.title, "Snyk is not answering");
    assert!(told.text.contains("in time"), "{}", told.text);
}

#[test]
fn a_refusal_of_ours_shows_the_way_out_that_the_server_names() {
    let mut problem = local(Code::Forbidden);
    problem.detail = "Open it at its own address.".to_owned();
    let told = of(&failed(&problem), "Fathom");
    assert_eq!(told.title, "This request was refused");
    assert_eq!(told.text, problem.detail);
    problem.detail.clear();
    assert_eq!(
        of(&failed(&problem), "Fathom").title,
        "You don’t have access"
    );
}

#[test]
fn an_unknown_code_shows_the_servers_own_words() {
    let mut problem = local(Code::Unknown);
    problem.title = "New".to_owned();
    problem.detail = "Something new.".to_owned();
    let outcome = of(&failed(&problem), "Fathom");
    assert_eq!(
        (outcome.title.as_str(), outcome.text.as_str()),
        ("New", "Something new.")
    );
}

#[test]
fn snyks_reason_is_cut_and_quoted() {
    let mut problem = local(Code::LoginRefused);
    problem.detail = "x".repeat(300);
    let text = of(&failed(&problem), "Fathom").text;
    assert!(text.contains(&format!("“{}”", "x".repeat(200))));
    assert!(!text.contains(&"x".repeat(201)));
}

#[test]
fn the_message_for_the_operator_names_app_code_request_and_time() {
    let mut problem = local(Code::Internal);
    problem.request_id = "01J".to_owned();
    assert_eq!(
        of(&failed(&problem), "Fathom").message("Fathom", "now"),
        "Fathom: internal in request 01J at now."
    );
}
