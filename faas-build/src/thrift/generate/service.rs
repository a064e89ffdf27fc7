//! The serving half: the trait, `{Service}Server` and what makes it a service of `faas`.

use super::model::{Method, Service};

pub(super) fn code(service: &Service, krate: &str) -> String {
    [
        interface(service, krate),
        server(service),
        dispatch(service, krate),
        conversions(service, krate),
    ]
    .concat()
}

/// Output:
/// ```text
/// pub trait ItemService: Send + Sync + 'static {
///     fn get(&self, id: i64) -> impl Future<Output = Result<Item, Exception<ItemServiceGetException>>> + Send;
/// }
/// ```
fn interface(service: &Service, krate: &str) -> String {
    let methods: String = service
        .methods
        .iter()
        .map(|m| signature(m, krate))
        .collect();
    let docs = doc_lines(&service.docs);
    let name = &service.name;
    format!(
        "{docs}pub trait {name}: ::core::marker::Send + ::core::marker::Sync + 'static {{\n{methods}}}\n"
    )
}

fn signature(method: &Method, krate: &str) -> String {
    let docs = doc_lines(&method.docs);
    let Method { name, returns, .. } = method;
    let args: String = parameters(method);
    let exception = exception(method, krate);
    format!(
        "{docs}fn {name}(&self{args}) -> impl ::core::future::Future<Output = ::core::result::Result<{returns}, \
         {krate}::rpc::thrift::Exception<{exception}>>> + ::core::marker::Send;\n"
    )
}

/// `, id: i64, name: FastStr`
pub(super) fn parameters(method: &Method) -> String {
    let args = method.args.iter();
    args.map(|arg| format!(", {}: {}", arg.name, arg.ty))
        .collect()
}

/// The type of a method's declared exceptions.
pub(super) fn exception(method: &Method, krate: &str) -> String {
    match &method.exception {
        Some(exception) => exception.path.clone(),
        None => format!("{krate}::rpc::thrift::Undeclared"),
    }
}

fn server(service: &Service) -> String {
    let Service { name, wire, .. } = service;
    format!(
        "/// Serves the Thrift service `{wire}` by an implementation of [`{name}`].
        pub struct {name}Server<T> {{ service: ::std::sync::Arc<T> }}

        impl<T> {name}Server<T> {{
            /// Takes the implementation.
            pub fn new(service: T) -> Self {{ Self::from_arc(::std::sync::Arc::new(service)) }}

            /// Takes an implementation that is used elsewhere too.
            pub fn from_arc(service: ::std::sync::Arc<T>) -> Self {{ Self {{ service }} }}
        }}

        impl<T> ::core::clone::Clone for {name}Server<T> {{
            fn clone(&self) -> Self {{ Self::from_arc(::std::sync::Arc::clone(&self.service)) }}
        }}

        impl<T> ::core::fmt::Debug for {name}Server<T> {{
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{
                f.debug_struct(\"{name}Server\").finish_non_exhaustive()
            }}
        }}
        "
    )
}

/// Output: `impl Named`, and `impl Service` with a `match` on the method's name in the message.
fn dispatch(service: &Service, krate: &str) -> String {
    let Service {
        name,
        wire,
        methods,
        ..
    } = service;
    let arms: String = methods
        .iter()
        .map(|method| arm(service, method, krate))
        .collect();
    let method = |method: &Method| {
        let Method { wire, oneway, .. } = method;
        format!("{krate}::rpc::thrift::Method {{ name: \"{wire}\", oneway: {oneway} }},")
    };
    let list: String = methods.iter().map(method).collect();
    format!(
        "impl<T> {krate}::rpc::thrift::Named for {name}Server<T> {{
            const NAME: &'static str = \"{wire}\";
        }}

        impl<T: {name}> {krate}::rpc::thrift::Service for {name}Server<T> {{
            fn name(&self) -> &'static str {{ \"{wire}\" }}

            fn methods(&self) -> &'static [{krate}::rpc::thrift::Method] {{
                const METHODS: &[{krate}::rpc::thrift::Method] = &[{list}];
                METHODS
            }}

            fn call(&self, mut call: {krate}::rpc::thrift::Call)
                -> {krate}::rpc::thrift::BoxFuture<'static, {krate}::rpc::thrift::Answer>
            {{
                let service = ::std::sync::Arc::clone(&self.service);
                ::std::boxed::Box::pin(async move {{
                    match call.method() {{
                        {arms}
                        _ => call.unknown_method(),
                    }}
                }})
            }}
        }}
        "
    )
}

fn arm(service: &Service, method: &Method, krate: &str) -> String {
    let Method {
        name,
        wire,
        args_recv,
        result_send,
        ..
    } = method;
    let thrift = format!("{krate}::rpc::thrift");
    let interface = &service.name;
    let args: String = method
        .args
        .iter()
        .map(|arg| format!(", args.{}", arg.name))
        .collect();
    let (result, value) = (&result_send.path, &result_send.value);
    let success = match method.oneway {
        true => "::core::result::Result::Ok(()) => call.done(),".to_owned(),
        false => {
            format!("::core::result::Result::Ok(value) => call.reply(&{result}::{value}(value)),")
        }
    };
    let declared = method.exception.iter().flat_map(|exception| {
        exception.variants.iter().zip(&result_send.exceptions).map(|(variant, told)| {
            let (path, variant) = (&exception.path, &variant.name);
            format!(
                "::core::result::Result::Err({thrift}::Exception::Declared({path}::{variant}(exception))) => \
                 call.reply(&{result}::{told}(exception)),\n"
            )
        })
    });
    let mut declared: String = declared.collect();
    if method.exception.is_none() {
        declared = format!(
            "::core::result::Result::Err({thrift}::Exception::Declared(none)) => match none {{}},\n"
        );
    }
    format!(
        "\"{wire}\" => {{
            let args = match call.args::<{args_recv}>() {{
                ::core::result::Result::Ok(args) => args,
                ::core::result::Result::Err(fault) => return call.fault(fault),
            }};
            match <T as {interface}>::{name}(&service{args}).await {{
                {success}
                {declared}
                ::core::result::Result::Err({thrift}::Exception::Other(error)) => call.fault({thrift}::Fault::from(error)),
            }}
        }}
        "
    )
}

/// A method's declared exceptions convert into its `Exception`. An exception that the method declares under two numbers converts
/// to the first, and inherited methods have their conversions beside their own service.
fn conversions(service: &Service, krate: &str) -> String {
    let mut code = String::new();
    let own = service.methods.iter().filter(|method| method.own);
    for exception in own.filter_map(|method| method.exception.as_ref()) {
        let path = &exception.path;
        let mut seen: Vec<&str> = Vec::new();
        for variant in &exception.variants {
            let (name, ty) = (&variant.name, variant.ty.as_str());
            if seen.contains(&ty) {
                continue;
            }
            seen.push(ty);
            code.push_str(&format!(
                "impl ::core::convert::From<{ty}> for {krate}::rpc::thrift::Exception<{path}> {{
                    fn from(exception: {ty}) -> Self {{ Self::Declared({path}::{name}(exception)) }}
                }}
                "
            ));
        }
    }
    code
}

pub(super) fn doc_lines(lines: &[String]) -> String {
    lines
        .iter()
        .map(|line| format!("#[doc = {:?}]\n", format!(" {line}")))
        .collect()
}
