//! The function as a process: its exit code, its output, its signals. Every process has ports, a folder and an environment
//! of its own, and ends with its value.

use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};

use crate::log::{Log, message};
use crate::wire::{Answer, Connection};

/// What a process is started with.
pub(crate) struct Setup {
    command: Command,
    folder: tempfile::TempDir,
}

/// The function whose handlers a test can hold; see `specimen/`.
pub(crate) fn specimen() -> Setup {
    Setup::of(env!("CARGO_BIN_EXE_faas-specimen"))
}

/// The function of the peers' tests.
pub(crate) fn probe() -> Setup {
    Setup::of(env!("CARGO_BIN_EXE_faas-probe"))
}

impl Setup {
    fn of(binary: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(binary);
        command
            .env_clear()
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self { command, folder }
            .set("FAAS__HTTP__LISTEN", "127.0.0.1:0")
            .set("FAAS__MANAGEMENT__LISTEN", "127.0.0.1:0")
    }

    /// Sets a variable of the environment.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Takes a variable away that every process has else.
    pub(crate) fn unset(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Puts a `faas.toml` into its folder.
    pub(crate) fn toml(self, text: &str) -> Self {
        self.file("faas.toml", text.as_bytes())
    }

    /// Puts a file into its folder.
    pub(crate) fn file(self, path: &str, bytes: &[u8]) -> Self {
        let path = self.folder.path().join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).unwrap();
        }
        std::fs::write(path, bytes).unwrap();
        self
    }

    /// Lets it have no more than so many open files, from its first moment on.
    pub(crate) fn files(mut self, most: u64) -> Self {
        let mut command = Command::new("/bin/sh");
        command
            .arg("-c")
            .arg(format!("ulimit -n {most}; exec \"$0\""))
            .arg(self.command.get_program())
            .env_clear()
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let set = self.command.get_envs();
        command.envs(set.filter_map(|(name, value)| Some((name, value?))));
        self.command = command;
        self
    }

    /// Starts it, and waits until it says where it listens.
    pub(crate) fn start(self) -> Process {
        let mut process = self.spawn();
        let line = process.log.line(|line| message(line).contains(MANAGEMENT));
        let text = message(&line);
        let (http, management) = text.split_once(MANAGEMENT).unwrap();
        process.http = address(http);
        process.management = address(management);
        process
    }

    /// Starts it behind a platform's one port, and waits until it says which that is.
    pub(crate) fn start_on_platform(self) -> Process {
        let mut process = self.spawn();
        let line = process
            .out
            .line(|line| message(line).contains(" at http://"));
        process.http = address(&message(&line));
        process
    }

    /// Runs it to its end, which has to come by itself.
    pub(crate) fn run(self) -> Ended {
        self.spawn().end()
    }

    /// Starts it, and waits for nothing.
    pub(crate) fn spawn(mut self) -> Process {
        let mut child = self.command.spawn().unwrap();
        let (out, err) = (Log::default(), Log::default());
        let readers = vec![
            out.follow(child.stdout.take().unwrap()),
            err.follow(child.stderr.take().unwrap()),
        ];
        Process {
            child,
            readers,
            out,
            log: err,
            http: NOWHERE,
            management: NOWHERE,
            _folder: self.folder,
        }
    }
}

const MANAGEMENT: &str = ", management at ";
const NOWHERE: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);

/// Reads the address at the end of `… at http://127.0.0.1:8080` or of `… at http://localhost:8080 (all addresses)`.
fn address(text: &str) -> SocketAddr {
    let (_, address) = text.rsplit_once("http://").unwrap();
    let address = address.split(' ').next().unwrap();
    let port = address.rsplit(':').next().unwrap();
    SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()))
}

/// A running process.
pub(crate) struct Process {
    child: Child,
    readers: Vec<JoinHandle<()>>,
    /// The lines of its stdout.
    pub(crate) out: Log,
    /// The lines of its stderr.
    pub(crate) log: Log,
    pub(crate) http: SocketAddr,
    pub(crate) management: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Process {
    /// Connects to the main port.
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.http)
    }

    /// Gets a path of the main port on a connection of its own.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.connect().get(path)
    }

    /// Gets a path of the management port.
    pub(crate) fn manage(&self, path: &str) -> Answer {
        Connection::open(self.management).get(path)
    }

    /// Invokes a function by hand.
    pub(crate) fn invoke(&self, function: &str, payload: &str) -> Answer {
        let path = format!("/invoke/{function}");
        Connection::open(self.management).post(&path, "application/json", payload)
    }

    /// Lets one handler through a gate.
    pub(crate) fn open(&self, gate: &str) {
        let answer = self.invoke("open", &format!("{gate:?}"));
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Waits until so many handlers wait at a gate.
    pub(crate) fn await_waiting(&self, gate: &str, many: u64) {
        eventually(&format!("{many} at gate {gate}"), || {
            self.invoke("waiting", &format!("{gate:?}")).text() == many.to_string()
        });
    }

    /// Reads how many invocations of a function have come to an outcome.
    pub(crate) fn count(&self, function: &str, outcome: &str) -> u64 {
        let metrics = self.manage("/metrics");
        let series = |line: &&str| {
            line.starts_with("faas_invocations_total{")
                && line.contains(&format!("function=\"{function}\""))
                && line.contains(&format!("outcome=\"{outcome}\""))
        };
        let line = metrics.text().lines().find(series);
        let (_, count) = line.unwrap().rsplit_once(' ').unwrap();
        count.parse().unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Lets it have no more than so many open files.
    pub(crate) fn limit_files(&self, most: u64) {
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        let process = Pid::from_child(&self.child);
        prlimit(Some(process), Resource::Nofile, limit).unwrap();
    }

    /// Reads a line of its `/proc/…/status`, in KiB.
    pub(crate) fn memory(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Lists the ports that it listens on.
    pub(crate) fn ports(&self) -> Vec<u16> {
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap();
        let sockets: Vec<_> = files
            .filter_map(|file| std::fs::read_link(file.ok()?.path()).ok())
            .filter_map(|link| {
                let inode = link.to_str()?.strip_prefix("socket:[")?;
                Some(inode.trim_end_matches(']').to_owned())
            })
            .collect();
        let mut ports = Vec::new();
        for table in ["tcp", "tcp6"] {
            let table = std::fs::read_to_string(format!("/proc/net/{table}")).unwrap_or_default();
            for line in table.lines().skip(1) {
                // proc(5): local address, remote address, state, …, inode
                let columns: Vec<_> = line.split_whitespace().collect();
                if columns[3] == "0A" && sockets.iter().any(|inode| inode == columns[9]) {
                    let (_, port) = columns[1].rsplit_once(':').unwrap();
                    ports.push(u16::from_str_radix(port, 16).unwrap());
                }
            }
        }
        ports
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        let mut status: Option<ExitStatus> = None;
        eventually("the end of the process", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        Ended {
            code: status.unwrap().code(),
            out: self.out.text(),
            log: self.log.clone(),
        }
    }
}

impl Drop for Process {
    #[expect(clippy::print_stderr, reason = "told beside the failed test")]
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("the process has said:\n{}", self.log.text());
        }
    }
}

/// What a process leaves behind.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None` if a signal has killed it.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) log: Log,
}

/// Asks again and again until it is so.
#[track_caller]
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    const PAUSE: Duration = Duration::from_millis(5);
    for _ in 0..PATIENCE.as_millis() / PAUSE.as_millis() {
        if is_so() {
            return;
        }
        thread::sleep(PAUSE);
    }
    panic!("it never came: {what}");
}

/// How long anything may take on a busy machine before it counts as failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
