//! One commit: its operations one after the other, and what is only written at its end.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rusqlite::{CachedStatement, Connection, Params, TransactionBehavior};

use super::super::error::Unmet;
use super::super::model::Millis;
use super::super::op::{Answer, Committed, Op};
use super::Names;

/// Carries out all of the operations, or none. What it changes is marked if the disk is waited for.
pub(super) fn transact(
    connection: &mut Connection,
    names: &mut Names,
    now: Millis,
    ops: &[Op],
    is_waited_for: bool,
) -> rusqlite::Result<Committed> {
    let before = connection.total_changes();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut batch = Batch::new(&transaction, names, now);
    let answers = ops
        .iter()
        .map(|op| batch.carry_out(op))
        .collect::<Result<_, _>>()?;
    let stirred = batch.finish()?;
    if is_waited_for && transaction.total_changes() != before {
        transaction
            .prepare_cached("UPDATE counter SET commits = commits + 1")?
            .execute(())?;
    }
    transaction.commit()?;
    Ok(Committed { answers, stirred })
}

/// One commit under way.
pub(super) struct Batch<'a> {
    pub(super) connection: &'a Connection,
    names: &'a mut Names,
    pub(super) now: Millis,
    counted: Counted,
}

/// What a commit writes down only at its end.
#[derive(Clone, Debug, Default)]
struct Counted {
    next_id: Option<i64>,
    tallies: HashMap<i64, Tally>,
    /// The queues in which something may be claimed now.
    stirred: BTreeSet<i64>,
}

/// The figures of a queue as they are within a commit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tally {
    /// How many messages are not settled.
    pub(super) live: i64,
    /// How many are dead letters.
    pub(super) dead: i64,
}

impl<'a> Batch<'a> {
    fn new(connection: &'a Connection, names: &'a mut Names, now: Millis) -> Self {
        Self {
            connection,
            names,
            now,
            counted: Counted::default(),
        }
    }

    fn carry_out(&mut self, op: &Op) -> rusqlite::Result<Answer> {
        Ok(match op {
            Op::Push(push) => Answer::Push(self.push(push)?),
            Op::Claim(claim) => Answer::Claim(self.claim(claim)?),
            Op::Extend(extend) => Answer::Extend(self.extend(extend)?),
            Op::Settle(verdicts) => Answer::Settle(self.settle(verdicts)?),
            Op::Abandon(owner) => Answer::Abandon(self.abandon(*owner)?),
            Op::NextDue { queue, ordered } => Answer::NextDue(self.next_due(queue, *ordered)?),
            Op::Peek(peek) => Answer::Peek(self.peek(peek)?),
            Op::Count(queue) => Answer::Count(self.count(queue.as_deref())?),
            Op::Redrive(redrive) => Answer::Redrive(self.redrive(redrive)?),
            Op::Purge(purge) => Answer::Purge(self.purge(purge)?),
            Op::KvGet { space, key } => Answer::KvGet(self.kv_get(space, key)?),
            Op::KvPut(put) => Answer::KvPut(self.kv_put(put)?),
            Op::KvDelete(delete) => Answer::KvDelete(self.kv_delete(delete)?),
            Op::KvScan(scan) => Answer::KvScan(self.kv_scan(scan)?),
            Op::Submit(submit) => Answer::Submit(self.submit(submit)?),
            Op::TaskGet(id) => Answer::TaskGet(self.task_get(id)?.map(Box::new)),
            Op::TaskList(list) => Answer::TaskList(self.task_list(list)?),
            Op::TaskProgress(progress) => Answer::TaskProgress(self.task_progress(progress)?),
            Op::TaskCancel(id) => Answer::TaskCancel(self.task_cancel(id)?),
            Op::Forget(most) => Answer::Forget(self.forget(*most)?),
            Op::Together(ops) => Answer::Together(self.together(ops)?),
        })
    }

