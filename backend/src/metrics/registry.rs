//! A registry that returns the metrics that are added to it.

use prometheus_client::{
    encoding::EncodeMetric,
    metrics::{
        TypedMetric,
        counter::Counter,
        family::{Family, MetricConstructor},
        histogram::Histogram,
    },
    registry::{Metric, Registry},
};

/// Upper bounds in seconds, from a hit in a cache to the longest call.
const SECONDS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0,
];

/// The labels of a series: names and words.
pub(super) type Labels<const N: usize> = [(&'static str, &'static str); N];

/// Creates histograms with the buckets of [`SECONDS`].
#[derive(Clone, Debug)]
pub(super) struct InSeconds;

impl MetricConstructor<Histogram> for InSeconds {
    fn new_metric(&self) -> Histogram {
        Histogram::new(SECONDS)
    }
}

/// A registry that returns what is added to it.
#[derive(Debug)]
pub(super) struct Named(pub(super) Registry);

impl Named {
    pub(super) fn add<M: Metric + Clone>(&mut self, name: &str, help: &str, metric: M) -> M {
        self.0.register(name, help, metric.clone());
        metric
    }

    /// Adds a metric for each word.
    pub(super) fn each<M, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        (label, words): (&'static str, [&'static str; N]),
    ) -> [M; N]
    where
        M: Metric + Clone + Default + EncodeMetric + TypedMetric,
    {
        let family: Family<Labels<1>, M> = self.add(name, help, Family::default());
        words.map(|word| family.get_or_create_owned(&[(label, word)]))
    }

    /// Adds a counter for each pair of words.
    pub(super) fn counters<const N: usize, const M: usize>(
        &mut self,
        name: &str,
        help: &str,
        (one, ones): (&'static str, [&'static str; N]),
        (other, others): (&'static str, [&'static str; M]),
    ) -> [[Counter; M]; N] {
        let family: Family<Labels<2>, Counter> = self.add(name, help, Family::default());
        let counter = |at, by| family.get_or_create_owned(&[(one, at), (other, by)]);
        ones.map(|at| others.map(|by| counter(at, by)))
    }

    /// Adds a histogram of seconds for each word.
    pub(super) fn durations<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        (label, words): (&'static str, [&'static str; N]),
    ) -> [Histogram; N] {
        let family: Family<Labels<1>, Histogram, InSeconds> =
            self.add(name, help, Family::new_with_constructor(InSeconds));
        words.map(|word| family.get_or_create_owned(&[(label, word)]))
    }
}
