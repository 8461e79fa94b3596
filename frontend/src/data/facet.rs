//! Facets: properties of projects that have few values. The values are Snyk's, and new ones may
//! appear at any time.

use super::{index_sort, row::Row, selection::tally, unknown};

/// A property with few values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Facet {
    /// The source from which a project was added.
    Origin,
    /// The project type.
    Type,
    /// The status: active or inactive.
    Status,
}

impl Facet {
    /// All facets, in the order of the page.
    pub const ALL: [Self; 3] = [Self::Origin, Self::Type, Self::Status];

    /// Returns the name in the address.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Type => "type",
            Self::Status => "status",
        }
    }

    /// Returns the label.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Origin => "Origin",
            Self::Type => "Type",
            Self::Status => "Status",
        }
    }

    /// Returns a row's value.
    #[must_use]
    pub fn of(self, row: &Row) -> &str {
        match self {
            Self::Origin => &row.origin,
            Self::Type => &row.kind,
            Self::Status => &row.status,
        }
    }

    /// Returns the usual name of a value, or the value as Snyk writes it if no other name is known.
    #[must_use]
    pub fn called(self, value: &str) -> &str {
        match (self, value) {
            (Self::Origin, "github") => "GitHub",
            (Self::Origin, "github-enterprise") => "GitHub Enterprise",
            (Self::Origin, "github-cloud-app") => "GitHub Cloud App",
            (Self::Origin, "github-server-app") => "GitHub Server App",
            (Self::Origin, "gitlab") => "GitLab",
            (Self::Origin, "bitbucket-cloud") => "Bitbucket Cloud",
            (Self::Origin, "bitbucket-connect-app") => "Bitbucket Connect App",
            (Self::Origin, "bitbucket-server") => "Bitbucket Server",
            (Self::Origin, "azure-repos") => "Azure Repos",
            (Self::Origin, "cli") => "CLI",
            (Self::Origin, "docker-hub") => "Docker Hub",
            (Self::Origin, "ecr") => "ECR",
            (Self::Origin, "gcr") => "GCR",
            (Self::Origin, "acr") => "ACR",
            (Self::Origin, "kubernetes") => "Kubernetes",
            (Self::Type, "sast") => "code",
            (Self::Type, "gomodules") => "Go modules",
            (Self::Type, "golangdep") => "Go dep",
            (Self::Type, "nuget") => "NuGet",
            (Self::Type, "rubygems") => "RubyGems",
            (Self::Type, "cocoapods") => "CocoaPods",
            (Self::Type, "maven") => "Maven",
            (Self::Type, "gradle") => "Gradle",
            (Self::Type, "composer") => "Composer",
            (Self::Type, "poetry") => "Poetry",
            (Self::Type, "yarn") => "Yarn",
            (Self::Type, "dockerfile") => "Dockerfile",
            (Self::Type, "helmconfig") => "Helm",
            (Self::Type, "k8sconfig") => "Kubernetes configuration",
            (Self::Type, "terraformconfig") => "Terraform",
            (Self::Type, "cloudformationconfig") => "CloudFormation",
            (Self::Type, "armconfig") => "ARM",
            (_, unknown::WORD) => unknown::LABEL,
            (_, value) => value,
        }
    }

    /// Returns the values that occur and their counts, the most frequent first.
    #[must_use]
    pub fn occurring(self, rows: &[impl AsRef<Row>]) -> Vec<(String, u64)> {
        let values = tally(&[], rows.iter().map(|row| self.of(row.as_ref())));
        let mut order: Vec<_> = (0..values.len()).collect();
        // Values with equal counts are in alphabetical order.
        index_sort::sort(&mut order, &|one, other| {
            let ((one, few), (other, many)) = (&values[one], &values[other]);
            many.cmp(few).then_with(|| one.cmp(other))
        });
        order.into_iter().map(|at| values[at].clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::row::tests::row;

    #[test]
    fn only_values_that_occur_are_offered_the_most_frequent_first() {
        let rows = [
            row("a", "npm", "gitlab", [0; 4]),
            row("b", "maven", "github", [0; 4]),
            row("c", "npm", "space-station", [0; 4]),
        ];
        let types = Facet::Type.occurring(&rows);
        assert_eq!(types, [("npm".to_owned(), 2), ("maven".to_owned(), 1)]);
        assert_eq!(Facet::Origin.occurring(&rows).len(), 3);
        let none: [Row; 0] = [];
        assert_eq!(Facet::Status.occurring(&none), []);
    }

    #[test]
    fn a_value_that_is_not_known_is_called_as_snyk_writes_it() {
        assert_eq!(Facet::Origin.called("github"), "GitHub");
        assert_eq!(Facet::Origin.called("space-station"), "space-station");
        assert_eq!(Facet::Type.called("github"), "github");
        assert_eq!(Facet::Type.called("sast"), "code");
        assert_eq!(Facet::Type.called("npm"), "npm");
        assert_eq!(
            Facet::ALL.map(|facet| facet.called("unknown")),
            ["Unknown"; 3]
        );
    }
}
