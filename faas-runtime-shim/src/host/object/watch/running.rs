//! The scan that is going on beside the watch, and what it tells.

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::super::scan::{Scan, Suspect};
use super::super::walk::Skipped;
use crate::host::store::StoreError;

/// The scan that is going on, if one is.
#[derive(Default)]
pub(super) struct Running(Option<Going>);

struct Going {
    prefix: Box<str>,
    suspects: mpsc::Receiver<Vec<Suspect>>,
    task: JoinHandle<Result<Skipped, StoreError>>,
}

/// What a scan tells.
pub(super) enum Told {
    Suspects(Vec<Suspect>),
    /// It is over; no result if it has panicked.
    End {
        prefix: Box<str>,
        result: Option<Result<Skipped, StoreError>>,
    },
}

impl Running {
    pub(super) fn start(scan: Scan) -> Self {
        let (tell, suspects) = mpsc::channel(1);
        Self(Some(Going {
            prefix: scan.prefix.clone(),
            suspects,
            task: tokio::spawn(scan.run(tell)),
        }))
    }

    pub(super) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Waits for what the scan tells; for ever if there is none.
    pub(super) async fn next(&mut self) -> Told {
        let Some(going) = &mut self.0 else {
            return std::future::pending().await;
        };
        if let Some(suspects) = going.suspects.recv().await {
            return Told::Suspects(suspects);
        }
        let result = (&mut going.task).await.ok();
        Told::End {
            prefix: going.prefix.clone(),
            result,
        }
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        self.task.abort();
    }
}
