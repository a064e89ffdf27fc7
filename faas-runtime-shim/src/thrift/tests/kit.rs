//! The services that tests call: a method for each way to answer.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use pilota::thrift::{
    ApplicationException, Message, TAsyncInputProtocol, TInputProtocol, TLengthProtocol,
    TOutputProtocol, TStructIdentifier, TType, ThriftException,
};
use tokio::sync::Semaphore;

use crate::application::Application;
use crate::clock::ManualClock;
use crate::config::Configuration;
use crate::error::Error;
use crate::function::{Function, Limits, MethodLimits, Trigger};
use crate::invocation::{Context, Parts};
use crate::kit;
use crate::thrift::wire::{self, Framing, Head, Info, Kind, Limits as WireLimits, Protocol};
use crate::thrift::{Answer, Call, Handle, Method, Service};

/// A struct with one field, a text with this id: arguments with 1, a result with 0, a declared exception with 2.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Text<const ID: i16>(pub(crate) String);

pub(crate) type Args = Text<1>;
pub(crate) type Done = Text<0>;
pub(crate) type Declared = Text<2>;

impl<const ID: i16> Message for Text<ID> {
    fn encode<T: TOutputProtocol>(&self, protocol: &mut T) -> Result<(), ThriftException> {
        protocol.write_struct_begin(&TStructIdentifier { name: "Text" })?;
        protocol.write_field_begin(TType::Binary, ID)?;
        protocol.write_string(&self.0)?;
        protocol.write_field_end()?;
        protocol.write_field_stop()?;
        protocol.write_struct_end()
    }

    fn decode<T: TInputProtocol>(protocol: &mut T) -> Result<Self, ThriftException> {
        let mut text = None;
        protocol.read_struct_begin()?;
        loop {
            let field = protocol.read_field_begin()?;
            match (field.field_type, field.id) {
                (TType::Stop, _) => break,
                (TType::Binary, Some(id)) if id == ID => text = Some(protocol.read_string()?),
                (other, _) => {
                    protocol.skip(other)?;
                }
            }
            protocol.read_field_end()?;
        }
        protocol.read_struct_end()?;
        text.map(Self).ok_or_else(|| {
            pilota::thrift::new_protocol_exception(
                pilota::thrift::ProtocolExceptionKind::InvalidData,
                format!("field {ID} is missing"),
            )
        })
    }

    async fn decode_async<T: TAsyncInputProtocol>(_: &mut T) -> Result<Self, ThriftException> {
        unreachable!("nothing is read so")
    }

    fn size<T: TLengthProtocol>(&self, _: &mut T) -> usize {
        0
    }
}

/// What the services of one application share with its test.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Calls of `wait` and `hold` end with a permit of it.
    pub(crate) gate: Semaphore,
    /// Has a permit for each call of them that has begun.
    pub(crate) begun: Semaphore,
    /// How many calls of `touch` and `hold` are through.
    pub(crate) touched: AtomicUsize,
    /// How many calls of `wait` were dropped before they were through.
    pub(crate) dropped: AtomicUsize,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            gate: Semaphore::new(0),
            begun: Semaphore::new(0),
            touched: AtomicUsize::new(0),
            dropped: AtomicUsize::new(0),
        }
    }
}

impl Shared {
    async fn pass(&self) {
        self.begun.add_permits(1);
        self.gate.acquire().await.unwrap().forget();
    }

    /// Waits until so many more calls have begun.
    #[cfg(feature = "host")]
    pub(crate) async fn begun(&self, calls: u32) {
        self.begun.acquire_many(calls).await.unwrap().forget();
    }
}

struct Echo {
    name: &'static str,
    methods: &'static [Method],
    shared: Arc<Shared>,
}

const fn method(name: &'static str) -> Method {
    Method {
        name,
        oneway: false,
    }
}

const fn oneway(name: &'static str) -> Method {
    Method { name, oneway: true }
}

const METHODS: &[Method] = &[
    method("say"),
    method("raise"),
    method("fail"),
    method("reject"),
    method("panic"),
    method("hang"),
    method("wait"),
    method("told"),
    method("unsendable"),
    oneway("touch"),
    oneway("hold"),
    oneway("breakOff"),
];

