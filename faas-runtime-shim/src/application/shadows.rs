//! Routes that no request would reach, since a service of gRPC is asked before them.

use crate::function::{Function, Origin, Trigger};
use crate::startup::StartError;

/// Finds the routes and mounts below the path of a service (gRPC over HTTP2, "Path": `/` service `/` method).
pub(super) fn check(functions: &[&'static Function]) -> Vec<StartError> {
    let services: Vec<(&str, &Origin)> = functions
        .iter()
        .filter_map(|function| match function.trigger {
            Trigger::Grpc { service, .. } => Some((service(), &function.origin)),
            Trigger::GrpcMethod { service, .. } => Some((service, &function.origin)),
            _ => None,
        })
        .collect();
    let routes = functions.iter().filter_map(|function| {
        let path = match function.trigger {
            Trigger::Http { path, .. } if path.matches('/').count() > 1 => path,
            Trigger::Mount { prefix, .. } => prefix,
            _ => return None,
        };
        Some((path, &function.origin))
    });
    let shadowed = routes.filter_map(|(path, route)| {
        let first = path.split('/').nth(1)?;
        let (service, origin) = services.iter().find(|(service, _)| *service == first)?;
        Some(StartError::shadowed_by_service(
            path, route, service, origin,
        ))
    });
    shadowed.collect()
}

#[cfg(test)]
mod tests {
    //! Which routes a service hides.

    use std::future::ready;

    use axum::body::Body;
    use futures_util::FutureExt;
    use http::Response;

    use super::*;
    use crate::kit;

    fn function(name: &'static str, trigger: Trigger) -> &'static Function {
        Box::leak(Box::new(kit::function(name, trigger)))
    }

    #[track_caller]
    fn check_path(path: &'static str, expected: bool) {
        let call = |_| ready(Response::new(Body::empty())).boxed();
        let service = function(
            "get",
            Trigger::GrpcMethod {
                service: "shop.v1.Shop",
                method: "Get",
                call,
            },
        );
        let route = Trigger::Http {
            methods: &["GET"],
            path,
            call,
        };
        let errors = check(&[function("page", route), service]);
        assert_eq!(errors.len(), usize::from(expected), "{path}: {errors:?}");
        if let Some(error) = errors.first() {
            assert_eq!(error.code(), "F0218");
            let text = error.to_string();
            assert!(text.contains("`page` at tests.rs:1"), "{text}");
            assert!(text.contains("`get` at tests.rs:1"), "{text}");
        }
    }

    #[test]
    fn only_what_lies_below_a_service_is_hidden() {
        for path in [
            "/shop.v1.Shop/Get",
            "/shop.v1.Shop/{item}",
            "/shop.v1.Shop/a/b",
            "/shop.v1.Shop/{*rest}",
        ] {
            check_path(path, true);
        }
        for path in [
            "/shop.v1.Shop",
            "/shop.v1.Shops/Get",
            "/v1/shop.v1.Shop/Get",
            "/{service}/{method}",
            "/",
        ] {
            check_path(path, false);
        }
    }
}
