//! The calling half: `{Service}Client`.

use super::model::{Method, Service};
use super::service::{doc_lines, exception, parameters};

/// The parameter `VIA` is written so that no type of an IDL hides behind it: those are in camel case.
pub(super) fn code(service: &Service, krate: &str) -> String {
    let Service { name, wire, .. } = service;
    let methods: String = service.methods.iter().map(|m| method(m, krate)).collect();
    format!(
        "/// Calls the Thrift service `{wire}`.
        pub struct {name}Client<VIA> {{ caller: {krate}::rpc::thrift::Caller<VIA> }}

        impl<VIA: {krate}::rpc::thrift::Transport> {name}Client<VIA> {{
            /// Calls by this transport.
            pub fn new(transport: VIA) -> Self {{
                Self {{ caller: {krate}::rpc::thrift::Caller::new(transport) }}
            }}

            {methods}
        }}

        impl<VIA> ::core::fmt::Debug for {name}Client<VIA> {{
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{
                f.debug_struct(\"{name}Client\").finish_non_exhaustive()
            }}
        }}
        "
    )
}

fn method(method: &Method, krate: &str) -> String {
    let Method {
        wire,
        returns,
        args_send,
        result_recv,
        ..
    } = method;
    // The constructor's name is taken.
    let name = match method.name.as_str() {
        "new" => "new_",
        name => name,
    };
    let docs = doc_lines(&method.docs);
    let thrift = format!("{krate}::rpc::thrift");
    let (parameters, exception) = (parameters(method), exception(method, krate));
    let args: String = method
        .args
        .iter()
        .map(|arg| format!("{},", arg.name))
        .collect();
    let body = match method.oneway {
        true => format!(
            "self.caller.oneway(\"{wire}\", &__args).await.map_err({thrift}::ClientError::Call)"
        ),
        false => {
            let (result, value) = (&result_recv.path, &result_recv.value);
            let declared = declared(method, &thrift);
            format!(
                "match self.caller.call::<_, {result}>(\"{wire}\", &__args).await {{
                    ::core::result::Result::Ok({result}::{value}(value)) => ::core::result::Result::Ok(value),
                    {declared}
                    ::core::result::Result::Err(error) => ::core::result::Result::Err({thrift}::ClientError::Call(error)),
                }}"
            )
        }
    };
    format!(
        "{docs}pub async fn {name}(&self{parameters}) -> ::core::result::Result<{returns}, {thrift}::ClientError<{exception}>> {{
            let __args = {args_send} {{ {args} }};
            {body}
        }}

        "
    )
}

fn declared(method: &Method, thrift: &str) -> String {
    let result = &method.result_recv;
    let declared = method.exception.iter().flat_map(|exception| {
        exception
            .variants
            .iter()
            .zip(&result.exceptions)
            .map(|(variant, told)| {
                format!(
                "::core::result::Result::Ok({}::{told}(exception)) => ::core::result::Result::Err(
                    {thrift}::ClientError::Declared({}::{}(exception))),\n",
                result.path, exception.path, variant.name
            )
            })
    });
    declared.collect()
}
