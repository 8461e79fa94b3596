//! Allocates ports for tests, each to only one test on this computer at a time.

use std::{
    net::{TcpListener, UdpSocket},
    ops::Range,
    sync::Mutex,
};

/// Range below the ephemeral ports of the operating system (from 32,768 on Linux, from 49,152
/// elsewhere). Neither an outgoing connection nor a server on port 0 can then take a port between
/// its allocation and its use, or while an app is killed and restarted.
const PORTS: Range<u16> = 16_000..32_000;

/// Reservations against other tests, which run in other processes: the UDP port of the same number,
/// which nothing else uses. The operating system frees it when the process ends in any way.
static RESERVED: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());

/// Returns a loopback port on which nothing listens, and which no other test is given while this
/// one runs.
#[must_use]
pub fn free_port() -> u16 {
    let length = u32::from(PORTS.end - PORTS.start);
    let first = getrandom::u32().expect("random numbers") % length;
    let ports = PORTS.cycle().skip(first as usize);
    for port in ports.take(length as usize) {
        if let Ok(kept) = UdpSocket::bind(("127.0.0.1", port))
            && TcpListener::bind(("127.0.0.1", port)).is_ok()
        {
            RESERVED.lock().expect("no test panics here").push(kept);
            return port;
        }
    }
    panic!("no port of {PORTS:?} is free");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_given_out_twice() {
        let mut ports: Vec<u16> = (0..200).map(|_| free_port()).collect();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 200);
        assert!(ports.iter().all(|port| PORTS.contains(port)));
    }
}
