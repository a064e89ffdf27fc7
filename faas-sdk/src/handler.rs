//! A fn item as its own handle: the facts about an annotated handler that the type system can read off its signature.
//!
//! Nothing here calls the handler; the registration does. These facts check the payload of `app.call(sum, pair)` at compile
//! time, and a rename breaks the call.

use crate::IntoOutcome;
use crate::extract::{FromInvocation, Join, Nothing, Taken};

/// The facts of a handler with the trigger `Tr`; `Args` is inferred.
///
/// Any fn with parameters of the trigger implements it. One that is not annotated is found out when it is called.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function with the trigger `{Tr}`",
    label = "not a function of this trigger"
)]
pub trait Handler<Tr, Args>: 'static {
    /// What a caller sends.
    type Input;
    /// How it is written.
    type InputCodec;
    /// What a caller gets.
    type Output;
    /// How that is written.
    type OutputCodec;
}

/// What a handler returns, at once or through a future; `Kind` tells the two apart.
pub trait Returns<Tr, Kind> {
    /// What a caller gets.
    type Output;
    /// How that is written.
    type Codec;
}

/// The kind of an `async fn`.
#[derive(Debug)]
pub struct Async;

/// The kind of a plain `fn`.
#[derive(Debug)]
pub struct Blocking;

impl<Tr, F: Future> Returns<Tr, Async> for F
where
    F::Output: IntoOutcome<Tr>,
{
    type Output = <F::Output as IntoOutcome<Tr>>::Output;
    type Codec = <F::Output as IntoOutcome<Tr>>::Codec;
}

impl<Tr, R: IntoOutcome<Tr>> Returns<Tr, Blocking> for R {
    type Output = R::Output;
    type Codec = R::Codec;
}

impl<Tr, F, R, K> Handler<Tr, (K,)> for F
where
    F: Fn() -> R + 'static,
    R: Returns<Tr, K>,
{
    type Input = ();
    type InputCodec = <Nothing as Taken>::Codec;
    type Output = R::Output;
    type OutputCodec = R::Codec;
}

/// Implements [`Handler`] for one number of parameters: what they take is joined from the left.
macro_rules! handler {
    ($($param:ident $before:ty => $after:ident),+; $last:ident) => {
        impl<Tr, F, R, K, $($param,)+ $($after,)+> Handler<Tr, (K, $($param,)+)> for F
        where
            F: Fn($($param),+) -> R + 'static,
            R: Returns<Tr, K>,
            $($param: FromInvocation<Tr>,)+
            $($before: Join<$param::Takes, Both = $after>,)+
            $last: Taken,
        {
            type Input = $last::Input;
            type InputCodec = $last::Codec;
            type Output = R::Output;
            type OutputCodec = R::Codec;
        }
    };
}

handler!(P1 Nothing => J1; J1);
handler!(P1 Nothing => J1, P2 J1 => J2; J2);
handler!(P1 Nothing => J1, P2 J1 => J2, P3 J2 => J3; J3);
handler!(P1 Nothing => J1, P2 J1 => J2, P3 J2 => J3, P4 J3 => J4; J4);
handler!(P1 Nothing => J1, P2 J1 => J2, P3 J2 => J3, P4 J3 => J4, P5 J4 => J5; J5);
handler!(P1 Nothing => J1, P2 J1 => J2, P3 J2 => J3, P4 J3 => J4, P5 J4 => J5, P6 J5 => J6; J6);
handler!(P1 Nothing => J1, P2 J1 => J2, P3 J2 => J3, P4 J3 => J4, P5 J4 => J5, P6 J5 => J6, P7 J6 => J7; J7);
handler!(P1 Nothing => J1, P2 J1 => J2, P3 J2 => J3, P4 J3 => J4, P5 J4 => J5, P6 J5 => J6, P7 J6 => J7, P8 J7 => J8; J8);