    /// Carries out all of the operations or, if one of them is refused, none.
    fn together(&mut self, ops: &[Op]) -> rusqlite::Result<Result<Vec<Answer>, Unmet>> {
        let counted = self.counted.clone();
        self.run("SAVEPOINT together", ())?;
        let mut answers = Vec::with_capacity(ops.len());
        for op in ops {
            let answer = self.carry_out(op)?;
            if let Some(unmet) = answer.unmet() {
                self.run("ROLLBACK TO together", ())?;
                self.run("RELEASE together", ())?;
                self.counted = counted;
                // some of them may have got their numbers in what was rolled back
                self.names.clear();
                return Ok(Err(unmet));
            }
            answers.push(answer);
        }
        self.run("RELEASE together", ())?;
        Ok(Ok(answers))
    }

    /// Removes what has been over for some time.
    fn forget(&mut self, most: u32) -> rusqlite::Result<u64> {
        let keys = self.kv_forget(most)?;
        let tasks = self.task_forget(most.saturating_sub(keys))?;
        Ok(u64::from(keys) + u64::from(tasks))
    }

    /// Writes down what was only counted, and names the queues that were stirred.
    fn finish(self) -> rusqlite::Result<BTreeSet<Arc<str>>> {
        if let Some(next) = self.counted.next_id {
            self.run("UPDATE counter SET next = ?1", [next])?;
        }
        for (&queue, tally) in &self.counted.tallies {
            self.run(
                "UPDATE queue SET live = ?2, dead = ?3 WHERE id = ?1",
                (queue, tally.live, tally.dead),
            )?;
        }
        self.counted
            .stirred
            .iter()
            .map(|&queue| self.name_of(queue))
            .collect()
    }

    /// Returns the number of a queue, if it has ever been written to.
    pub(super) fn queue(&mut self, name: &str) -> rusqlite::Result<Option<i64>> {
        if let Some(&id) = self.names.get(name) {
            return Ok(Some(id));
        }
        let id = optional(
            self.statement("SELECT id FROM queue WHERE name = ?1")?
                .query_row([name], |row| row.get(0)),
        )?;
        if let Some(id) = id {
            self.names.insert(name.into(), id);
        }
        Ok(id)
    }

    /// Returns the number of a queue, which gets one if it has none.
    pub(super) fn queue_or_new(&mut self, name: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.queue(name)? {
            return Ok(id);
        }
        let id = self
            .statement("INSERT INTO queue (name) VALUES (?1)")?
            .insert([name])?;
        self.names.insert(name.into(), id);
        Ok(id)
    }

    pub(super) fn name_of(&self, queue: i64) -> rusqlite::Result<Arc<str>> {
        if let Some((name, _)) = self.names.iter().find(|(_, id)| **id == queue) {
            return Ok(Arc::clone(name));
        }
        self.statement("SELECT name FROM queue WHERE id = ?1")?
            .query_row([queue], |row| row.get(0))
    }

    /// Notes that something may be claimed in a queue now.
    pub(super) fn stir(&mut self, queue: i64) {
        self.counted.stirred.insert(queue);
    }

    /// Returns a number that nothing else of the store has or had.
    pub(super) fn new_id(&mut self) -> rusqlite::Result<i64> {
        let id = match self.counted.next_id {
            Some(id) => id,
            None => self
                .statement("SELECT next FROM counter")?
                .query_row((), |row| row.get(0))?,
        };
        self.counted.next_id = Some(id + 1);
        Ok(id)
    }

    pub(super) fn tally(&mut self, queue: i64) -> rusqlite::Result<&mut Tally> {
        if !self.counted.tallies.contains_key(&queue) {
            let tally = self
                .statement("SELECT live, dead FROM queue WHERE id = ?1")?
                .query_row([queue], |row| {
                    Ok(Tally {
                        live: row.get(0)?,
                        dead: row.get(1)?,
                    })
                })?;
            self.counted.tallies.insert(queue, tally);
        }
        Ok(self
            .counted
            .tallies
            .get_mut(&queue)
            .expect("it has just been inserted"))
    }

    pub(super) fn statement(&self, sql: &'static str) -> rusqlite::Result<CachedStatement<'a>> {
        self.connection.prepare_cached(sql)
    }

    pub(super) fn run(
        &self,
        sql: &'static str,
        parameters: impl Params,
    ) -> rusqlite::Result<usize> {
        self.statement(sql)?.execute(parameters)
    }
}

/// Makes `None` of the error that there is no row.
pub(super) fn optional<T>(result: rusqlite::Result<T>) -> rusqlite::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
        Err(error) => Err(error),
    }
}
