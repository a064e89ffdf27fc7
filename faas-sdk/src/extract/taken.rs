//! Which parameter takes the payload, told by types.

use std::marker::PhantomData;

use super::AsJson;

/// What a parameter takes of the payload; [`Nothing`] and [`All`] are the two answers.
pub trait Taken {
    /// What a caller sends.
    type Input;
    /// How it is written.
    type Codec;
    /// Whether the payload is taken at all.
    const TAKES: bool;
}

/// The parameter leaves the payload alone.
#[derive(Debug)]
pub struct Nothing;

/// The parameter takes the payload, and a caller sends a `T` written as `C` says.
#[derive(Debug)]
pub struct All<T, C = AsJson>(PhantomData<(T, C)>);

impl Taken for Nothing {
    type Input = ();
    type Codec = AsJson;
    const TAKES: bool = false;
}

impl<T, C> Taken for All<T, C> {
    type Input = T;
    type Codec = C;
    const TAKES: bool = true;
}

/// Joins what two parameters take; two that take the payload have no join.
pub trait Join<Next> {
    /// What both take together.
    type Both;
}

impl<N> Join<N> for Nothing {
    type Both = N;
}

impl<T, C> Join<Nothing> for All<T, C> {
    type Both = Self;
}
