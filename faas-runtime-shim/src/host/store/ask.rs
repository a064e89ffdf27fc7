//! What a [`Store`] can be asked, one by one.

use super::error::{Lost, StoreError, Unmet};
use super::handle::Store;
use super::kv::{KvDelete, KvEntry, KvPut, KvScan};
use super::model::{Counts, Peeked, Token, Verdict};
use super::op::{Answer, Claim, Claims, Extend, Op, Peek, Purge, Push, Receipt, Redrive};
use super::task::{Cancelling, Held, Submit, Submitted, Task, TaskList, TaskProgress};
use crate::services::Conflict;

impl Store {
    /// Adds messages to a queue; done when they are durable.
    pub(crate) async fn push(&self, push: Push) -> Result<Vec<Receipt>, StoreError> {
        match self.one(Op::Push(push)).await? {
            Answer::Push(receipts) => Ok(receipts?),
            answer => misfit(&answer),
        }
    }

    /// Takes messages for a while.
    pub(crate) async fn claim(&self, claim: Claim) -> Result<Claims, StoreError> {
        match self.one(Op::Claim(claim)).await? {
            Answer::Claim(claims) => Ok(claims),
            answer => misfit(&answer),
        }
    }

    /// Keeps claims for longer.
    pub(crate) async fn extend(
        &self,
        extend: Extend,
    ) -> Result<Vec<Result<Held, Lost>>, StoreError> {
        match self.one(Op::Extend(extend)).await? {
            Answer::Extend(held) => Ok(held),
            answer => misfit(&answer),
        }
    }

    /// Ends claims; done when that is durable.
    pub(crate) async fn settle(
        &self,
        verdicts: Vec<(Token, Verdict)>,
    ) -> Result<Vec<Result<(), Lost>>, StoreError> {
        match self.one(Op::Settle(verdicts)).await? {
            Answer::Settle(settled) => Ok(settled),
            answer => misfit(&answer),
        }
    }

    /// Ends claims and takes messages, in one commit.
    pub(crate) async fn settle_and_claim(
        &self,
        verdicts: Vec<(Token, Verdict)>,
        claim: Claim,
    ) -> Result<(Vec<Result<(), Lost>>, Claims), StoreError> {
        if verdicts.is_empty() {
            return Ok((Vec::new(), self.claim(claim).await?));
        }
        let ops = vec![Op::Settle(verdicts), Op::Claim(claim)];
        let mut answers = self.commit(ops).await?.into_iter();
        match (answers.next(), answers.next()) {
            (Some(Answer::Settle(settled)), Some(Answer::Claim(claims))) => Ok((settled, claims)),
            (one, other) => misfit(&Answer::Together(Ok(one
                .into_iter()
                .chain(other)
                .collect()))),
        }
    }

    /// Shows messages.
    pub(crate) async fn peek(&self, peek: Peek) -> Result<Vec<Peeked>, StoreError> {
        match self.one(Op::Peek(peek)).await? {
            Answer::Peek(messages) => Ok(messages),
            answer => misfit(&answer),
        }
    }

    /// Counts the messages of one queue, or of each.
    pub(crate) async fn count(&self, queue: Option<&str>) -> Result<Vec<Counts>, StoreError> {
        match self.one(Op::Count(queue.map(Into::into))).await? {
            Answer::Count(counts) => Ok(counts),
            answer => misfit(&answer),
        }
    }

    /// Takes dead letters back into their queue, and returns how many.
    pub(crate) async fn redrive(&self, redrive: Redrive) -> Result<u64, StoreError> {
        match self.one(Op::Redrive(redrive)).await? {
            Answer::Redrive(count) => Ok(count),
            answer => misfit(&answer),
        }
    }

    /// Removes messages, and returns how many.
    pub(crate) async fn purge(&self, purge: Purge) -> Result<u64, StoreError> {
        match self.one(Op::Purge(purge)).await? {
            Answer::Purge(count) => Ok(count),
            answer => misfit(&answer),
        }
    }

    /// Reads the value of a key.
    pub(crate) async fn kv_get(
        &self,
        space: &str,
        key: &str,
    ) -> Result<Option<KvEntry>, StoreError> {
        let get = Op::KvGet {
            space: space.into(),
            key: key.into(),
        };
        match self.one(get).await? {
            Answer::KvGet(entry) => Ok(entry),
            answer => misfit(&answer),
        }
    }

