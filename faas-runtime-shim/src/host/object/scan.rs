//! Compares a folder with the marks of its functions, and tells what does not fit.
//!
//! Both come in the order of their keys and neither is in memory as a whole. What is told is a suspicion: while a scan goes
//! on, the folder and the marks change.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::super::store::StoreError;
use super::marks::{Hears, Mark, Marks, is_followed};
use super::stat::{Look, Root};
use super::walk::{Found, Skipped, walk};

/// A key about which a function does not seem to know what is there.
pub(super) type Suspect = (Box<str>, Look);

/// What is compared.
#[derive(Clone)]
pub(super) struct Scan {
    pub(super) root: Root,
    /// What the keys begin with: nothing, or a folder with a `/` at its end.
    pub(super) prefix: Box<str>,
    pub(super) marks: Marks,
    pub(super) hears: Arc<Hears>,
}

impl Scan {
    /// Tells suspicions, as many at once as are taken.
    pub(super) async fn run(self, tell: mpsc::Sender<Vec<Suspect>>) -> Result<Skipped, StoreError> {
        let (pages, mut files) = mpsc::channel(2);
        let (root, prefix) = (self.root.clone(), self.prefix.clone());
        let walking = tokio::task::spawn_blocking(move || {
            walk(&root, &prefix, |page| pages.blocking_send(page).is_ok())
        });
        let mut cursors: Vec<_> = (0..self.marks.functions())
            .map(|function| Cursor::new(function, &self))
            .collect();
        let mut suspects = Vec::new();
        while let Some(page) = files.recv().await {
            for (key, stamp) in page {
                for cursor in &mut cursors {
                    if cursor.compare(&(key.clone(), stamp), &tell).await? {
                        suspects.push((key.clone(), Look::File(stamp)));
                    }
                }
            }
            if !suspects.is_empty() && tell.send(std::mem::take(&mut suspects)).await.is_err() {
                return Ok(Skipped::default());
            }
        }
        for cursor in &mut cursors {
            cursor.finish(&tell).await?;
        }
        // a walk that has panicked has told nothing that it would have skipped
        Ok(walking.await.unwrap_or_default())
    }
}

/// The marks of one function, from some key on.
struct Cursor<'a> {
    function: usize,
    scan: &'a Scan,
    read: VecDeque<(Box<str>, Mark)>,
    after: Option<Box<str>>,
    more: bool,
}

impl<'a> Cursor<'a> {
    fn new(function: usize, scan: &'a Scan) -> Self {
        Self {
            function,
            scan,
            read: VecDeque::new(),
            after: None,
            more: true,
        }
    }

    /// Passes over marks up to that of a file, and tells whether the function does not know the file as it is.
    async fn compare(
        &mut self,
        (key, stamp): &Found,
        tell: &mpsc::Sender<Vec<Suspect>>,
    ) -> Result<bool, StoreError> {
        let mut missing = Vec::new();
        let mut own = None;
        loop {
            if self.read.is_empty() && !self.fill(&mut missing, tell).await? {
                break;
            }
            match self.read.pop_front_if(|(marked, _)| *marked <= *key) {
                None => break,
                Some((marked, mark)) if marked == *key => own = Some(mark),
                Some((marked, _)) => missing.push((marked, Look::Absent)),
            }
        }
        send(&mut missing, tell).await;
        let is_known = own.is_some_and(|mark| mark.fits(stamp));
        Ok(!is_known && is_followed(&*self.scan.hears, self.function, key))
    }

    /// Tells all marks that are left: their files are missing.
    async fn finish(&mut self, tell: &mpsc::Sender<Vec<Suspect>>) -> Result<(), StoreError> {
        let mut missing = Vec::new();
        loop {
            let left = self.read.drain(..);
            missing.extend(left.map(|(key, _)| (key, Look::Absent)));
            if !self.fill(&mut missing, tell).await? {
                break;
            }
        }
        send(&mut missing, tell).await;
        Ok(())
    }

    /// Reads more marks; `false` if there are none. What has been found so far is told before.
    async fn fill(
        &mut self,
        missing: &mut Vec<Suspect>,
        tell: &mpsc::Sender<Vec<Suspect>>,
    ) -> Result<bool, StoreError> {
        send(missing, tell).await;
        if !self.more {
            return Ok(false);
        }
        let Scan { marks, prefix, .. } = self.scan;
        let page = marks
            .page(self.function, prefix, self.after.clone())
            .await?;
        self.more = page.more;
        self.after = page.marks.last().map(|(key, _)| key.clone());
        self.read.extend(page.marks);
        Ok(!self.read.is_empty())
    }
}

async fn send(suspects: &mut Vec<Suspect>, tell: &mpsc::Sender<Vec<Suspect>>) {
    if !suspects.is_empty() {
        // who does not listen any more has ended the scan
        let _ = tell.send(std::mem::take(suspects)).await;
    }
}
