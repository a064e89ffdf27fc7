//! How large may be what is asked, and how much room it takes while it waits.

use super::error::StoreError;
use super::kv::KvPut;
use super::model::{NewMessage, Verdict};
use super::op::Op;

/// Returns about how much room the operation takes, in bytes.
pub(super) fn size(op: &Op) -> usize {
    match op {
        Op::KvPut(put) => put.value.len(),
        Op::TaskProgress(progress) => progress.text.len(),
        Op::Together(ops) => ops.iter().map(size).sum(),
        op => contents(op).sum(),
    }
}

/// Makes sure that nothing in it is larger than it may be.
pub(super) fn check(op: &Op) -> Result<(), StoreError> {
    match op {
        Op::KvPut(KvPut {
            space, key, value, ..
        }) => {
            name("space", space)?;
            name("key", key)?;
            at_most("value", value.len(), MAX_VALUE)
        }
        Op::Submit(submit) => {
            name("task's id", &submit.id)?;
            at_most("message", submit.message.content.size(), MAX_MESSAGE)
        }
        Op::TaskProgress(progress) => at_most("progress", progress.text.len(), MAX_PROGRESS),
        Op::Together(ops) => ops.iter().try_for_each(check),
        op => contents(op).try_for_each(|size| at_most("message", size, MAX_MESSAGE)),
    }
}

/// The largest content of one message.
const MAX_MESSAGE: usize = 64 * 1024 * 1024;

/// The largest value of a key.
const MAX_VALUE: usize = 1024 * 1024;

/// The longest text about how far a task is.
const MAX_PROGRESS: usize = 64 * 1024;

/// The longest key, space or id, in bytes.
const MAX_NAME: usize = 1024;

fn name(what: &'static str, name: &str) -> Result<(), StoreError> {
    match name {
        "" => Err(StoreError::Empty { what }),
        name => at_most(what, name.len(), MAX_NAME),
    }
}

fn at_most(what: &'static str, size: usize, limit: usize) -> Result<(), StoreError> {
    if size > limit {
        return Err(StoreError::TooLarge { what, size, limit });
    }
    Ok(())
}

/// Returns the sizes of the messages that are pushed, and of results.
fn contents(op: &Op) -> impl Iterator<Item = usize> {
    let (mut pushed, mut sizes): (Vec<&NewMessage>, Vec<usize>) = (Vec::new(), Vec::new());
    match op {
        Op::Push(push) => pushed.extend(&push.messages),
        Op::Submit(submit) => pushed.push(&submit.message),
        Op::Settle(verdicts) => {
            for (_, verdict) in verdicts {
                match verdict {
                    Verdict::Letter(letter) => pushed.extend(&letter.messages),
                    Verdict::Finished(reply) => sizes.push(reply.body.len()),
                    _ => {}
                }
            }
        }
        _ => {}
    }
    sizes.extend(pushed.into_iter().map(|message| message.content.size()));
    sizes.into_iter()
}

/// Makes sure that what a settlement brings is not larger than it may be. One that is would take all with it that are carried
/// out together.
///
/// # Errors
///
/// Its letter or its result is too large.
pub(crate) fn check_verdict(verdict: &Verdict) -> Result<(), StoreError> {
    let bears = |size| at_most("message", size, MAX_MESSAGE);
    match verdict {
        Verdict::Finished(reply) => bears(reply.body.len()),
        Verdict::Letter(letter) => {
            let mut messages = letter.messages.iter();
            messages.try_for_each(|message| bears(message.content.size()))
        }
        Verdict::Done
        | Verdict::Cancelled
        | Verdict::Again { .. }
        | Verdict::Return { .. }
        | Verdict::Dead { .. } => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    //! What a settlement may bring.

    use super::*;
    use crate::host::store::Reply;

    #[test]
    fn a_result_that_no_store_bears_is_found_before_it_is_asked_for() {
        let finished = |size| {
            check_verdict(&Verdict::Finished(Reply {
                body: vec![0; size].into(),
                media_type: None,
            }))
        };
        assert_eq!(finished(MAX_MESSAGE), Ok(()));
        let error = finished(MAX_MESSAGE + 1).unwrap_err();
        assert!(matches!(error, StoreError::TooLarge { .. }), "{error}");
    }
}
