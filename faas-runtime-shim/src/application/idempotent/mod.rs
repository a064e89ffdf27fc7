//! Functions that do nothing twice: before the handler a record under the key of the work, after it the reply.
//!
//! [`once`] is the way in. A record is *running*, with the end of a lease, or *done*, with the reply. Each change of it is made
//! at the version that was read, so of two that begin the same work one gets it, and one that comes late changes nothing. Where
//! keys come from is in `key`, how records are written in `record`. It is no transaction: what a handler has done before it
//! crashed is done.

mod digest;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzzing;
mod key;
mod record;

use std::panic::AssertUnwindSafe;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Either, select};

use self::record::{Millis, Record};
use super::Application;
use crate::function::{AfterCrash, EventEntry, Idempotent};
use crate::invocation::{Failure, FailureKind, Input, InvocationId, Outcome, Parts};
use crate::rfc3339;
use crate::services::{Delete, Entry, KvError, Put, When};
use crate::telemetry::panic;

/// Calls the handler, unless the work is done, or being done: then its reply is given, or the delivery comes again.
pub(crate) fn once(
    rule: Idempotent,
    entry: EventEntry,
    parts: Parts,
    input: Input,
) -> BoxFuture<'static, Outcome> {
    Box::pin(guarded(rule, entry, parts, input))
}

async fn guarded(rule: Idempotent, entry: EventEntry, parts: Parts, input: Input) -> Outcome {
    let context = parts.context();
    let key = key::of(&rule, context, &input)?;
    let left = context.remaining();
    let work = Work {
        application: parts.application().clone(),
        rule,
        space: format!("faas.idempotent/{}", context.function()).into(),
        key: key.text.into(),
        mark: key.mark,
        by: InvocationId::own().as_str().to_owned(),
        since: now(parts.application()),
    };
    let version = match work.begin(left.unwrap_or(LEASE)).await? {
        Begun::Ours(version) => version,
        Begun::Done(outcome) => return outcome,
    };
    let handler = async move {
        // what is kept for the next time has to be whole
        entry(parts, input).await?.gathered(usize::MAX).await
    };
    let handler = AssertUnwindSafe(handler).catch_unwind();
    let (outcome, version) = if left.is_some() {
        (handler.await, version)
    } else {
        work.keep_up(handler, version).await?
    };
    match outcome {
        Ok(outcome) => work.end(outcome, version).await,
        Err(payload) => {
            let place = panic::place();
            work.forget(version).await;
            panic::resume(payload, place)
        }
    }
}

/// How long a function without a deadline has the work, unless it is still at it and says so.
const LEASE: Duration = Duration::from_secs(60);

/// How often it says so: two may fail.
const BEAT: Duration = Duration::from_secs(20);

/// How often a record is written that the store does not take, and how long it is until the second time.
const TRIES: (u32, Duration) = (5, Duration::from_millis(100));

/// One piece of work under its key, as one invocation sees it.
struct Work {
    application: Application,
    rule: Idempotent,
    space: Box<str>,
    key: Box<str>,
    /// What tells the payload from others, where two of one key have to be the same.
    mark: Option<String>,
    /// What tells this invocation from all others.
    by: String,
    since: Millis,
}

enum Begun {
    /// The work is ours, by this version of its record.
    Ours(u64),
    /// It is done.
    Done(Outcome),
}

/// What has become of our record while we did not know.
enum Seen {
    /// It is running, by this version.
    Running(u64),
    Done,
    /// It is somebody else's, or gone.
    Lost,
}

impl Work {
    async fn begin(&self, lease: Duration) -> Result<Begun, Failure> {
        let mut when = When::Absent;
        for _ in 0..TRIES.0 {
            match self.put(&self.running(lease), lease, when).await {
                Ok(Some(version)) => return Ok(Begun::Ours(version)),
                Ok(None) => {}
                // the store may have it all the same
                Err(error) => {
                    return match self.look().await {
                        Ok(Seen::Running(version)) => Ok(Begun::Ours(version)),
                        _ => Err(unguarded(&error)),
                    };
                }
            }
            when = match self.get().await.map_err(|error| unguarded(&error))? {
                None => When::Absent,
                Some(entry) => match self.meet(&entry)? {
                    Some(outcome) => return Ok(Begun::Done(outcome)),
                    None => When::Version(entry.version),
                },
            };
        }
        Err(self.busy(None))
    }

