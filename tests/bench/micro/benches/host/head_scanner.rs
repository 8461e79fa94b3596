//! The scanner of request heads: the head of a page's own read, as Chromium sends it.

use criterion::{BatchSize, Criterion, Throughput};
use snyk_app::transport::head_scanner::HeadScanner;

const HEAD: &str = "GET /api/connections/01JA0000000000000000000000/snyk/rest/orgs/\
4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11/projects?limit=100 HTTP/1.1\r\n\
Host: localhost:3000\r\n\
Connection: keep-alive\r\n\
sec-ch-ua-platform: \"Linux\"\r\n\
User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n\
Accept: */*\r\n\
sec-ch-ua: \"Chromium\";v=\"142\", \"Not_A Brand\";v=\"99\"\r\n\
sec-ch-ua-mobile: ?0\r\n\
Sec-Fetch-Site: same-origin\r\n\
Sec-Fetch-Mode: cors\r\n\
Sec-Fetch-Dest: empty\r\n\
Referer: http://localhost:3000/connections/01JA0000000000000000000000\r\n\
Accept-Encoding: gzip, deflate, br, zstd\r\n\
Accept-Language: en-US,en;q=0.9\r\n\
Cookie: snyk_app_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n\r\n";

pub(crate) fn all(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("head_scanner");
    group.throughput(Throughput::Bytes(HEAD.len() as u64));
    let mut whole = HEAD.as_bytes().to_vec();
    assert_eq!(HeadScanner::default().scan(&mut whole), Some(HEAD.len()));
    group.bench_function("a page's read", |bencher| {
        // A valid head is not changed, so the same bytes can be scanned again.
        bencher.iter_batched_ref(
            HeadScanner::default,
            |scanner| scanner.scan(&mut whole),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}