impl Service for Echo {
    fn name(&self) -> &'static str {
        self.name
    }

    fn methods(&self) -> &'static [Method] {
        self.methods
    }

    fn call(&self, mut call: Call) -> BoxFuture<'static, Answer> {
        let (shared, name) = (Arc::clone(&self.shared), self.name);
        Box::pin(async move {
            let text = match call.args::<Args>() {
                Ok(Text(text)) => text,
                Err(fault) => return call.fault(fault),
            };
            match call.method() {
                "say" => call.reply(&Text::<0>(format!("{name}: {text}"))),
                "raise" => call.reply(&Text::<2>(text)),
                "fail" | "breakOff" => call.fault(Error::retry("canary").into()),
                "reject" => call.fault(Error::reject("no such colour").into()),
                "panic" => panic!("canary"),
                "hang" => pending().await,
                "wait" => {
                    let mut dropped = Dropped(Some(Arc::clone(&shared)));
                    shared.pass().await;
                    dropped.0 = None;
                    call.reply(&Text::<0>(text))
                }
                "told" => call.reply(&Text::<0>(told())),
                "unsendable" => call.reply(&Deep(100)),
                "touch" => {
                    shared.touched.fetch_add(1, Ordering::SeqCst);
                    call.done()
                }
                "hold" => {
                    shared.pass().await;
                    shared.touched.fetch_add(1, Ordering::SeqCst);
                    call.done()
                }
                _ => call.unknown_method(),
            }
        })
    }
}

/// Counts a call that is dropped before it is through.
struct Dropped(Option<Arc<Shared>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        if let Some(shared) = &self.0 {
            shared.dropped.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// What an invocation knows of itself.
fn told() -> String {
    let context = Context::current().unwrap();
    let trace = context.trace().map(|trace| trace.traceparent().to_string());
    format!(
        "{} {} {:?} {:?} {:?}",
        context.function(),
        context.invocation_id(),
        context.remaining(),
        trace,
        context.client_address(),
    )
}

/// So many structs in each other.
struct Deep(usize);

impl Message for Deep {
    fn encode<T: TOutputProtocol>(&self, protocol: &mut T) -> Result<(), ThriftException> {
        protocol.write_struct_begin(&TStructIdentifier { name: "Deep" })?;
        if let Some(deeper) = self.0.checked_sub(1) {
            protocol.write_field_begin(TType::Struct, 1)?;
            Self(deeper).encode(protocol)?;
            protocol.write_field_end()?;
        }
        protocol.write_field_stop()?;
        protocol.write_struct_end()
    }

    fn decode<T: TInputProtocol>(_: &mut T) -> Result<Self, ThriftException> {
        unreachable!("it is only written")
    }

    async fn decode_async<T: TAsyncInputProtocol>(_: &mut T) -> Result<Self, ThriftException> {
        unreachable!("it is only written")
    }

    fn size<T: TLengthProtocol>(&self, _: &mut T) -> usize {
        0
    }
}

/// A function that serves `Echo`, with all methods.
pub(crate) fn echo(limits: Limits) -> &'static Function {
    function(
        "echo",
        limits,
        || "Echo",
        |parts| made(&parts, "Echo", METHODS),
    )
}

/// A function that serves `Other`, which can only `say` and `shout`.
pub(crate) fn other() -> &'static Function {
    const FEW: &[Method] = &[method("say"), method("shout")];
    function(
        "other",
        Limits::NONE,
        || "Other",
        |parts| made(&parts, "Other", FEW),
    )
}

fn made(
    parts: &Parts,
    name: &'static str,
    methods: &'static [Method],
) -> BoxFuture<'static, Result<crate::function::Shared, Error>> {
    let shared = parts.application().own(Shared::default);
    let service = Echo {
        name,
        methods,
        shared,
    };
    Box::pin(async { Ok(Handle::share(service)) })
}

