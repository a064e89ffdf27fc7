//! `probe.Methods`: each method is a function of its own.

use faas::rpc::{Messages, Replies};
use faas::{Error, Proto};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use tonic::Status;

use super::wire::probe::{Failure, Gate, Text};
use crate::gate;

// ANCHOR: methods
#[faas::grpc("probe.Methods/Unary")]
async fn unary(Proto(to): Proto<Text>) -> Proto<Text> {
    Proto(Text::of(format!("hello {}", to.text)))
}

#[faas::grpc("probe.Methods/Collect")]
async fn collect(texts: Messages<Text>) -> Result<Proto<Text>, Error> {
    let words: Vec<_> = texts.map_ok(|text| text.text).try_collect().await?;
    Ok(Proto(Text::of(words.join(" "))))
}

#[faas::grpc("probe.Methods/Repeat")]
async fn repeat(
    Proto(what): Proto<Text>,
) -> Replies<impl Stream<Item = Result<Text, Status>> + use<>> {
    let answers = (0..what.times).map(move |at| Ok(Text::of(format!("{} {at}", what.text))));
    Replies(stream::iter(answers))
}
// ANCHOR_END: methods

#[faas::grpc("probe.Methods/Converse")]
async fn converse(
    texts: Messages<Text>,
) -> Replies<impl Stream<Item = Result<Text, Status>> + use<>> {
    Replies(texts.map_ok(|text| Text::of(format!("you said {}", text.text))))
}

#[faas::grpc("probe.Methods/Fail")]
async fn fail(Proto(failure): Proto<Failure>) -> Result<Proto<Text>, Error> {
    Err(failure.error())
}

#[faas::grpc("probe.Methods/FailMidStream")]
async fn fail_mid_stream(
    Proto(failure): Proto<Failure>,
) -> Replies<impl Stream<Item = Result<Text, Error>> + use<>> {
    let before = stream::iter([Ok(Text::of("before"))]);
    Replies(before.chain(stream::once(async { Err(failure.error()) })))
}

#[faas::grpc("probe.Methods/Narrow", concurrency = 1)]
async fn narrow(Proto(gate): Proto<Gate>) -> Result<Proto<Text>, Error> {
    gate.pass().await?;
    Ok(Proto(Text::of(gate::WENT_ON)))
}

impl Text {
    pub(super) fn of(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            times: 0,
        }
    }
}

impl Gate {
    pub(super) async fn pass(&self) -> Result<(), Error> {
        gate::pass(u16::try_from(self.port)?).await
    }
}
