//! `Probe`: what a handler sees of its call, and handlers that wait, fail and panic.

use std::io;

use bytes::Bytes;
use faas::rpc::thrift::{Exception, Undeclared};
use faas::{Context, Error};
use pilota::FastStr;
use pilota::thrift::{ApplicationException, ApplicationExceptionKind};

use super::wire::probe::{Failure, Probe, ProbeServer, Told};
use crate::gate;

struct Witness;

#[faas::resource]
fn witness() -> Witness {
    Witness
}

#[faas::thrift]
impl Probe for Witness {
    async fn context(&self) -> Result<Told, Exception<Undeclared>> {
        let context = Context::current();
        let context = context.ok_or_else(|| Error::retry("there is no context"))?;
        Ok(Told {
            function: context.function().into(),
            trigger: context.trigger().into(),
            platform: context.platform().into(),
            invocation_id: FastStr::new(context.invocation_id()),
            trace_id: context
                .trace()
                .map(|trace| trace.trace_id_hex().to_string().into()),
            client_address: context
                .client_address()
                .map(|address| address.to_string().into()),
            remaining_ms: context
                .remaining()
                .map(|left| i64::try_from(left.as_millis()).unwrap_or(i64::MAX)),
        })
    }

    #[expect(clippy::panic, reason = "that is what it is for")]
    async fn fail_as(&self, failure: Failure) -> Result<FastStr, Exception<Undeclared>> {
        Err(match failure {
            Failure::INTERNAL => io::Error::other("secret of src/shop.rs").into(),
            Failure::REJECT => Error::reject("for the caller").into(),
            Failure::PANIC => panic!("secret of src/shop.rs"),
            Failure::OWN => {
                ApplicationException::new(ApplicationExceptionKind::MISSING_RESULT, "as it is")
                    .into()
            }
            other => Error::reject(format!("no failure has the number {}", other.inner())).into(),
        })
    }

    async fn hold(&self, port: i32) -> Result<FastStr, Exception<Undeclared>> {
        gate::pass(u16::try_from(port)?).await?;
        Ok(gate::WENT_ON.into())
    }

    #[faas(timeout = "300ms")]
    async fn impatient(&self, port: i32) -> Result<FastStr, Exception<Undeclared>> {
        self.hold(port).await
    }

    async fn pass_through(&self, port: i32) -> Result<(), Exception<Undeclared>> {
        self.hold(port).await.map(drop)
    }

    async fn bytes_of(&self, size: i32) -> Result<Bytes, Exception<Undeclared>> {
        Ok(vec![7; usize::try_from(size)?].into())
    }

    async fn r#match(&self, value: i32) -> Result<i32, Exception<Undeclared>> {
        Ok(value)
    }
}
