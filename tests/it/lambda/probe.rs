//! The real binary under a Runtime API of ours: started, asked, ended.

use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use super::api::{Event, Mode, Poll, Request, RuntimeApi};
use crate::process::PATIENCE;

/// An instance of `faas-probe`, as the platform runs it.
pub(crate) struct Probe {
    pub(crate) api: RuntimeApi,
    child: Child,
    log: Arc<Log>,
    _home: tempfile::TempDir,
}

/// What an instance writes, to whichever of its two streams: the platform collects both.
#[derive(Default)]
struct Log {
    written: Mutex<Written>,
    grown: Condvar,
}

#[derive(Default)]
struct Written {
    text: String,
    /// How many of the streams have ended, which is when the process has.
    ended: usize,
}

/// How an instance ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) log: String,
    /// What it had sent until then, besides polls.
    pub(crate) sent: Vec<Request>,
}

impl Probe {
    /// Starts an instance with nothing but this environment.
    pub(crate) fn start(env: &[(&str, &str)]) -> Self {
        let api = RuntimeApi::new();
        let authority = api.authority();
        Self::at(api, &authority, env)
    }

    /// Starts an instance of a kind, with what the platform tells such an instance before this environment.
    pub(crate) fn of_mode(mode: Mode, env: &[(&str, &str)]) -> Self {
        let polls = match mode {
            Mode::Managed { polls } => polls.to_string(),
            _ => String::new(),
        };
        let kind = match mode {
            Mode::SnapStart => ("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start"),
            Mode::Managed { .. } => ("AWS_LAMBDA_MAX_CONCURRENCY", polls.as_str()),
            _ => ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        };
        let api = RuntimeApi::of(mode);
        let authority = api.authority();
        let env: Vec<_> = [kind].iter().chain(env).copied().collect();
        Self::at(api, &authority, &env)
    }

    /// Starts one that reaches `api` by this text.
    pub(crate) fn at(api: RuntimeApi, address: &str, env: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_faas-probe"))
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .envs(env.iter().copied())
            .current_dir(home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Log::default());
        follow(child.stdout.take().unwrap(), &log);
        follow(child.stderr.take().unwrap(), &log);
        Self {
            api,
            child,
            log,
            _home: home,
        }
    }

    /// Starts an instance that takes every payload to one `invoke` function.
    pub(crate) fn of(function: &str) -> Self {
        Self::start(&[("FAAS_FUNCTION", function)])
    }

    /// Hands an event out and waits for its answer.
    #[track_caller]
    pub(crate) fn answer(&self, event: Event) -> Request {
        self.api.polls([Poll::Hand(event)]);
        self.received()
    }

    /// Waits for the next request that is no poll.
    #[track_caller]
    pub(crate) fn received(&self) -> Request {
        match self.api.received() {
            Some(request) => request,
            None => panic!("nothing came; the log:\n{}", self.log()),
        }
    }

    /// Waits for something that is no post and no poll, by the end of its path.
    #[track_caller]
    pub(crate) fn aside(&self, path: &str, number: usize) -> Request {
        match self.api.aside(path, number) {
            Some(aside) => aside,
            None => panic!("`{path}` did not come; the log:\n{}", self.log()),
        }
    }

    /// Waits for so many posts, and forgets them.
    #[track_caller]
    pub(crate) fn drained(&self, count: usize) -> Vec<Request> {
        match self.api.drained(count) {
            Some(posts) => posts,
            None => panic!("{count} did not come; the log:\n{}", self.log()),
        }
    }

    /// Waits until so many bytes of a streamed answer have come.
    #[track_caller]
    pub(crate) fn arrived(&self, id: &str, bytes: usize) -> Vec<u8> {
        match self.api.arrived(id, bytes) {
            Some(body) => body,
            None => panic!("{bytes} bytes did not come; the log:\n{}", self.log()),
        }
    }

    /// Waits until so many polls wait and there is nothing left for them.
    #[track_caller]
    pub(crate) fn waiting(&self, polls: usize) {
        assert!(
            self.api.waiting(polls).is_some(),
            "no {polls} polls; the log:\n{}",
            self.log()
        );
    }

    /// Waits until the instance asks and there is nothing left for it.
    #[track_caller]
    pub(crate) fn idle(&self) {
        assert!(
            self.api.idle().is_some(),
            "no poll; the log:\n{}",
            self.log()
        );
    }

    /// Proves that it still serves.
    #[track_caller]
    pub(crate) fn serves(&self) {
        let event = super::events::get("/hello/ada");
        let answer = self.answer(event);
        let body = answer.json()["body"].as_str().map(str::to_owned);
        assert_eq!(body.as_deref(), Some(r#"{"greeting":"hello ada"}"#));
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, as the platform does.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until the log holds a text.
    #[track_caller]
    pub(crate) fn logs(&self, expected: &str) {
        let written = self.log.wait(|written| written.text.contains(expected));
        let text = &written.text;
        assert!(
            text.contains(expected),
            "`{expected}` is not in the log:\n{text}"
        );
    }

    /// Everything that it has written so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().text.clone()
    }

    /// Waits for its end, with all that it has written.
    #[track_caller]
    pub(crate) fn ended(mut self) -> Ended {
        let written = self.log.wait(|written| written.ended == STREAMS);
        let log = written.text.clone();
        assert_eq!(written.ended, STREAMS, "it does not end:\n{log}");
        drop(written);
        let code = self.child.wait().unwrap().code();
        let sent = self.api.all();
        Ended { code, log, sent }
    }

    /// Ends it as the platform does and returns all that it has written.
    pub(crate) fn stop(self) -> String {
        self.signal(Signal::TERM);
        self.ended().log
    }

    /// How many descriptors it has open, and how many KiB of memory it holds.
    pub(crate) fn size(&self) -> (usize, usize) {
        let process = format!("/proc/{}", self.pid());
        let descriptors = fs::read_dir(format!("{process}/fd")).unwrap().count();
        let status = fs::read_to_string(format!("{process}/status")).unwrap();
        let resident = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok());
        (descriptors, resident.unwrap())
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const STREAMS: usize = 2;

impl Log {
    fn lock(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it is so, or for too long.
    fn wait(&self, is_so: impl Fn(&Written) -> bool) -> MutexGuard<'_, Written> {
        let (written, _) = self
            .grown
            .wait_timeout_while(self.lock(), PATIENCE, |written| !is_so(written))
            .unwrap_or_else(PoisonError::into_inner);
        written
    }
}

/// Takes over what a stream brings, until its end.
fn follow(mut stream: impl Read + Send + 'static, log: &Arc<Log>) {
    let log = Arc::clone(log);
    thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut piece) {
            let text = String::from_utf8_lossy(&piece[..count]);
            log.lock().text.push_str(&text);
            log.grown.notify_all();
        }
        log.lock().ended += 1;
        log.grown.notify_all();
    });
}