fn function(
    name: &'static str,
    limits: Limits,
    service: fn() -> &'static str,
    make: fn(Parts) -> BoxFuture<'static, Result<crate::function::Shared, Error>>,
) -> &'static Function {
    const METHOD_LIMITS: &[MethodLimits] = &[MethodLimits {
        method: "hang",
        timeout: Duration::from_secs(2),
    }];
    let trigger = Trigger::Thrift {
        service,
        methods: METHOD_LIMITS,
        make,
    };
    Box::leak(Box::new(Function {
        limits,
        needs: |needs| needs.thrift(),
        ..kit::function(name, trigger)
    }))
}

/// An application of these functions, on this clock.
pub(crate) async fn application(
    functions: Vec<&'static Function>,
    clock: &ManualClock,
) -> Application {
    let toml = "[thrift]\nmax_frame = \"64 KiB\"";
    let configuration = Configuration::from_toml(toml, "faas.toml").unwrap();
    let blueprint = kit::blueprint(functions, configuration, Arc::new(clock.clone()));
    Application::build(blueprint).await.unwrap()
}

/// An application that serves `Echo` alone.
pub(crate) async fn of_echo() -> Application {
    application(vec![echo(Limits::NONE)], &ManualClock::new()).await
}

/// What an application's services share with the test.
pub(crate) fn shared(application: &Application) -> Arc<Shared> {
    application.own(Shared::default)
}

/// How many invocations of a function came to this.
pub(crate) fn counted(application: &Application, function: &str, outcome: &str) -> u64 {
    let labels = format!("outcome=\"{outcome}\"}} ");
    let metrics = application.metrics();
    let line = metrics.lines().find(|line| {
        line.starts_with("faas_invocations_total")
            && line.contains(&format!("\"{function}\""))
            && line.contains(&labels)
    });
    let count = line.and_then(|line| line.rsplit(' ').next()).unwrap();
    count.parse().unwrap()
}

/// A call on the wire.
pub(crate) fn call(framing: Framing, protocol: Protocol, name: &str, text: &str) -> BytesMut {
    let head = Head {
        name: name.to_owned().into(),
        kind: Kind::Call,
        sequence: 7,
        protocol,
    };
    message(
        framing,
        &Info::default(),
        &head,
        &Text::<1>(text.to_owned()),
    )
}

pub(crate) fn message<T: Message>(
    framing: Framing,
    info: &Info<'_>,
    head: &Head,
    value: &T,
) -> BytesMut {
    let mut bytes = BytesMut::new();
    wire::write(framing, info, head, value, &mut bytes).unwrap();
    bytes
}

/// An answer as its reader sees it.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Read {
    /// The method's result.
    Done(String),
    /// An exception that the IDL declares.
    Declared(String),
    /// A `TApplicationException`: its number and its text.
    Fault(i32, String),
}

impl Read {
    pub(crate) fn done(text: &str) -> Self {
        Self::Done(text.to_owned())
    }

    pub(crate) fn fault(kind: i32, text: &str) -> Self {
        Self::Fault(kind, text.to_owned())
    }

    /// Reads an answer to a message with this head, without its framing.
    #[track_caller]
    pub(crate) fn of(answer: &Bytes, method: &str, protocol: Protocol) -> Self {
        let limits = WireLimits::of_frame(1 << 20);
        let (head, value) = wire::read_head(answer).unwrap();
        assert_eq!(
            (&*head.name, head.sequence, head.protocol),
            (method, 7, protocol)
        );
        let decode = |value: Bytes| wire::decode::<Done>(head.protocol, value, &limits);
        match head.kind {
            Kind::Reply => match decode(value.clone()) {
                Ok(Text(text)) => Self::Done(text),
                Err(_) => {
                    let declared: Declared = wire::decode(head.protocol, value, &limits).unwrap();
                    Self::Declared(declared.0)
                }
            },
            Kind::Exception => {
                let exception: ApplicationException =
                    wire::decode(head.protocol, value, &limits).unwrap();
                Self::Fault(exception.kind().as_i32(), exception.message().to_string())
            }
            Kind::Call | Kind::OneWay => panic!("a call as an answer: {head:?}"),
        }
    }
}
