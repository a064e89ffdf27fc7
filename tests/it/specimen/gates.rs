//! Gates: what handlers wait at, and how a test opens them. It does so through the management port, which answers also
//! while the main port takes nothing more.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use faas::{Json, State};
use tokio::sync::Semaphore;

/// Every gate by its name; one that nobody has opened is closed.
#[derive(Clone, Default)]
pub(crate) struct Gates(Arc<Mutex<BTreeMap<String, Arc<Gate>>>>);

impl Gates {
    /// Waits until the gate is opened once for whoever waits here.
    pub(crate) async fn pass(&self, name: &str) {
        let gate = self.find(name);
        let _waiting = Waiting::at(&gate);
        if let Ok(permit) = gate.permits.acquire().await {
            permit.forget();
        }
    }

    /// Opens a gate for one.
    pub(crate) fn let_one_pass(&self, name: &str) {
        self.find(name).permits.add_permits(1);
    }

    /// Tells how many wait at a gate.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.find(name).waiting.load(Ordering::SeqCst)
    }

    fn find(&self, name: &str) -> Arc<Gate> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gates.entry(name.to_owned()).or_default())
    }
}

struct Gate {
    permits: Semaphore,
    waiting: AtomicUsize,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            permits: Semaphore::new(0),
            waiting: AtomicUsize::new(0),
        }
    }
}

/// One who waits, or who has gone away while waiting.
struct Waiting<'a>(&'a Gate);

impl<'a> Waiting<'a> {
    fn at(gate: &'a Gate) -> Self {
        gate.waiting.fetch_add(1, Ordering::SeqCst);
        Self(gate)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

#[faas::resource]
fn gates() -> Gates {
    Gates::default()
}

/// Lets one pass.
#[faas::invoke]
async fn open(Json(name): Json<String>, State(gates): State<Gates>) {
    gates.let_one_pass(&name);
}

/// Tells how many wait.
#[faas::invoke]
async fn waiting(Json(name): Json<String>, State(gates): State<Gates>) -> Json<usize> {
    Json(gates.count(&name))
}
