//! The vault: an access token of Snyk's size, as it is stored and read.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use domain::vault::{AssociatedData, Purpose, Vault};
use secrecy::SecretString;

const PLACE: AssociatedData<'_> = AssociatedData {
    table: "connections",
    column: "access_token",
    row: "01JA0000000000000000000000",
};

pub(crate) fn all(criterion: &mut Criterion) {
    let secret = SecretString::from("0123456789abcdef0123456789abcdef");
    let token = "a".repeat(800);
    let vault = Vault::new(&secret, &[]);
    let sealed = vault
        .seal(Purpose::Tokens, PLACE, token.as_bytes())
        .unwrap();
    let opened = vault.open(Purpose::Tokens, PLACE, &sealed).unwrap();
    assert_eq!(*opened, token.as_bytes());
    let mut group = criterion.benchmark_group("vault");
    group.throughput(Throughput::Bytes(token.len() as u64));
    group.bench_function("seal 800 bytes", |bencher| {
        bencher.iter(|| vault.seal(Purpose::Tokens, PLACE, black_box(token.as_bytes())));
    });
    group.bench_function("open 800 bytes", |bencher| {
        bencher.iter(|| vault.open(Purpose::Tokens, PLACE, black_box(&sealed)));
    });
    group.finish();
    let mut group = criterion.benchmark_group("vault_keys");
    group.bench_function("derive from a secret", |bencher| {
        bencher.iter(|| Vault::new(black_box(&secret), &[]));
    });
    group.finish();
}
