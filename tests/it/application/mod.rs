//! The application behind its door, through the testing kit: what starts, what is built, what guards an invocation.
//!
//! Each test module has functions of its own and starts an application of these alone: [`app`]. `scenarios` sends the same
//! requests every way that there is.

mod blocking;
mod bodies;
mod by_hand;
mod caches;
mod caller;
mod changes;
mod clashes;
mod cloud_events;
mod configuration;
mod context;
mod deadlines;
mod description;
mod errors;
mod hooks;
mod idempotent;
mod keys;
mod lazy;
mod limits;
mod logs;
mod metrics;
mod mounts;
mod objects;
mod panics;
mod publishing;
mod queues;
mod recorded;
mod recordings;
mod resources;
pub(crate) mod scenarios;
mod selection;
mod tasks;
mod timers;

use std::sync::Mutex;

use axum::body::Body;
use faas::testing::{App, StartErrors};
use http::Request;
use tokio::sync::Semaphore;

/// An application of the functions in one module: `app(module_path!(), "two")`.
fn app(file: &str, module: &str) -> App {
    App::of(&format!("{file}::{module}"))
}

/// The reasons why an application does not start.
#[track_caller]
fn refused(started: Result<faas::testing::TestApp, StartErrors>) -> StartErrors {
    match started {
        Ok(_) => panic!("the application starts"),
        Err(errors) => errors,
    }
}

/// The lines of a file that a message names.
fn places(message: &str, file: &str) -> Vec<u32> {
    message
        .split(&format!("{file}:"))
        .skip(1)
        .filter_map(|rest| {
            let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
            digits.parse().ok()
        })
        .collect()
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

/// What happened, in order: a test gives it, resources and handlers write into it.
#[derive(Default)]
struct Journal(Mutex<Vec<String>>);

impl Journal {
    fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    fn read(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn count(&self, what: &str) -> usize {
        self.read().iter().filter(|noted| *noted == what).count()
    }
}

/// Where a handler and its test wait for each other.
struct Gate {
    entered: Semaphore,
    open: Semaphore,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            entered: Semaphore::new(0),
            open: Semaphore::new(0),
        }
    }
}

impl Gate {
    /// The handler's side: says that it is there, and waits to be let on.
    async fn pass(&self) {
        self.entered.add_permits(1);
        self.open.acquire().await.unwrap().forget();
    }

    /// The test's side: waits until a handler is there.
    async fn entered(&self) {
        self.entered.acquire().await.unwrap().forget();
    }

    /// Lets one handler on.
    fn open(&self) {
        self.open.add_permits(1);
    }
}
