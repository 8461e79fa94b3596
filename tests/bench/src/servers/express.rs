//! An Express gateway, `gateway.mjs`: one Node.js process, as most of them run.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use bench_options::Server as Kind;
use http::header;

use super::{Session, Setting, UnderTest, name};
use crate::{
    http_client::http_client,
    npm,
    process::{Server, free_address},
};

pub(super) async fn start(setting: &Setting) -> Result<UnderTest> {
    let folder = tempfile::tempdir()?;
    let address = free_address()?;
    let mut command = npm::script("gateway.mjs", folder.path())?;
    command
        .env_clear()
        .env("NODE_ENV", "production")
        .env("PORT", address.port().to_string())
        .env("UPSTREAM", setting.upstream.url());
    if let Some(certificate) = &setting.upstream.certificate {
        command.env("CERTIFICATE", certificate);
    }
    let mut server = Server::start(&mut command, &folder.path().join("output.log"))?;
    server.listens(address).await?;
    let idle_mib = server.idle_mib().await?;
    let mut sessions = Vec::new();
    for _ in 0..setting.sessions {
        sessions.push(sign_in(address).await?);
    }
    Ok(UnderTest {
        name: name(Kind::Express),
        address,
        server,
        sessions,
        idle_mib,
        _folder: folder,
    })
}

async fn sign_in(address: SocketAddr) -> Result<Session> {
    let answer = http_client()
        .post(format!("http://{address}/login"))
        .send()
        .await?;
    ensure!(answer.status().is_success(), "{}", answer.status());
    let set = answer
        .headers()
        .get(header::SET_COOKIE)
        .context("no cookie")?;
    let cookie = set.to_str()?.split(';').next().map(str::to_owned);
    Ok(Session {
        cookie,
        ..Session::default()
    })
}
