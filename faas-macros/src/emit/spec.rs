//! The facts of a trigger that its specification in `__private` holds.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

use super::params::param;
use super::{duration, option, private, site};
use crate::item::Func;
use crate::model::{Binlog, CloudEvent, Event, Model, Object, Queue, Retry, Schedule, Task, Timer};

/// Input:  `#[faas::event("com.example.user.created")]`
/// Output: `spec: ::faas::__private::EventSpec { kind: "com.example.user.created", source: ::core::option::Option::None },`
pub(super) fn spec(model: &Model, func: &Func, event: &Event) -> Option<TokenStream> {
    let spec = match event {
        Event::Invoke => return None,
        Event::Queue(it) => queue(model, func, event, it),
        Event::Timer(it) => timer(model, it),
        Event::Object(it) => object(model, it),
        Event::Binlog(it) => binlog(model, it),
        Event::CloudEvent(it) => cloud_event(model, it),
        Event::Task(it) => task(model, it),
    };
    Some(quote_spanned!(site()=> spec: #spec,))
}

fn queue(model: &Model, func: &Func, event: &Event, queue: &Queue) -> TokenStream {
    let private = private(model);
    let Queue {
        queue,
        batch,
        retry,
        dead_letter,
        ordered,
    } = queue;
    let batch = option(batch.map(|batch| limit(&private, batch.get())));
    let retry = retry_policy(&private, retry);
    let dead_letter = option(text(dead_letter.as_deref()));
    let whole_batch = whole_batch(model, func, event);
    quote_spanned! {site()=>
        #private::QueueSpec {
            queue: #queue,
            batch: #batch,
            retry: #retry,
            dead_letter: #dead_letter,
            ordered: #ordered,
            whole_batch: #whole_batch,
        }
    }
}

/// Output: `::faas::__private::param::<…>().whole_batch || ::faas::__private::param::<…>().whole_batch`
pub(super) fn whole_batch(model: &Model, func: &Func, event: &Event) -> TokenStream {
    let params: Vec<_> = func
        .params()
        .map(|ty| param(model, event.name(), ty))
        .collect();
    if params.is_empty() {
        return quote_spanned!(site()=> false);
    }
    quote_spanned!(site()=> #(#params.whole_batch)||*)
}

/// Output: `::faas::__private::RetryPolicy { max: …, ..::faas::__private::RetryPolicy::DEFAULT }`
fn retry_policy(private: &TokenStream, retry: &Retry) -> TokenStream {
    let Retry {
        max,
        delay,
        factor,
        cap,
    } = retry;
    let fields: Vec<_> = [
        ("max", max.map(|max| limit(private, max.get()))),
        ("delay", delay.map(duration)),
        ("factor", factor.map(|factor| limit(private, factor.get()))),
        ("cap", cap.map(duration)),
    ]
    .into_iter()
    .filter_map(|(name, value)| {
        let (name, value) = (Ident::new(name, site()), value?);
        Some(quote_spanned!(site()=> #name: #value,))
    })
    .collect();
    match fields.len() {
        0 => quote_spanned!(site()=> #private::RetryPolicy::DEFAULT),
        4 => quote_spanned!(site()=> #private::RetryPolicy { #(#fields)* }),
        _ => {
            quote_spanned!(site()=> #private::RetryPolicy { #(#fields)* ..#private::RetryPolicy::DEFAULT })
        }
    }
}

fn timer(model: &Model, timer: &Timer) -> TokenStream {
    let private = private(model);
    let schedule = match &timer.schedule {
        Schedule::Cron(text) => quote_spanned!(site()=> #private::Schedule::Cron(#text)),
        Schedule::Every(every) => {
            let every = duration(*every);
            quote_spanned!(site()=> #private::Schedule::Every(#every))
        }
    };
    let timezone = option(text(timer.timezone.as_deref()));
    let (jitter, prestart) = (duration(timer.jitter), duration(timer.prestart));
    let missed = Ident::new(timer.missed, site());
    let overlap = Ident::new(timer.overlap, site());
    quote_spanned! {site()=>
        #private::TimerSpec {
            schedule: #schedule,
            timezone: #timezone,
            jitter: #jitter,
            missed: #private::Missed::#missed,
            overlap: #private::Overlap::#overlap,
            prestart: #prestart,
        }
    }
}

fn object(model: &Model, object: &Object) -> TokenStream {
    let private = private(model);
    let Object {
        bucket,
        on,
        prefix,
        suffix,
    } = object;
    let on = on.iter().map(|kind| Ident::new(kind, site()));
    quote_spanned! {site()=>
        #private::ObjectSpec {
            bucket: #bucket,
            on: &[#(#private::ObjectKind::#on),*],
            prefix: #prefix,
            suffix: #suffix,
        }
    }
}

fn binlog(model: &Model, binlog: &Binlog) -> TokenStream {
    let private = private(model);
    let Binlog { table, on } = binlog;
    let on = on.iter().map(|kind| Ident::new(kind, site()));
    quote_spanned! {site()=>
        #private::BinlogSpec { table: #table, on: &[#(#private::ChangeKind::#on),*] }
    }
}

fn cloud_event(model: &Model, event: &CloudEvent) -> TokenStream {
    let private = private(model);
    let CloudEvent { kind, source } = event;
    let source = option(text(source.as_deref()));
    quote_spanned!(site()=> #private::EventSpec { kind: #kind, source: #source })
}

fn task(model: &Model, task: &Task) -> TokenStream {
    let private = private(model);
    let Task {
        retry,
        priority,
        keep,
    } = task;
    let retry = retry_policy(&private, retry);
    let keep = duration(*keep);
    quote_spanned! {site()=>
        #private::TaskSpec { retry: #retry, priority: #priority, keep: #keep }
    }
}

fn limit(private: &TokenStream, number: u32) -> TokenStream {
    quote_spanned!(site()=> #private::limit(#number))
}

fn text(text: Option<&str>) -> Option<TokenStream> {
    text.map(|text| quote_spanned!(site()=> #text))
}
