//! The allow-list of the proxy: a read of its first template, of a later one, and a refused one.

use std::hint::black_box;

use criterion::Criterion;
use domain::allow_list::allowed;

const ORG: &str = "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11";

pub(crate) fn all(criterion: &mut Criterion) {
    let issue = format!("rest/orgs/{ORG}/issues/{ORG}");
    let projects = format!("rest/orgs/{ORG}/projects");
    let mut group = criterion.benchmark_group("allow_list");
    for (name, path, query) in [
        ("identity", "rest/self", None),
        (
            "projects",
            projects.as_str(),
            Some("limit=100&meta.latest_issue_counts=true"),
        ),
        ("issue", &issue, None),
        ("refused path", "rest/orgs/../self", None),
        ("refused query", &projects, Some("limit=100&evil=1")),
    ] {
        let is_refused = name.starts_with("refused");
        assert_eq!(allowed(path, query).is_err(), is_refused, "{name}");
        group.bench_function(name, |bencher| {
            bencher.iter(|| allowed(black_box(path), black_box(query)));
        });
    }
    group.finish();
}
