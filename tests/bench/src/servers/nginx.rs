//! nginx with kept connections to the upstream. It has no session: what a proxy in C costs at least.

use anyhow::Result;
use bench_options::Server as Kind;

use super::{Session, Setting, UnderTest, name, text};
use crate::{process::free_address, upstream};

pub(super) async fn start(setting: &Setting) -> Result<UnderTest> {
    let folder = tempfile::tempdir()?;
    let address = free_address()?;
    let mut server = upstream::nginx(folder.path(), &config(address, setting)?)?;
    server.listens(address).await?;
    Ok(UnderTest {
        name: name(Kind::Nginx),
        address,
        idle_mib: server.idle_mib().await?,
        server,
        sessions: vec![Session::default()],
        _folder: folder,
    })
}

fn config(address: std::net::SocketAddr, setting: &Setting) -> Result<String> {
    let upstream = setting.upstream.address;
    let (scheme, tls) = match &setting.upstream.certificate {
        Some(certificate) => {
            let certificate = text(certificate)?;
            let tls = format!(
                "proxy_ssl_trusted_certificate {certificate};
                proxy_ssl_verify on;
                proxy_ssl_name localhost;
                proxy_ssl_server_name on;"
            );
            ("https", tls)
        }
        None => ("http", String::new()),
    };
    Ok(format!(
        "upstream api {{
            server {upstream};
            keepalive 128;
            keepalive_requests 1000000000;
            keepalive_timeout 1h;
        }}
        server {{
            listen {address};
            location / {{
                proxy_pass {scheme}://api;
                proxy_http_version 1.1;
                proxy_set_header Connection \"\";
                proxy_set_header Host $host;
                proxy_set_header Cookie \"\";
                proxy_set_header Authorization \"Bearer a\";
                {tls}
            }}
        }}"
    ))
}
