//! What is kept of a piece of work: a line of JSON, and behind it the reply as it is.

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::reject;
use crate::cloudevents::{decode, encode};
use crate::invocation::{Outcome, Reply};
use crate::services::LONGEST_VALUE;

/// Milliseconds since 1970.
pub(super) type Millis = u64;

/// What is kept of a piece of work.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Record {
    /// Somebody is at it.
    Running {
        by: String,
        mark: Option<String>,
        since: Millis,
        until: Millis,
    },
    /// It is done.
    Done {
        by: String,
        mark: Option<String>,
        answer: Answer,
    },
}

/// What is kept of a reply.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    Reply(Box<Reply>),
    /// Not the reply itself, for this reason.
    Lost(String),
}

/// The line of JSON.
#[derive(Deserialize, Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
enum Head {
    Running {
        by: String,
        mark: Option<String>,
        since: Millis,
        until: Millis,
    },
    Done {
        by: String,
        mark: Option<String>,
        answer: Form,
    },
}

/// What stands behind the line.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    /// The body of a reply of this media type.
    Body(String),
    /// An event in CloudEvents' structured mode.
    Event,
    /// Nothing, for this reason.
    Lost(String),
}

impl Record {
    /// Makes the record of work that is done.
    pub(super) fn done(by: String, mark: Option<String>, reply: &Reply) -> Self {
        let size = reply.body.len() + reply.media_type.len();
        let answer = if size > LONGEST_VALUE - ROOM {
            Answer::Lost(format!(
                "it had {} bytes, and {} are kept",
                reply.body.len(),
                LONGEST_VALUE - ROOM
            ))
        } else {
            Answer::Reply(Box::new(reply.clone()))
        };
        Self::Done { by, mark, answer }
    }

    pub(super) fn mark(&self) -> &Option<String> {
        match self {
            Self::Running { mark, .. } | Self::Done { mark, .. } => mark,
        }
    }

    pub(super) fn read(value: &Bytes) -> Result<Self, String> {
        let line = value
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or("it has no head")?;
        let head = serde_json::from_slice(&value[..line]).map_err(|error| error.to_string())?;
        let body = value.slice(line + 1..);
        Ok(match head {
            Head::Running {
                by,
                mark,
                since,
                until,
            } => Self::Running {
                by,
                mark,
                since,
                until,
            },
            Head::Done { by, mark, answer } => {
                let answer = match answer {
                    Form::Body(media_type) => {
                        Answer::Reply(Box::new(Reply::new(body, Cow::Owned(media_type))))
                    }
                    Form::Event => {
                        let event = decode::structured(body).map_err(|error| error.to_string())?;
                        Answer::Reply(Box::new(Reply::event(event)))
                    }
                    Form::Lost(why) => Answer::Lost(why),
                };
                Self::Done { by, mark, answer }
            }
        })
    }

    pub(super) fn write(&self) -> Bytes {
        let (head, body) = match self.clone() {
            Self::Running {
                by,
                mark,
                since,
                until,
            } => {
                let head = Head::Running {
                    by,
                    mark,
                    since,
                    until,
                };
                (head, Bytes::new())
            }
            Self::Done { by, mark, answer } => {
                let (answer, body) = answer.into_form();
                (Head::Done { by, mark, answer }, body)
            }
        };
        // texts and numbers are always JSON
        let mut value = serde_json::to_vec(&head).unwrap_or_default();
        value.push(b'\n');
        value.extend_from_slice(&body);
        value.into()
    }
}

/// What a head may take of the room for a value.
const ROOM: usize = 4096;

impl Answer {
    /// Answers as the first time.
    pub(super) fn into_outcome(self) -> Outcome {
        match self {
            Self::Reply(reply) => Ok(*reply),
            Self::Lost(why) => Err(reject(
                "ReplyLost",
                format!("this was done before, and its reply was not kept: {why}"),
            )),
        }
    }

    fn into_form(self) -> (Form, Bytes) {
        let reply = match self {
            Self::Reply(reply) => *reply,
            Self::Lost(why) => return (Form::Lost(why), Bytes::new()),
        };
        let Some(event) = reply.event else {
            return (Form::Body(reply.media_type.into_owned()), reply.body);
        };
        match encode::structured(&event) {
            Ok(text) if text.len() <= LONGEST_VALUE - ROOM => (Form::Event, text.into()),
            Ok(text) => {
                let why = format!("the event had {} bytes", text.len());
                (Form::Lost(why), Bytes::new())
            }
            Err(error) => (Form::Lost(error.to_string()), Bytes::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    //! That what is read is what was written.

    use super::*;
    use crate::cloudevents::CloudEvent;

    #[track_caller]
    fn check(record: &Record) {
        assert_eq!(Record::read(&record.write()).as_ref(), Ok(record));
    }

    fn done(reply: &Reply) -> Record {
        Record::done("me".to_owned(), Some("mark".to_owned()), reply)
    }

    #[test]
    fn records_come_back_as_they_were() {
        check(&Record::Running {
            by: "me\n".to_owned(),
            mark: None,
            since: 1,
            until: u64::MAX,
        });
        check(&done(&Reply::nothing()));
        check(&done(&Reply::new(&b"\n\xff\n"[..], "text/x\n; y=\"z\"")));
        let mut event = CloudEvent::new("1", "/a", "b");
        event.data = Some(Bytes::from_static(b"\xff\x00"));
        event.data_content_type = Some("application/x".to_owned());
        check(&done(&Reply::event(event.clone())));
        event.data = Some(Bytes::from_static(br#"{"a":1}"#));
        event.data_content_type = Some("application/json".to_owned());
        check(&done(&Reply::event(event)));
    }

    #[test]
    fn a_reply_that_is_too_large_is_not_kept() {
        let fits = done(&Reply::json(vec![b'1'; LONGEST_VALUE - ROOM - 16]));
        assert!(fits.write().len() <= LONGEST_VALUE);
        check(&fits);
        let large = done(&Reply::json(vec![b'1'; LONGEST_VALUE]));
        check(&large);
        let Record::Done { answer, .. } = large else {
            unreachable!("it is done")
        };
        let failure = answer.into_outcome().unwrap_err();
        assert!(
            failure
                .message
                .contains("it had 1048576 bytes, and 1044480 are kept")
        );
        let mut event = CloudEvent::new("1", "/a", "b");
        event.data = Some(vec![b'1'; LONGEST_VALUE].into());
        assert!(done(&Reply::event(event)).write().len() < ROOM);
    }

    #[test]
    fn what_is_no_record_is_none() {
        for value in [&b""[..], b"{}", b"{}\n", b"{\"state\":\"paused\"}\n", b"\n"] {
            assert!(
                Record::read(&Bytes::from_static(value)).is_err(),
                "{value:?}"
            );
        }
    }
}
