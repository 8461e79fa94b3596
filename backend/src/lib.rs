//! snyk-app
