//! Token responses that no JSON library would write: if the tokens can be found at all, they are
//! kept, because the presented token is spent.

use serde_json::{Value, json};
use tests::{Bed, client::Client, registration::SCOPES};

/// Returns a response whose body is this text, around the members of the real response.
fn text(text: &str) -> Value {
    json!({ "kind": "template", "text": text })
}

/// Returns the same response with another media type.
fn typed(content_type: &str, body: &str) -> Value {
    json!({ "kind": "template", "text": body, "content_type": content_type })
}

const PAIR: &str = r#""access_token":"{{access_token}}","refresh_token":"{{refresh_token}}""#;

/// Returns responses with a token pair and an unusual member.
fn odd_answers() -> Vec<Value> {
    let with_members = |members: &str| text(&format!("{{{PAIR},{members}}}"));
    let around = |before: &str, after: &str| text(&format!("{before}{{{PAIR}}}{after}"));
    let plain = format!("{{{PAIR}}}");
    let deep = format!("\"x\":{}{}", "[".repeat(9_000), "]".repeat(9_000));
    let deep_objects = format!("\"x\":{}1{}", "{\"x\":".repeat(9_000), "}".repeat(9_000));
    vec![
        with_members(
            r#""expires_in":3599,"expires_in":3599,"token_type":"bearer","token_type":"bearer""#,
        ),
        with_members(r#""access_token":"{{access_token}}","refresh_token":"{{refresh_token}}""#),
        text(&format!(
            r#"{{"access_token":"first","refresh_token":"first",{PAIR}}}"#
        )),
        with_members(r#""refresh_token":null,"access_token":"""#),
        with_members(r#""bot_id":"Team \ud83d","x":"\udc00\ud83d\ude00""#),
        with_members(r#""token_type":"\ud83d""#),
        with_members("\"x\":\"a\tb\nc\u{0}\""),
        with_members(r#""x":"\q \u12 \u{1}","y":'it''s'"#),
        json!({ "kind": "template", "latin1": true,
            "text": format!("{{\"bot_id\":\"caf\u{e9} \u{ff}\u{fe}\",{PAIR}}}") }),
        with_members(&deep),
        with_members(&deep_objects),
        with_members(r#""expires_in":-1,"refresh_expires_in":-5"#),
        with_members(r#""expires_in":null,"token_type":null"#),
        with_members(r#""expires_in":"3599","token_type":"BEARER""#),
        with_members(r#""expires_in":3599.5,"refresh_expires_in":1e400"#),
        with_members(r#""expires_in":99999999999999999999999,"token_type":["bearer"]"#),
        with_members(r#""expires_in":0,"token_type":"mac""#),
        with_members(r#""previous":{"access_token":"old","refresh_token":"old"}"#),
        text(&format!(
            r#"{{"previous":{{"access_token":"old"}},{PAIR},"next":{{"refresh_token":"none"}}}}"#
        )),
        with_members(r#""note":"{\"access_token\":\"x\",\"refresh_token\":\"y\"}""#),
        text(&plain),
        around("\u{feff}", ""),
        around(" \r\n\t", "\n\n"),
        around("", "\n<!-- cached by a gateway, 5\" wide -->"),
        around("", "{\"access_token\":\"second\"}"),
        around(")]}',\n", ""),
        around("It is 5\" wide:\n", ""),
        around("function() { return \"", ""),
        around("[", "]"),
        around("[[], {\"x\":1}, ", "]"),
        around("{\"data\":{\"attributes\":", "}}"),
        text(&plain.replace(',', " ")),
        text(&format!("{{{PAIR},")),
        text(plain.trim_end_matches('}')),
        text(&plain.replace("\":", "\" \n:\t")),
        typed("", &plain),
        typed("text/plain; charset=utf-8", &plain),
        typed("text/html", &plain),
        typed("application/octet-stream", &plain),
        typed(
            "text/html",
            &format!("<!DOCTYPE html><p id=\"x\">{plain}</p>"),
        ),
        json!({ "kind": "template", "text": plain, "status": 201 }),
        json!({ "kind": "template", "text": plain, "breaks_off": true }),
        json!({ "kind": "template", "text": format!("{{{PAIR},\"scope\":\"org.re"), "breaks_off": true }),
        json!({ "kind": "large", "bytes": 200_000 }),
        json!({ "kind": "large", "bytes": 30_000_000 }),
    ]
}

/// Returns responses that do not state the granted scopes.
fn without_scopes() -> Vec<Value> {
    [
        r#""""#,
        r#"" ""#,
        r#"" \t\n ""#,
        r#"",""#,
        r#"", ,""#,
        "[]",
        r#"["", " "]"#,
        "[null, 5]",
        "null",
        "5",
        "{}",
        "true",
        r#""\ud83d""#,
    ]
    .iter()
    .map(|scope| text(&format!("{{{PAIR},\"scope\":{scope}}}")))
    .collect()
}

/// Returns responses that state the granted scopes in an unusual format.
fn with_unusual_scopes() -> Vec<Value> {
    [
        r#""org.read,org.project.read, org.project.snapshot.read""#,
        r#""org.read\norg.project.read \u00a0\ud83d org.project.snapshot.read""#,
        r#"["org.read", "org.project.read", "org.project.snapshot.read"]"#,
        r#"["org.read", null, ["org.project.read"], "org.project.snapshot.read"]"#,
    ]
    .iter()
    .map(|scope| text(&format!("{{{PAIR},\"scope\":{scope}}}")))
    .collect()
}

async fn with_fault(bed: &Bed, endpoint: &str, fault: &Value) {
    bed.sandbox
        .fault(json!({ "on": { "endpoint": endpoint }, "times": 1, "fault": fault }))
        .await;
}

/// Refreshes twice, the first time with a fault; returns a description of any failure.
async fn refresh_under(bed: &Bed, browser: &mut Client, fault: &Value) -> Option<String> {
    let connection = bed.connect(browser).await;
    let path = format!("/api/connections/{}", connection["id"].as_str().unwrap());
    let before = bed.sandbox.count("token_refresh").await;
    with_fault(bed, "token.refresh", fault).await;
    let first = browser.post(&format!("{path}/refresh"), &json!({})).await;
    bed.sandbox.heal().await;
    let presented = bed.sandbox.count("token_refresh").await - before;
    if (first.status, presented) != (200, 1) {
        return Some(format!(
            "{} after {presented}: {}",
            first.status, first.text
        ));
    }
    if first.json()["scopes"] != connection["scopes"] {
        return Some(format!("other scopes: {}", first.json()["scopes"]));
    }
    let read = browser.get(&format!("{path}/snyk/rest/self")).await;
    let second = browser.post(&format!("{path}/refresh"), &json!({})).await;
    let statuses = (read.status, second.status);
    (statuses != (200, 200)).then(|| format!("read and second refresh: {statuses:?}"))
}

#[tokio::test]
async fn sec_43_a_refresh_whose_answer_has_the_tokens_somewhere_is_presented_once_and_kept() {
    let bed = Bed::with(&["--rotation", "strict"], &[("LOG", "warn")]).await;
    let mut browser = bed.browser();
    let mut wrong = Vec::new();
    let mut answers = odd_answers();
    answers.extend(without_scopes());
    answers.extend(with_unusual_scopes());
    for fault in answers {
        if let Some(why) = refresh_under(&bed, &mut browser, &fault).await {
            let mut fault = fault.to_string();
            fault.truncate(200);
            wrong.push(format!("{fault}\n    {why}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(bed.sandbox.count("reuses").await, 0);
}

#[tokio::test]
async fn sec_43_a_sign_in_whose_answer_has_the_tokens_somewhere_is_finished() {
    let bed = Bed::with(&["--rotation", "strict"], &[("LOG", "warn")]).await;
    let mut wrong = Vec::new();
    let mut answers = odd_answers();
    answers.extend(without_scopes());
    for fault in answers {
        let mut browser = bed.browser();
        with_fault(&bed, "token.code", &fault).await;
        let answer = bed.finish_after_consent(&mut browser, "group").await;
        bed.sandbox.heal().await;
        let scopes: Vec<_> = SCOPES.split(' ').collect();
        if answer.status != 201 || answer.json()["connection"]["scopes"] != json!(scopes) {
            let mut fault = fault.to_string();
            fault.truncate(200);
            wrong.push(format!("{fault}\n    {} {}", answer.status, answer.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Half a token is not accepted: the refresh is repeated, which the provider's grace period
/// answers.
#[tokio::test]
async fn sec_43_what_is_no_whole_pair_is_not_kept_as_one() {
    let bed = Bed::with(&["--rotation", "grace:60"], &[]).await;
    for fault in [
        json!({ "kind": "template", "text": "{\"refresh_token\":\"{{refresh_token}}\",\"access_token\":\"{{access_token}}", "breaks_off": true }),
        json!({ "kind": "template", "text": "{\"access_token\":\"{{access_token}}\",\"refresh_token\":\"{{refresh_token}}", "breaks_off": true }),
        json!({ "kind": "template", "text": "{\"access_token\":\"{{access_token}}\",", "breaks_off": true }),
        text("{\"access_token\":\"a b\\u0000\",\"refresh_token\":\"{{refresh_token}}\"}"),
        text("{\"access_token\":[\"{{access_token}}\"],\"refresh_token\":\"{{refresh_token}}\"}"),
        text(""),
        json!({ "kind": "truncated" }),
    ] {
        let mut browser = bed.browser();
        let connection = bed.connect(&mut browser).await;
        let path = format!(
            "/api/connections/{}/refresh",
            connection["id"].as_str().unwrap()
        );
        let before = bed.sandbox.count("token_refresh").await;
        with_fault(&bed, "token.refresh", &fault).await;
        let answer = browser.post(&path, &json!({})).await;
        bed.sandbox.heal().await;
        let presented = bed.sandbox.count("token_refresh").await - before;
        assert_eq!(
            (answer.status, presented),
            (200, 2),
            "{fault}: {}",
            answer.text
        );
        assert_eq!(browser.post(&path, &json!({})).await.status, 200, "{fault}");
    }
}