    /// Decides what a record of somebody else's means for us; `None` if we may take its work over.
    fn meet(&self, entry: &Entry) -> Result<Option<Outcome>, Failure> {
        let record = Record::read(&entry.value).map_err(|why| {
            Failure::new(
                FailureKind::Retry,
                "IdempotencyRecord",
                format!(
                    "the record of `{}` in `{}` cannot be read: {why}",
                    self.key, self.space
                ),
            )
        })?;
        if *record.mark() != self.mark {
            return Err(reject(
                "IdempotencyKeyReused",
                format!(
                    "the idempotency key `{}` was used before, with another payload: another message needs another key",
                    self.key
                ),
            ));
        }
        match record {
            Record::Done { answer, .. } => Ok(Some(answer.into_outcome())),
            Record::Running { until, .. } if now(&self.application) < until => {
                Err(self.busy(Some(until)))
            }
            Record::Running { since, .. } => match self.rule.after_crash {
                AfterCrash::Retry => {
                    tracing::warn!(
                        key = &*self.key,
                        "the work was begun at {} and never ended: it is done again",
                        told(since)
                    );
                    Ok(None)
                }
                AfterCrash::Hold => Err(reject(
                    "Held",
                    format!(
                        "the work for `{}` was begun at {} and never ended; it is held until somebody has seen what was done of it",
                        self.key,
                        told(since)
                    ),
                )),
            },
        }
    }

    /// Lets the handler go on for as long as the work is ours.
    async fn keep_up<T>(
        &self,
        handler: impl Future<Output = T>,
        mut version: u64,
    ) -> Result<(T, u64), Failure> {
        let mut handler = std::pin::pin!(handler);
        let clock = self.application.clock();
        loop {
            let beat = clock.sleep_until(clock.now().after(BEAT));
            if let Either::Left((done, _)) = select(handler.as_mut(), beat).await {
                return Ok((done, version));
            }
            let renewal = std::pin::pin!(self.renew(version));
            version = match select(handler.as_mut(), renewal).await {
                Either::Left((done, renewal)) => {
                    return Ok((done, renewal.await.unwrap_or(version)));
                }
                Either::Right((Some(version), _)) => version,
                Either::Right((None, _)) => {
                    tracing::warn!(
                        key = &*self.key,
                        "somebody else has taken the work over: the handler was stopped"
                    );
                    return Err(self.busy(None));
                }
            };
        }
    }

