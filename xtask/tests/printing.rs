//! Tests that output which cannot be written is lost, and that the exit code is not affected.

use std::{
    fs::OpenOptions,
    io::Write as _,
    net::TcpListener,
    process::{Command, Stdio},
};

#[test]
fn rel_13_output_that_goes_nowhere_or_blocks_is_no_panic_and_no_hang() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let full = || -> Stdio {
        let device = OpenOptions::new().write(true).open("/dev/full").unwrap();
        device.into()
    };
    let (gone, reader_gone) = std::io::pipe().unwrap();
    drop(gone);
    let (_reader, mut stuck) = std::io::pipe().unwrap();
    stuck.write_all(&vec![b'x'; 64 * 1024]).unwrap();
    for (stdout, stderr) in [
        (full(), full()),
        (reader_gone.try_clone().unwrap().into(), reader_gone.into()),
        (stuck.try_clone().unwrap().into(), stuck.into()),
    ] {
        // Prints the plan, and that the port is taken.
        let status = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["start", "--port", &port])
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(1));
    }
}
