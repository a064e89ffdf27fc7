//! The limit: framed messages of the binary protocol by pilota's own reader and writer, one after the other on each connection,
//! with no time limit and no bounds.

use std::env;
use std::error::Error;

use bytes::BytesMut;
use pilota::thrift::binary::TBinaryProtocol;
use pilota::thrift::{Message, TInputProtocol, TMessageIdentifier, TMessageType, TOutputProtocol};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use self::idl::hello::{GreeterSayHelloArgsRecv, GreeterSayHelloResultSend, Greeting, Person};

include!(concat!(env!("OUT_DIR"), "/idl.rs"));

fn say_hello(person: Person) -> Greeting {
    Greeting {
        greeting: format!("hello {}", person.name).into(),
        n: person.n + 1,
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(env::var("FAAS__THRIFT__LISTEN")?).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            // who hangs up calls no more
            let _ = serve(stream).await;
        });
    }
}

async fn serve(mut stream: TcpStream) -> Result<(), Box<dyn Error + Send + Sync>> {
    stream.set_nodelay(true)?;
    let (mut read, mut answer) = (BytesMut::with_capacity(8192), BytesMut::with_capacity(8192));
    loop {
        let length = loop {
            if let Some(length) = read.first_chunk::<4>() {
                let length = u32::from_be_bytes(*length) as usize;
                if read.len() >= 4 + length {
                    break length;
                }
            }
            if stream.read_buf(&mut read).await? == 0 {
                return Ok(());
            }
        };
        let mut frame = read.split_to(4 + length).split_off(4).freeze();
        answer.clear();
        answer.extend_from_slice(&[0; 4]);
        handle(
            &mut TBinaryProtocol::new(&mut frame, true),
            &mut TBinaryProtocol::new(&mut answer, true),
        )?;
        let length = u32::try_from(answer.len() - 4)?.to_be_bytes();
        answer[..4].copy_from_slice(&length);
        stream.write_all(&answer).await?;
    }
}

fn handle(
    call: &mut impl TInputProtocol,
    answer: &mut impl TOutputProtocol,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let head = call.read_message_begin()?;
    if head.name != "say_hello" {
        return Err(format!("`{}` is not known", head.name).into());
    }
    let arguments = GreeterSayHelloArgsRecv::decode(call)?;
    call.read_message_end()?;
    let result = GreeterSayHelloResultSend::Ok(say_hello(arguments.person));
    answer.write_message_begin(&TMessageIdentifier {
        message_type: TMessageType::Reply,
        ..head
    })?;
    result.encode(answer)?;
    answer.write_message_end()?;
    Ok(())
}