    /// Keeps the work for longer; `None` if it is not ours any more.
    async fn renew(&self, version: u64) -> Option<u64> {
        let renewed = self
            .put(&self.running(LEASE), LEASE, When::Version(version))
            .await;
        match renewed {
            Ok(Some(version)) => return Some(version),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(key = &*self.key, "the work could not be kept: {error}");
            }
        }
        match self.look().await {
            Ok(Seen::Running(version)) => Some(version),
            Ok(Seen::Done | Seen::Lost) => None,
            // the lease has two more beats
            Err(_) => Some(version),
        }
    }

    /// Writes down what came of the handler.
    async fn end(&self, outcome: Outcome, version: u64) -> Outcome {
        let reply = match outcome {
            Ok(reply) => reply,
            Err(failure) => {
                self.forget(version).await;
                return Err(failure);
            }
        };
        let done = Record::done(self.by.clone(), self.mark.clone(), &reply);
        let value = done.write();
        match self
            .settle(version, |version| self.put_at(value.clone(), version))
            .await
        {
            Ok(true) => Ok(reply),
            // there is one answer for all, and it is another one's
            Ok(false) => Err(self.busy(None)),
            Err(error) => {
                tracing::error!(
                    key = &*self.key,
                    "the work is done, and that could not be written down: {error}; it may be done again"
                );
                Ok(reply)
            }
        }
    }

    /// Lets the work be begun anew, if it is still ours.
    async fn forget(&self, version: u64) {
        let forgotten = self
            .settle(version, |version| self.delete_at(version))
            .await;
        if let Err(error) = forgotten {
            tracing::error!(
                key = &*self.key,
                "the work has failed, and that could not be written down: {error}; it can be tried again when its time is over"
            );
        }
    }

    /// Changes our record for the last time; `false` if it is not ours any more.
    async fn settle<F>(&self, version: u64, change: impl Fn(u64) -> F) -> Result<bool, KvError>
    where
        F: Future<Output = Result<bool, KvError>>,
    {
        let mut version = version;
        let mut pause = TRIES.1;
        let mut tries = 1;
        loop {
            let error = match change(version).await {
                Ok(true) => return Ok(true),
                Ok(false) => None,
                Err(error) => Some(error),
            };
            // what has failed may have been done all the same, and a renewal that failed too
            match (self.look().await, error) {
                (Ok(Seen::Done), _) => return Ok(true),
                (Ok(Seen::Lost), _) => return Ok(false),
                (Ok(Seen::Running(found)), None) if found == version => return Ok(false),
                (Ok(Seen::Running(found)), None) => version = found,
                (Ok(Seen::Running(_)), Some(error)) | (Err(error), _) if tries >= TRIES.0 => {
                    return Err(error);
                }
                (Ok(Seen::Running(found)), Some(_)) => version = found,
                (Err(_), _) => {}
            }
            tries += 1;
            let clock = self.application.clock();
            clock.sleep_until(clock.now().after(pause)).await;
            pause *= 2;
        }
    }

    async fn look(&self) -> Result<Seen, KvError> {
        let Some(entry) = self.get().await? else {
            return Ok(Seen::Lost);
        };
        Ok(match Record::read(&entry.value) {
            Ok(Record::Running { by, .. }) if by == self.by => Seen::Running(entry.version),
            Ok(Record::Done { by, .. }) if by == self.by => Seen::Done,
            _ => Seen::Lost,
        })
    }

    fn running(&self, lease: Duration) -> Record {
        Record::Running {
            by: self.by.clone(),
            mark: self.mark.clone(),
            since: self.since,
            until: now(&self.application).saturating_add(millis(lease)),
        }
    }

    async fn get(&self) -> Result<Option<Entry>, KvError> {
        self.application.kv().get(&self.space, &self.key).await
    }

    /// Writes a record that runs; `None` if it is in another state.
    async fn put(
        &self,
        record: &Record,
        lease: Duration,
        when: When,
    ) -> Result<Option<u64>, KvError> {
        // longer than the lease, or nobody would know that it has ended
        let ttl = self.rule.ttl.saturating_add(lease);
        self.write(record.write(), ttl, when).await
    }

    async fn put_at(&self, value: Bytes, version: u64) -> Result<bool, KvError> {
        let written = self
            .write(value, self.rule.ttl, When::Version(version))
            .await?;
        Ok(written.is_some())
    }

    async fn write(&self, value: Bytes, ttl: Duration, when: When) -> Result<Option<u64>, KvError> {
        let put = Put {
            space: self.space.clone(),
            key: self.key.clone(),
            value,
            ttl: Some(ttl),
            when,
        };
        Ok(self.application.kv().put(put).await?.ok())
    }

    async fn delete_at(&self, version: u64) -> Result<bool, KvError> {
        let delete = Delete {
            space: self.space.clone(),
            key: self.key.clone(),
            when: When::Version(version),
        };
        Ok(self.application.kv().delete(delete).await?.is_ok())
    }

    /// The delivery comes again without having been tried: somebody else is at the same work.
    ///
    /// A failure of another kind would count as an attempt, and a long run would use all of them up.
    fn busy(&self, until: Option<Millis>) -> Failure {
        let until = until.map_or_else(String::new, |until| format!(", until {}", told(until)));
        Failure::new(
            FailureKind::Overload,
            "InProgress",
            format!("the work for `{}` is being done already{until}", self.key),
        )
    }
}

fn reject(name: &'static str, message: String) -> Failure {
    Failure::new(FailureKind::Reject, name, message)
}

/// Nothing is done that cannot be kept from being done twice.
fn unguarded(error: &KvError) -> Failure {
    Failure::new(
        FailureKind::Retry,
        "KvError",
        format!("nobody knows whether this was done before: {error}"),
    )
}

fn now(application: &Application) -> Millis {
    let since = application.clock().wall().duration_since(UNIX_EPOCH);
    millis(since.unwrap_or_default())
}

fn millis(span: Duration) -> Millis {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn told(time: Millis) -> String {
    let time = UNIX_EPOCH.checked_add(Duration::from_millis(time));
    rfc3339::format(time.unwrap_or(SystemTime::UNIX_EPOCH))
}