    /// Writes a value, and returns its version when it is durable.
    pub(crate) async fn kv_put(&self, put: KvPut) -> Result<Result<u64, Conflict>, StoreError> {
        match self.one(Op::KvPut(put)).await? {
            Answer::KvPut(version) => Ok(version),
            answer => misfit(&answer),
        }
    }

    /// Removes a key, and tells whether there was one.
    pub(crate) async fn kv_delete(
        &self,
        delete: KvDelete,
    ) -> Result<Result<bool, Conflict>, StoreError> {
        match self.one(Op::KvDelete(delete)).await? {
            Answer::KvDelete(was_there) => Ok(was_there),
            answer => misfit(&answer),
        }
    }

    /// Lists keys in their order: as many as were asked for, if there are so many. Large values are read in several commits.
    pub(crate) async fn kv_scan(&self, mut scan: KvScan) -> Result<Vec<KvEntry>, StoreError> {
        let mut entries = Vec::new();
        loop {
            let page = match self.one(Op::KvScan(scan.clone())).await? {
                Answer::KvScan(page) => page,
                answer => return misfit(&answer),
            };
            scan.most = scan
                .most
                .saturating_sub(u32::try_from(page.entries.len()).unwrap_or(u32::MAX));
            let last = page.entries.last().map(|last| last.key.clone());
            entries.extend(page.entries);
            if !page.more || last.is_none() || scan.most == 0 {
                return Ok(entries);
            }
            scan.after = last;
        }
    }

    /// Writes a value and does all of `then`; or, if the key is not in the state that was asked for or one of them is refused,
    /// none of it.
    pub(crate) async fn guarded(
        &self,
        put: KvPut,
        then: Vec<Op>,
    ) -> Result<Result<(u64, Vec<Answer>), Unmet>, StoreError> {
        let ops = std::iter::once(Op::KvPut(put)).chain(then).collect();
        let answers = match self.one(Op::Together(ops)).await? {
            Answer::Together(Ok(answers)) => answers,
            Answer::Together(Err(unmet)) => return Ok(Err(unmet)),
            answer => return misfit(&answer),
        };
        let mut answers = answers.into_iter();
        match answers.next() {
            Some(Answer::KvPut(Ok(version))) => Ok(Ok((version, answers.collect()))),
            answer => misfit(&Answer::Together(Ok(answer.into_iter().collect()))),
        }
    }

    /// Hands a task over; done when it is durable.
    pub(crate) async fn submit(&self, submit: Submit) -> Result<Submitted, StoreError> {
        match self.one(Op::Submit(submit)).await? {
            Answer::Submit(submitted) => Ok(submitted?),
            answer => misfit(&answer),
        }
    }

    /// Tells what is known about a task.
    pub(crate) async fn task(&self, id: &str) -> Result<Option<Task>, StoreError> {
        match self.one(Op::TaskGet(id.into())).await? {
            Answer::TaskGet(task) => Ok(task.map(|task| *task)),
            answer => misfit(&answer),
        }
    }

    /// Lists tasks, the latest first.
    pub(crate) async fn tasks(&self, list: TaskList) -> Result<Vec<Task>, StoreError> {
        match self.one(Op::TaskList(list)).await? {
            Answer::TaskList(tasks) => Ok(tasks),
            answer => misfit(&answer),
        }
    }

    /// Writes down how far the function of a task is, and tells whether the claim still holds.
    pub(crate) async fn task_progress(
        &self,
        progress: TaskProgress,
    ) -> Result<Result<Held, Lost>, StoreError> {
        match self.one(Op::TaskProgress(progress)).await? {
            Answer::TaskProgress(held) => Ok(held),
            answer => misfit(&answer),
        }
    }

    /// Asks a task to end.
    pub(crate) async fn task_cancel(&self, id: &str) -> Result<Cancelling, StoreError> {
        match self.one(Op::TaskCancel(id.into())).await? {
            Answer::TaskCancel(cancelling) => Ok(cancelling),
            answer => misfit(&answer),
        }
    }

    /// Removes what has been over for some time, keys and tasks, so many at most, and returns how many.
    pub(crate) async fn forget(&self, most: u32) -> Result<u64, StoreError> {
        match self.one(Op::Forget(most)).await? {
            Answer::Forget(count) => Ok(count),
            answer => misfit(&answer),
        }
    }
}

/// A store that answers something else than it was asked is none.
fn misfit<T>(answer: &Answer) -> Result<T, StoreError> {
    // what it holds may be anybody's business but the log's
    let answer = std::mem::discriminant(answer);
    tracing::error!(?answer, "the store has answered another question");
    Err(StoreError::Stopped)
}
