//! What the load programs share: the program under test as a child process, and the times that they took.

pub mod h2;
pub mod http;
pub mod server;
pub mod thrift;

use std::fmt::Write;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The program under test.
#[derive(Debug)]
pub struct Program {
    child: Child,
    spawned: Instant,
}

impl Program {
    /// Starts `command`. Its output is dropped, or shown if the environment has `SHOW`.
    ///
    /// # Errors
    ///
    /// Fails if there is no such program.
    pub fn spawn(command: &[String], env: &[(&str, &str)]) -> io::Result<Self> {
        let [binary, arguments @ ..] = command else {
            return Err(io::Error::other("no program is named"));
        };
        let output = || match std::env::var_os("SHOW") {
            Some(_) => Stdio::inherit(),
            None => Stdio::null(),
        };
        let spawned = Instant::now();
        let child = Command::new(binary)
            .args(arguments)
            .envs(env.iter().copied())
            .process_group(0)
            .stdout(Stdio::null())
            .stderr(output())
            .spawn()
            .map_err(|error| io::Error::other(format!("`{binary}` does not start: {error}")))?;
        Ok(Self { child, spawned })
    }

    /// Returns when it was started.
    #[must_use]
    pub fn spawned(&self) -> Instant {
        self.spawned
    }

    /// Returns how long its threads have run so far.
    #[must_use]
    pub fn run_time(&self) -> Duration {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id()));
        let of = |task: fs::DirEntry| -> Option<u64> {
            // nanoseconds on a processor, then those waiting for one: finer than the ticks of `stat`
            let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split_whitespace().next()?.parse().ok()
        };
        let nanos = tasks.into_iter().flatten().flatten().filter_map(of).sum();
        Duration::from_nanos(nanos)
    }

    /// Returns a number of `/proc/PID/status`, such as `VmHWM` in KB; 0 if it is not there.
    #[must_use]
    pub fn status(&self, key: &str) -> u64 {
        let text =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
            .unwrap_or(0)
    }

    /// Ends it: by SIGTERM, so that a profiler writes its totals, and with force if that does not help.
    pub fn end(mut self) {
        self.signal("-TERM");
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            if let Ok(Some(_)) = self.child.try_wait() {
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
        self.signal("-KILL");
        let _ = self.child.wait();
    }

    /// Signals its group: what traces it may leave it behind.
    fn signal(&self, signal: &str) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill")
            .args([signal, "--", &group])
            .stderr(Stdio::null())
            .status();
    }
}

/// Round trips.
#[derive(Debug)]
pub struct Trips(Vec<Duration>);

impl Trips {
    /// Takes them in any order.
    #[must_use]
    pub fn new(mut trips: Vec<Duration>) -> Self {
        trips.sort_unstable();
        Self(trips)
    }

    /// Returns how many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns the one below which `percent` of them lie, in microseconds.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> f64 {
        let index = self.0.len().saturating_sub(1) * percent / 100;
        self.0
            .get(index)
            .map_or(0.0, |trip| trip.as_secs_f64() * 1e6)
    }
}

/// Writes a JSON string.
#[must_use]
pub fn json_string(bytes: &[u8]) -> String {
    let mut text = String::from('"');
    for character in String::from_utf8_lossy(bytes).chars() {
        match character {
            '"' | '\\' => text.extend(['\\', character]),
            control if control < ' ' => {
                let _ = write!(text, "\\u{:04x}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
    text
}
