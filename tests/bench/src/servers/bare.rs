//! The baseline, `bin/bare_proxy.rs`.

use std::{net::SocketAddr, process::Command};

use anyhow::Result;
use bench_options::Server as Kind;

use super::{Session, Setting, UnderTest, name};
use crate::{
    process::{Server, free_address},
    programs,
};

/// Returns the arguments of the bare proxy.
pub(crate) fn arguments(address: SocketAddr, setting: &Setting) -> Vec<String> {
    let certificate = setting.upstream.certificate.as_ref();
    let certificate = certificate.map(|path| path.display().to_string());
    [address.to_string(), setting.upstream.url()]
        .into_iter()
        .chain(certificate)
        .collect()
}

pub(super) async fn start(setting: &Setting) -> Result<UnderTest> {
    let folder = tempfile::tempdir()?;
    let address = free_address()?;
    let mut server = Server::start(
        Command::new(programs::bare_proxy()?).args(arguments(address, setting)),
        &folder.path().join("output.log"),
    )?;
    server.listens(address).await?;
    Ok(UnderTest {
        name: name(Kind::Bare),
        address,
        idle_mib: server.idle_mib().await?,
        server,
        sessions: vec![Session::default()],
        _folder: folder,
    })
}
