//! Who called: what platforms tell about the request beside the request itself.

use std::net::IpAddr;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::{StatusCode, request};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::trigger::Invoked;
use super::{Context, FromInvocation, Nothing, Parts, Slot};
use crate::Error;

/// The platform's own request context, decoded from its JSON.
///
/// On AWS Lambda it is `requestContext` of the event. Where a platform has none, the request is answered with 500; take
/// `Option<RequestContext>` in a handler that also runs there.
#[derive(Clone, Debug)]
pub struct RequestContext<T = Value>(pub T);

/// The claims of the caller, as the platform's authoriser has checked them.
///
/// Without claims the request is answered with 401, and with 403 if they are of another shape than `T`.
#[derive(Clone, Debug)]
pub struct Claims<T = Value>(pub T);

/// The address of the client: the one that the platform saw, else that of the connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClientAddr(pub IpAddr);

/// Reads one of these types from the context; `None` if the platform does not tell.
trait Told: Sized {
    fn read(context: &Context) -> Result<Option<Self>, Error>;
    fn absent(context: &Context) -> Error;
}

impl<T: DeserializeOwned> Told for RequestContext<T> {
    fn read(context: &Context) -> Result<Option<Self>, Error> {
        let raw = context
            .details()
            .and_then(|details| details.request_context.as_ref());
        Ok(raw.map(|raw| raw.decode()).transpose()?.map(Self))
    }

    fn absent(context: &Context) -> Error {
        Error::retry(format!(
            "the platform `{}` sends no request context: take `Option<RequestContext>`",
            context.platform()
        ))
    }
}

impl<T: DeserializeOwned> Told for Claims<T> {
    fn read(context: &Context) -> Result<Option<Self>, Error> {
        let claims = context.details().and_then(|details| {
            let raw = details.request_context.as_ref()?;
            (details.claims?)(raw)
        });
        match claims.map(serde_json::from_value) {
            None => Ok(None),
            Some(Ok(claims)) => Ok(Some(Self(claims))),
            Some(Err(error)) => Err(Error::status(
                StatusCode::FORBIDDEN,
                format!("the claims are not what this function expects: {error}"),
            )),
        }
    }

    fn absent(_: &Context) -> Error {
        Error::status(
            StatusCode::UNAUTHORIZED,
            "no authoriser has checked this caller",
        )
    }
}

impl Told for ClientAddr {
    fn read(context: &Context) -> Result<Option<Self>, Error> {
        Ok(context.client_address().map(Self))
    }

    fn absent(context: &Context) -> Error {
        Error::retry(format!(
            "the platform `{}` does not tell the client's address: take `Option<ClientAddr>`",
            context.platform()
        ))
    }
}

fn required<T: Told>(context: &Context) -> Result<T, Error> {
    T::read(context)?.ok_or_else(|| T::absent(context))
}

macro_rules! told {
    ($($type:ident $(<$param:ident>)?),+) => {$(
        impl<S: Sync $(, $param: DeserializeOwned + Send)?> FromRequestParts<S> for $type $(<$param>)? {
            type Rejection = Error;

            fn from_request_parts(
                parts: &mut request::Parts,
                _: &S,
            ) -> impl Future<Output = Result<Self, Error>> {
                std::future::ready(Parts::of(parts).and_then(|parts| required(parts.context())))
            }
        }

        impl<S: Sync $(, $param: DeserializeOwned + Send)?> OptionalFromRequestParts<S> for $type $(<$param>)? {
            type Rejection = Error;

            fn from_request_parts(
                parts: &mut request::Parts,
                _: &S,
            ) -> impl Future<Output = Result<Option<Self>, Error>> {
                std::future::ready(Parts::of(parts).and_then(|parts| Self::read(parts.context())))
            }
        }

        impl<Tr: Invoked $(, $param: DeserializeOwned)?> FromInvocation<Tr> for $type $(<$param>)? {
            type Takes = Nothing;

            fn from_invocation(parts: &Parts, _: &mut Slot) -> Result<Self, Error> {
                required(parts.context())
            }
        }

        impl<Tr: Invoked $(, $param: DeserializeOwned)?> FromInvocation<Tr> for Option<$type $(<$param>)?> {
            type Takes = Nothing;

            fn from_invocation(parts: &Parts, _: &mut Slot) -> Result<Self, Error> {
                Told::read(parts.context())
            }
        }
    )+};
}

told!(RequestContext<T>, Claims<T>, ClientAddr);

impl<Tr: Invoked> FromInvocation<Tr> for Context {
    type Takes = Nothing;

    fn from_invocation(parts: &Parts, _: &mut Slot) -> Result<Self, Error> {
        Ok(parts.context().clone())
    }
}
