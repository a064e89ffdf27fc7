//! One commit: its operations one after the other, and what is only written at its end.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rusqlite::{CachedStatement, Connection, Params, TransactionBehavior};

use super::super::model::Millis;
use super::super::op::{Answer, Committed, Op};
use super::Names;

/// Carries out all of the operations, or none.
pub(super) fn transact(
    connection: &mut Connection,
    names: &mut Names,
    now: Millis,
    ops: &[Op],
) -> rusqlite::Result<Committed> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut batch = Batch::new(&transaction, names, now);
    let answers = ops
        .iter()
        .map(|op| batch.carry_out(op))
        .collect::<Result<_, _>>()?;
    let stirred = batch.finish()?;
    transaction.commit()?;
    Ok(Committed { answers, stirred })
}

/// One commit under way.
pub(super) struct Batch<'a> {
    pub(super) connection: &'a Connection,
    names: &'a mut Names,
    pub(super) now: Millis,
    pub(super) next_id: Option<i64>,
    tallies: HashMap<i64, Tally>,
    /// The queues in which something may be claimed now.
    pub(super) stirred: BTreeSet<i64>,
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
            next_id: None,
            tallies: HashMap::new(),
            stirred: BTreeSet::new(),
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
        })
    }

    /// Writes down what was only counted, and names the queues that were stirred.
    fn finish(self) -> rusqlite::Result<BTreeSet<Arc<str>>> {
        if let Some(next) = self.next_id {
            self.run("UPDATE counter SET next = ?1", [next])?;
        }
        for (&queue, tally) in &self.tallies {
            self.run(
                "UPDATE queue SET live = ?2, dead = ?3 WHERE id = ?1",
                (queue, tally.live, tally.dead),
            )?;
        }
        self.stirred
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

    pub(super) fn tally(&mut self, queue: i64) -> rusqlite::Result<&mut Tally> {
        if !self.tallies.contains_key(&queue) {
            let tally = self
                .statement("SELECT live, dead FROM queue WHERE id = ?1")?
                .query_row([queue], |row| {
                    Ok(Tally {
                        live: row.get(0)?,
                        dead: row.get(1)?,
                    })
                })?;
            self.tallies.insert(queue, tally);
        }
        Ok(self
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
