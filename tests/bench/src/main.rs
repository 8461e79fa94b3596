//! `cargo xtask bench`: measures the real server against a baseline in the same run: the overhead of
//! the proxy ([`proxy`]), or the cost of a large database ([`store`]).
//!
//! Every server is a separate process. The rounds alternate between the servers, so that other
//! activity on the machine affects both alike; the medians are reported. On a machine with few
//! cores the load generator competes with what it measures.

#![expect(clippy::print_stdout, reason = "it reports to a person")]

mod app;
mod fill;
mod load;
mod peer;
mod proxy;
mod store;
mod upstream;

use std::{
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Runtime::new()?;
    match words.as_slice() {
        ["upstream", address] => runtime.block_on(upstream::serve(address.parse()?)),
        ["peer", address, upstream] => runtime.block_on(peer::serve(address.parse()?, upstream)),
        ["proxy", program] => runtime.block_on(proxy::run(&std::fs::canonicalize(program)?)),
        ["store", program] => runtime.block_on(store::run(&std::fs::canonicalize(program)?)),
        _ => bail!("usage: bench proxy|store <path of snyk-app>"),
    }
}

/// A server process that is killed on drop.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    fn start(command: &mut Command) -> Result<Self> {
        Ok(Self(command.stdin(Stdio::null()).spawn()?))
    }

    fn id(&self) -> u32 {
        self.0.id()
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn free_address() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
