//! What runs while the instance starts or stops: resources, mounts, hooks. Their fns return a value or a `Result` of it,
//! which is told apart by type in `__private`.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

use super::params::{needs, param};
use super::{
    call, duration, local, located, option, origin, output, private, private_at, site, submit,
};
use crate::item::Func;
use crate::model::{Hook, Model, Resource};

/// The marker of all of them.
pub(super) const MARKER: &str = "Start";

/// Input:  `#[faas::resource] async fn db(config: Config<DbConfig>) -> Result<Db, faas::Error>`
/// Output: `…submit! { ::faas::__private::Resource { origin: …, provides: || …, needs: …, lazy: false, build: |__parts| … } }`
pub(super) fn resource(model: &Model, resource: &Resource) -> TokenStream {
    let private = private(model);
    let origin = origin(model);
    let func = &resource.func;
    let (ty, at) = output(func);
    let of = {
        let private = private_at(model, at);
        quote_spanned!(at=> #private::Of::<#ty>::new())
    };
    let needs = needs(model, func, MARKER, &[]);
    let lazy = resource.lazy;
    let build = start(model, func, "provide");
    let entry = quote_spanned! {site()=>
        #private::Resource {
            origin: #origin,
            provides: || {
                let __of = #of;
                {
                    use #private::probe::*;
                    (&&__of).kind().provides()
                }
            },
            needs: #needs,
            lazy: #lazy,
            build: #build,
        }
    };
    submit(model, &entry)
}

/// Input:  `#[faas::http(mount = "/")] fn legacy(db: State<Db>) -> axum::Router`
/// Output: `::faas::__private::Trigger::Mount { prefix: "/", make: |__parts| … }`
pub(super) fn mount(model: &Model, func: &Func, prefix: &str) -> TokenStream {
    let private = private(model);
    let make = start(model, func, "router");
    quote_spanned!(site()=> #private::Trigger::Mount { prefix: #prefix, make: #make })
}

/// Input:  `#[faas::on_stop(timeout = "2s")] async fn flush(db: State<Db>)`
/// Output: `…submit! { ::faas::__private::Hook { origin: …, moment: ::faas::__private::HookMoment::Stop, timeout: …, needs: …, call: |__parts| … } }`
pub(super) fn hook(model: &Model, hook: &Hook) -> TokenStream {
    let private = private(model);
    let origin = origin(model);
    let moment = Ident::new(hook.moment, site());
    let timeout = option(hook.timeout.map(duration));
    let needs = needs(model, &hook.func, MARKER, &[]);
    let call = start(model, &hook.func, "done");
    let entry = quote_spanned! {site()=>
        #private::Hook {
            origin: #origin,
            moment: #private::HookMoment::#moment,
            timeout: #timeout,
            needs: #needs,
            call: #call,
        }
    };
    submit(model, &entry)
}

/// Output: `|__parts| Box::pin(async move { …reads…; let __result = db(__a0); let __value = …; Ok(::faas::__private::provide(__value)) })`
pub(super) fn start(model: &Model, func: &Func, finish: &str) -> TokenStream {
    let private = private(model);
    let arguments: Vec<_> = func
        .params()
        .enumerate()
        .map(|(index, _)| local("a", index))
        .collect();
    let params = func.params().map(|ty| param(model, MARKER, ty));
    let value = {
        let call = call(func, &arguments);
        let at = located(&func.signature.ident);
        let private = private_at(model, at);
        match func.signature.asyncness {
            Some(_) => {
                let future = quote_spanned!(at=> #private::send(#call));
                quote_spanned!(site()=> #future.await)
            }
            None => call,
        }
    };
    let (_, at) = output(func);
    let value_of = {
        let private = private_at(model, at);
        let result = Ident::new("__result", at);
        quote_spanned!(at=> (&&#private::Of::of(&#result)).kind().finish(#result))
    };
    let finished = {
        let private = private_at(model, at);
        let finish = Ident::new(finish, at);
        let value = Ident::new("__value", at);
        quote_spanned!(at=> #private::#finish(#value))
    };
    let (parts, reads) = if arguments.is_empty() {
        (quote_spanned!(site()=> _), None)
    } else {
        let reads = quote_spanned! {site()=>
            let mut __slot = #private::no_payload();
            #(let #arguments = (#params.read)(&__parts, &mut __slot)?;)*
            ::core::mem::drop(__slot);
        };
        (quote_spanned!(site()=> __parts), Some(reads))
    };
    quote_spanned! {site()=>
        |#parts| ::std::boxed::Box::pin(async move {
            use #private::probe::*;
            #reads
            let __result = #value;
            let __value = #value_of?;
            ::core::result::Result::Ok(#finished)
        })
    }
}
