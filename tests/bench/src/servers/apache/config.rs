//! The configuration of Apache.

use std::{fmt::Write as _, net::SocketAddr, path::Path};

use anyhow::{Result, ensure};

use super::{CLIENT_ID, CLIENT_SECRET};
use crate::servers::{Setting, text};

/// Where Debian keeps the modules.
const MODULES: &str = "/usr/lib/apache2/modules";
const NAMES: [&str; 8] = [
    "mpm_event",
    "authn_core",
    "authz_core",
    "authz_user",
    "auth_openidc",
    "headers",
    "proxy",
    "proxy_http",
];

pub(super) fn config(
    folder: &Path,
    address: SocketAddr,
    public: &str,
    issuer: &str,
    setting: &Setting,
) -> Result<String> {
    let upstream = &setting.upstream;
    // The default is 500, and above it the oldest session is signed out.
    let cached = (4 * setting.sessions).max(500);
    let root = text(folder)?;
    let port = address.port();
    // Apache compares the host with names of the certificate only, not with its addresses.
    let upstream_url = upstream.url().replace("127.0.0.1", "localhost");
    let mut config = String::new();
    for name in NAMES {
        load(&mut config, name)?;
    }
    let mut tls = String::new();
    if let Some(certificate) = &upstream.certificate {
        load(&mut config, "socache_shmcb")?;
        load(&mut config, "ssl")?;
        tls = format!(
            "SSLProxyEngine on\nSSLProxyCACertificateFile {}\n",
            text(certificate)?
        );
    }
    if rustix::process::geteuid().is_root() {
        // Apache refuses to run workers as root.
        config.push_str("User www-data\nGroup www-data\n");
    }
    write!(
        config,
        "ServerRoot {root}
ServerName localhost
DefaultRuntimeDir {root}
PidFile {root}/apache.pid
ErrorLog {root}/error.log
Listen 127.0.0.1:{port}
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 600
StartServers 2
ServerLimit 2
ThreadsPerChild 64
MaxRequestWorkers 128
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {CLIENT_ID}
OIDCClientSecret {CLIENT_SECRET}
OIDCRedirectURI {public}/callback
OIDCCryptoPassphrase only-for-benchmarks
OIDCScope openid
OIDCPKCEMethod S256
OIDCSessionType server-cache
OIDCCacheType shm
OIDCCacheShmMax {cached}
OIDCSessionInactivityTimeout 86400
OIDCPassClaimsAs environment
{tls}ProxyPass /callback !
ProxyPass / {upstream_url}/ keepalive=On ttl=3600 max=128
<Location />
    AuthType openid-connect
    Require valid-user
    RequestHeader set Authorization \"Bearer %{{OIDC_access_token}}e\"
    RequestHeader unset Cookie
</Location>
"
    )?;
    Ok(config)
}

fn load(config: &mut String, name: &str) -> Result<()> {
    let path = format!("{MODULES}/mod_{name}.so");
    ensure!(Path::new(&path).is_file(), "there is no {path}");
    writeln!(config, "LoadModule {name}_module {path}")?;
    Ok(())
}
