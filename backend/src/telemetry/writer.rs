//! A bounded queue of log lines, and the thread that writes them.

use std::{
    collections::VecDeque,
    io::{self, ErrorKind, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// Maximum number of queued bytes. Lines beyond it are dropped and counted.
const CAPACITY_BYTES: usize = 4 * 1024 * 1024;
/// Interval between attempts to report lost lines while nothing else is logged.
const NOTICE_RETRY_INTERVAL: Duration = Duration::from_millis(500);
/// Delay before a write is retried that would have blocked, since another process made the
/// descriptor non-blocking.
const RETRY_DELAY: Duration = Duration::from_millis(10);

/// Formats the line that reports how many lines were lost.
type Notice = fn(u64) -> Vec<u8>;

/// A log writer that never blocks, fails or panics.
#[derive(Clone, Debug)]
pub(super) struct LogWriter(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Signals that a line was queued.
    pushed: Condvar,
    /// Signals that the queue is empty and no line is being written.
    drained: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Number of dropped or unwritable lines that are not reported yet.
    lost: u64,
    is_writing: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogWriter {
    /// Starts the thread that writes to `output`. If no thread can be created, all lines are lost.
    pub(super) fn start(output: impl Write + Send + 'static, notice: Notice) -> Self {
        let shared = Arc::new(Shared::default());
        let queue = Arc::clone(&shared);
        let _ = thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_all(&queue, Output::new(output), notice));
        Self(shared)
    }

    /// Queues a line, or drops it if the queue is full.
    pub(super) fn push(&self, line: Vec<u8>) {
        let mut state = self.0.lock();
        if state.bytes + line.len() > CAPACITY_BYTES {
            state.lost += 1;
            return;
        }
        state.bytes += line.len();
        state.lines.push_back(line);
        drop(state);
        self.0.pushed.notify_one();
    }

    /// Waits until every line is written or lost, but no longer than `timeout`.
    pub(super) fn flush(&self, timeout: Duration) {
        let state = self.0.lock();
        let _ = self.0.drained.wait_timeout_while(state, timeout, |state| {
            !state.lines.is_empty() || state.is_writing
        });
    }
}

impl Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes queued lines, forever.
fn write_all(shared: &Shared, mut output: Output<impl Write>, notice: Notice) {
    let mut retry_at = Instant::now();
    loop {
        let mut state = shared.lock();
        state.is_writing = false;
        if state.lines.is_empty() {
            shared.drained.notify_all();
        }
        while state.lines.is_empty() && (state.lost == 0 || Instant::now() < retry_at) {
            state = if state.lost == 0 {
                shared
                    .pushed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner)
            } else {
                let (state, _) = shared
                    .pushed
                    .wait_timeout(state, NOTICE_RETRY_INTERVAL)
                    .unwrap_or_else(PoisonError::into_inner);
                state
            };
        }
        let line = state.lines.pop_front();
        state.bytes -= line.as_ref().map_or(0, Vec::len);
        let lost = state.lost;
        state.is_writing = true;
        drop(state);

        // The notice goes before the line that follows the lost ones, as nearly as possible.
        let mut is_written = lost == 0 || output.write_line(&notice(lost)).is_ok();
        if is_written && lost > 0 {
            shared.lock().lost -= lost;
        }
        if let Some(line) = line {
            is_written = is_written && output.write_line(&line).is_ok();
            if !is_written {
                shared.lock().lost += 1;
            }
        }
        if !is_written {
            retry_at = Instant::now() + NOTICE_RETRY_INTERVAL;
        }
    }
}

/// An output that writes lines completely or not at all, as nearly as possible.
struct Output<W> {
    writer: W,
    /// Whether a line was cut off. The next write then starts a new line.
    is_mid_line: bool,
}

impl<W: Write> Output<W> {
    fn new(writer: W) -> Self {
        Self {
            writer,
            is_mid_line: false,
        }
    }

    fn write_line(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_mid_line {
            self.write_bytes(b"\n")?;
            self.is_mid_line = false;
        }
        self.write_bytes(line)
    }

    fn write_bytes(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.writer.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => {
                    bytes = &bytes[count..];
                    self.is_mid_line = !bytes.is_empty();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(RETRY_DELAY),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{self, Receiver, Sender};

    use super::*;

    /// A writer whose results the test decides, and which records the written bytes.
    struct Disk {
        results: Receiver<WriteResult>,
        written: Sender<Vec<u8>>,
    }

    enum WriteResult {
        Succeeds,
        Half,
        Fails(ErrorKind),
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // Once the test sends no more results, every write succeeds.
            let count = match self.results.recv() {
                Ok(WriteResult::Fails(kind)) => return Err(kind.into()),
                Ok(WriteResult::Half) => bytes.len() / 2,
                Ok(WriteResult::Succeeds) | Err(_) => bytes.len(),
            };
            let _ = self.written.send(bytes[..count].to_vec());
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn start_writer() -> (LogWriter, Sender<WriteResult>, Receiver<Vec<u8>>) {
        let (result, results) = mpsc::channel();
        let (written, writes) = mpsc::channel();
        let notice: Notice = |count| format!("{count} lost\n").into_bytes();
        let log = LogWriter::start(Disk { results, written }, notice);
        (log, result, writes)
    }

    /// Returns the text written from now on, up to `words`.
    fn written_until(writes: &Receiver<Vec<u8>>, words: &str) -> String {
        let mut text = String::new();
        while !text.contains(words) {
            let bytes = writes.recv_timeout(Duration::from_secs(30)).unwrap();
            text.push_str(&String::from_utf8(bytes).unwrap());
        }
        text
    }

    #[test]
    fn rel_13_a_line_that_cannot_be_written_is_counted_and_reported_before_the_next() {
        let (log, disk, writes) = start_writer();
        // Both lines are queued before the disk responds. The second is lost with the notice about
        // the first.
        log.push(b"one\n".to_vec());
        log.push(b"two\n".to_vec());
        for kind in [ErrorKind::StorageFull, ErrorKind::BrokenPipe] {
            disk.send(WriteResult::Fails(kind)).unwrap();
        }
        drop(disk);
        log.push(b"three\n".to_vec());
        let text = written_until(&writes, "three\n");
        assert_eq!(text, "2 lost\nthree\n", "told where they are missing");
    }

    #[test]
    fn rel_13_lost_lines_are_reported_though_nothing_more_is_logged() {
        let (log, disk, writes) = start_writer();
        disk.send(WriteResult::Fails(ErrorKind::StorageFull))
            .unwrap();
        log.push(b"one\n".to_vec());
        drop(disk);
        assert_eq!(written_until(&writes, "lost\n"), "1 lost\n");
    }

    #[test]
    fn rel_13_a_line_that_broke_off_is_ended_before_the_next() {
        let (log, disk, writes) = start_writer();
        disk.send(WriteResult::Half).unwrap();
        disk.send(WriteResult::Fails(ErrorKind::StorageFull))
            .unwrap();
        log.push(b"abcdef\n".to_vec());
        drop(disk);
        assert_eq!(written_until(&writes, "lost\n"), "abc\n1 lost\n");
    }

    #[test]
    fn rel_13_a_write_that_would_block_is_tried_again_and_loses_nothing() {
        let (log, disk, writes) = start_writer();
        for kind in [ErrorKind::WouldBlock, ErrorKind::Interrupted] {
            disk.send(WriteResult::Fails(kind)).unwrap();
        }
        disk.send(WriteResult::Succeeds).unwrap();
        log.push(b"one\n".to_vec());
        assert_eq!(written_until(&writes, "one\n"), "one\n");
    }

    #[test]
    fn rel_13_a_write_that_blocks_keeps_nobody_and_the_queue_is_bounded() {
        let (log, disk, writes) = start_writer();
        // No result yet: the thread blocks in the first write.
        let line = vec![b'x'; 64 * 1024];
        for _ in 0..1_000 {
            log.push(line.clone());
        }
        assert!(log.0.lock().bytes <= CAPACITY_BYTES);
        log.flush(Duration::from_millis(10));
        let lost = log.0.lock().lost;
        assert!(lost >= 1_000 - 65, "{lost}");
        drop(disk);
        // In several notices, if the thread took its first line only after some were lost.
        let mut reported = 0;
        while reported < lost {
            let text = written_until(&writes, " lost\n");
            let count = text.trim_end_matches(" lost\n").rsplit(['x', '\n']).next();
            reported += count.unwrap().parse::<u64>().unwrap();
        }
        assert_eq!(reported, lost);
        log.flush(Duration::from_secs(30));
        assert_eq!(log.0.lock().bytes, 0);
    }
}
