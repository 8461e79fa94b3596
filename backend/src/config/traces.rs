//! Where traces are sent, by the variables that OpenTelemetry defines. Off without an endpoint.

use std::fmt;

use http::{HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use url::Url;

use super::reader::Reader;

/// The path of traces below the endpoint of all signals.
const PATH: &str = "v1/traces";

/// Where traces are sent, if they are wanted.
#[derive(Debug)]
pub struct Traces {
    /// The collector.
    pub collector: Option<Collector>,
}

/// A collector of traces, which speaks OTLP over HTTP.
pub struct Collector {
    /// The address that spans are posted to.
    pub endpoint: Url,
    /// Headers of each request, such as a key.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The name of this service.
    pub service_name: String,
    /// Which traces are recorded.
    pub sampler: Sampler,
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The headers may hold a secret.
        f.debug_struct("Collector")
            .field("endpoint", &self.endpoint.as_str())
            .field("service_name", &self.service_name)
            .field("sampler", &self.sampler)
            .finish_non_exhaustive()
    }
}

/// Which traces are recorded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampler {
    /// The share of those that begin here, from 0 to 1.
    pub share: f64,
    /// Whether the decision of the caller counts, if there is one.
    pub is_parent_based: bool,
}

impl Traces {
    /// Reads the section, or adds problems. Without an endpoint, the other variables are not read.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        const ALL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
        const TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
        let endpoint = match (reader.get(TRACES), reader.get(ALL)) {
            (Some(_), _) => reader.url(TRACES, ""),
            (None, Some(_)) => reader.url(ALL, "").map(below),
            (None, None) => return Some(Self { collector: None }),
        };
        let headers = reader.parse_with("OTEL_EXPORTER_OTLP_HEADERS", "", parse_headers);
        let service_name = reader.get("OTEL_SERVICE_NAME");
        let sampler = read_sampler(reader);
        Some(Self {
            collector: Some(Collector {
                endpoint: endpoint?,
                headers: headers?,
                service_name: service_name.unwrap_or_else(|| "snyk-app".to_owned()),
                sampler: sampler?,
            }),
        })
    }
}

/// Returns the address of traces below that of all signals.
fn below(mut endpoint: Url) -> Url {
    let path = format!("{}/{PATH}", endpoint.path().trim_end_matches('/'));
    endpoint.set_path(&path);
    endpoint
}

/// Parses `name=value` pairs separated by commas, with values in percent-encoding. The error never
/// holds a value.
fn parse_headers(text: &str) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
    let pairs = text
        .split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let name = name.trim().parse().ok()?;
            let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
            let mut value = HeaderValue::from_str(&value).ok()?;
            value.set_sensitive(true);
            Some((name, value))
        })
        .collect::<Option<_>>()
        .ok_or_else(|| {
            "is not a list of headers: write for instance api-key=...,other=...".to_owned()
        })
}

fn read_sampler(reader: &mut Reader<'_>) -> Option<Sampler> {
    // The share is `None` where the argument says it.
    let kinds = [
        ("parentbased_always_on", (Some(1.0), true)),
        ("parentbased_always_off", (Some(0.0), true)),
        ("parentbased_traceidratio", (None, true)),
        ("always_on", (Some(1.0), false)),
        ("always_off", (Some(0.0), false)),
        ("traceidratio", (None, false)),
    ];
    let kind = reader.choice("OTEL_TRACES_SAMPLER", kinds[0].0, &kinds);
    let argument = reader.parse_with("OTEL_TRACES_SAMPLER_ARG", "1", |text| {
        let share = text
            .parse()
            .ok()
            .filter(|share| (0.0..=1.0).contains(share));
        share.ok_or_else(|| "is not a share from 0 to 1, such as 0.1".to_owned())
    });
    let ((share, is_parent_based), argument) = (kind?, argument?);
    Some(Sampler {
        share: share.unwrap_or(argument),
        is_parent_based,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::raw::Raw;

    fn read(pairs: &[(&str, &str)]) -> Result<Option<Collector>, String> {
        let raw = Raw::from_pairs(pairs);
        let mut reader = Reader::new(&raw);
        let traces = Traces::read(&mut reader);
        match traces {
            Some(traces) => Ok(traces.collector),
            None => Err(reader.finish().into_report().to_string()),
        }
    }

    #[test]
    fn traces_are_off_without_an_endpoint() {
        let others = [("OTEL_TRACES_SAMPLER", "odd"), ("OTEL_SERVICE_NAME", "x")];
        assert!(read(&[]).unwrap().is_none());
        assert!(read(&others).unwrap().is_none());
    }

    #[test]
    fn the_endpoint_of_traces_is_used_as_it_is_and_that_of_all_signals_gets_a_path() {
        const ALL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
        const TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
        for (pairs, endpoint) in [
            (&[(ALL, "http://c:4318")][..], "http://c:4318/v1/traces"),
            (&[(ALL, "https://c/otlp/")], "https://c/otlp/v1/traces"),
            (&[(TRACES, "http://c:4318/x")], "http://c:4318/x"),
            (&[(ALL, "http://a"), (TRACES, "http://c/x")], "http://c/x"),
        ] {
            let collector = read(pairs).unwrap().unwrap();
            assert_eq!(collector.endpoint.as_str(), endpoint);
            assert_eq!(collector.service_name, "snyk-app");
        }
        for wrong in ["c:4318", "ftp://c", "http://user:canary@c"] {
            let told = read(&[(ALL, wrong)]).unwrap_err();
            assert!(told.contains(ALL) && !told.contains("canary"), "{told}");
        }
    }

    #[test]
    fn sec_51_headers_are_decoded_and_never_printed() {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c");
        let headers = |text| read(&[endpoint, ("OTEL_EXPORTER_OTLP_HEADERS", text)]);
        let collector = headers("api-key=canary%3D1, x=2=3,").unwrap().unwrap();
        let read: Vec<_> = collector
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        assert_eq!(read, [("api-key", "canary=1"), ("x", "2=3")]);
        assert!(!format!("{collector:?}").contains("canary"));
        for wrong in ["canary", "a b=canary", "x=canary%0A"] {
            let told = headers(wrong).unwrap_err();
            assert!(told.contains("OTEL_EXPORTER_OTLP_HEADERS"), "{told}");
            assert!(!told.contains("canary"), "{told}");
        }
    }

    #[test]
    fn the_sampler_is_one_that_opentelemetry_names() {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c");
        let sampler = |kind, share| {
            let pairs = [
                endpoint,
                ("OTEL_TRACES_SAMPLER", kind),
                ("OTEL_TRACES_SAMPLER_ARG", share),
            ];
            let sampler = read(&pairs).map(|collector| collector.unwrap().sampler);
            sampler.map(|one| ((one.share * 100.0).round(), one.is_parent_based))
        };
        for (kind, share, expected) in [
            ("", "", (100.0, true)),
            ("parentbased_always_off", "", (0.0, true)),
            ("parentbased_traceidratio", "0.25", (25.0, true)),
            ("always_on", "0.25", (100.0, false)),
            ("traceidratio", "", (100.0, false)),
        ] {
            assert_eq!(sampler(kind, share).unwrap(), expected, "{kind} {share}");
        }
        assert!(sampler("jaeger_remote", "").is_err());
        for share in ["-1", "2", "NaN", "x"] {
            assert!(sampler("traceidratio", share).is_err(), "{share}");
        }
    }
}
