//! `probe.Squeezed`: a server that a function has built, with a compression and a limit of its own.

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tonic::codec::CompressionEncoding::Gzip;
use tonic::{Request, Response, Status};

use super::wire::probe::Text;
use super::wire::probe::squeezed_server::{Squeezed, SqueezedServer};

/// More than a message's bytes on the way, and after they are unpacked.
const LIMIT: usize = 100_000;

struct Words;

// ANCHOR: server
#[faas::grpc]
fn squeezed() -> SqueezedServer<Words> {
    SqueezedServer::new(Words)
        .accept_compressed(Gzip)
        .send_compressed(Gzip)
        .max_decoding_message_size(LIMIT)
}
// ANCHOR_END: server

#[tonic::async_trait]
impl Squeezed for Words {
    type RepeatStream = BoxStream<'static, Result<Text, Status>>;

    async fn echo(&self, request: Request<Text>) -> Result<Response<Text>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn repeat(&self, request: Request<Text>) -> Result<Response<Self::RepeatStream>, Status> {
        let text = request.into_inner();
        let times = usize::try_from(text.times).unwrap_or(0);
        let answers = stream::iter(std::iter::repeat_n(Ok(text), times));
        Ok(Response::new(answers.boxed()))
    }
}
