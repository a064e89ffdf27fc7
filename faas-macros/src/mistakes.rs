//! Every mistake that the macros tell a user of: one row with its stable code, what is wrong in the user's words, and help.
//! A code never changes its meaning and is never used again. A test fails when a row has no case in `tests/ui`.

use proc_macro2::Span;
use quote::ToTokens;

/// A mistake without its place.
pub(crate) struct Mistake {
    code: &'static str,
    what: String,
    help: Vec<String>,
}

impl Mistake {
    /// The mistake at all the tokens of `place`.
    pub(crate) fn at(&self, place: impl ToTokens) -> syn::Error {
        syn::Error::new_spanned(place, self.text())
    }

    pub(crate) fn at_span(&self, span: Span) -> syn::Error {
        syn::Error::new(span, self.text())
    }

    pub(crate) fn text(&self) -> String {
        let mut text = format!("{} [{}]", self.what, self.code);
        for help in &self.help {
            text.push_str("\nhelp: ");
            text.push_str(help);
        }
        text
    }
}

/// A function per row that builds the mistake, and the list of codes.
macro_rules! mistakes {
    ($($code:ident $name:ident($($fact:ident),*): $what:literal, $(help $help:literal),+;)*) => {
        $(
            pub(crate) fn $name($($fact: &str),*) -> Mistake {
                Mistake { code: stringify!($code), what: format!($what), help: vec![$(format!($help)),+] }
            }
        )*

        #[cfg(test)]
        pub(crate) const CODES: &[(&str, &str)] = &[$((stringify!($code), stringify!($name))),*];
    };
}

// F010x arguments, F011x values, F012x and F013x routes up to F0142, F0143 and F0144 what is done once, from F0145 on
// methods and servers, F015x and F016x functions up to F0165, from F0166 on implementations of services, F017x resources
// and configuration up to F0177, from F0178 on the triggers of events.
mistakes! {
    F0101 unknown_argument(key, list, nearest, allowed):
        "`{key}` is not an argument of `{list}`",
        help "{nearest}{allowed}";
    F0102 argument_elsewhere(key, list, hint):
        "`{key}` cannot be given to `{list}`",
        help "{hint}";
    F0103 duplicate_argument(key):
        "`{key}` is given twice",
        help "keep one of them";
    F0104 missing_value(key, example):
        "`{key}` has no value",
        help "write `{example}`";
    F0105 wrong_value(key, expected, found, example):
        "`{key}` takes {expected}, found `{found}`",
        help "write for example `{example}`";
    F0106 flag_with_value(key):
        "`{key}` takes no value",
        help "write `{key}` alone for yes, leave it out for no";
    F0107 unnamed_value(found, list, hint):
        "`{list}` takes no value without a name, found `{found}`",
        help "{hint}";
    F0108 unexpected_token(found, example):
        "`{found}` is not expected here",
        help "arguments stand between commas, such as `{example}`";
    F0109 second_unnamed(found, what, example):
        "there is a {what} already, found `{found}` as a second",
        help "one is enough: `{example}`";

    F0111 duration(found):
        "`{found}` is not a duration",
        help "a duration is whole numbers with units, the largest unit first: `d`, `h`, `m`, `s`, `ms`",
        help "for example \"2s\", \"500ms\" or \"1m30s\"";
    F0112 zero_duration(found, without):
        "`{found}` leaves no time at all",
        help "give more than zero, or leave the argument out for {without}";
    F0113 size(found):
        "`{found}` is not a size",
        help "a size is a whole number above zero with a unit: `B`, `KB`, `MB`, `GB`, `KiB`, `MiB`, `GiB`",
        help "for example \"256MiB\"";
    F0114 rate(found):
        "`{found}` is not a rate",
        help "a rate is a whole number above zero, a slash and a time: \"50/s\", \"10/m\", \"5/h\" or \"100/10s\"";
    F0115 name(found):
        "`{found}` cannot be the name of a function, resource or hook",
        help "a name begins with an ASCII letter or `_`, goes on with letters, digits, `_` and `-`, and has at most 63 characters",
        help "give one as `name = \"get-order\"`";
    F0116 count(key, found, without):
        "`{key}` must be from 1 to 4294967295, found `{found}`",
        help "leave `{key}` out for {without}";
    F0117 priority(key, found):
        "`{key}` must be from -32768 to 32767, found `{found}`",
        help "the higher comes first; leave `{key}` out for 0";

    F0121 unknown_method(found, nearest):
        "`{found}` is not an HTTP method",
        help "{nearest}allowed: GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH";
    F0122 method_spelling(found, method):
        "`{found}` is not how a method is written",
        help "write `{method}`, in upper case and without quotes";
    F0123 duplicate_method(method):
        "method `{method}` is given twice",
        help "keep one of them";
    F0124 methods_by_comma(methods):
        "methods are joined by `|`, found a comma",
        help "write `{methods}`";
    F0125 missing_path():
        "the path is missing",
        help "write `#[faas::http(GET, \"/orders/{{id}}\")]`, or `#[faas::http(mount = \"/\")]` on a fn that returns a Router";
    F0126 path_and_mount(path):
        "path `{path}` stands beside `mount`",
        help "a fn serves one path, or all paths below a mount: keep one of them";
    F0127 methods_and_mount(methods):
        "`{methods}` stands beside `mount`",
        help "a mounted Router routes all methods by itself: leave the methods out";

    F0131 path_start(found):
        "path `{found}` does not begin with `/`",
        help "write a path such as \"/orders/{{id}}\"";
    F0132 old_parameter(segment, new):
        "`{segment}` is not how a path parameter is written",
        help "write `{new}`";
    F0133 path_braces(segment):
        "the braces in `{segment}` do not enclose a parameter",
        help "a parameter is `{{name}}`, the rest of a path is `{{*name}}`; a brace that is meant literally is doubled";
    F0134 parameter_name(found):
        "`{found}` cannot be the name of a path parameter",
        help "a name begins with an ASCII letter or `_` and goes on with letters, digits and `_`";
    F0135 duplicate_parameter(name):
        "path parameter `{name}` occurs twice",
        help "give each parameter of a path its own name";
    F0136 rest_not_last(segment):
        "something follows on `{segment}`, which takes all the rest of the path",
        help "put it at the end of the path, or take one segment by `{{name}}`";
    F0137 text_after_parameter(segment):
        "in `{segment}` something follows on a parameter",
        help "a parameter ends its segment: `/file-{{name}}` can be matched, `/{{name}}.png` cannot";
    F0138 path_query(found):
        "`{found}` is not part of a path",
        help "a query is read by a parameter of type `Query<T>`; a fragment never reaches a server";
    F0139 empty_segment(path):
        "path `{path}` has an empty segment",
        help "write one `/` instead of `//`";
    F0140 path_character(found, encoded):
        "{found} cannot stand in a path",
        help "a path is matched as it is sent: write `{encoded}`";
    F0141 mount_parameter(prefix):
        "mount prefix `{prefix}` has a parameter",
        help "a prefix is plain text; put the parameter into the routes of the mounted Router";
    F0142 mount_slash(prefix, new):
        "mount prefix `{prefix}` ends with `/`",
        help "write \"{new}\"; requests for both reach the mounted Router";

    F0143 pointer(found, nearest):
        "`{found}` is not a JSON Pointer",
        help "{nearest}a pointer is a `/` and a name for each step into the payload, such as \"/order/id\"",
        help "in a name `~` is written `~0`, and `/` is written `~1`";
    F0144 idempotent_batch(name):
        "`{name}` takes a whole batch, which is not `idempotent` as one",
        help "take `Message<T>` to get the deliveries one by one, each with its own key, or leave `idempotent` out";

    F0145 method_path(found, fault, nearest):
        "`{found}` is not the path of a method: {fault}",
        help "{nearest}a path is the service with its package, `/` and the method, named as in the .proto file: \"hello.Greeter/SayHello\"";
    F0146 method_path_on_impl(path):
        "path `{path}` stands on an `impl`, which has all methods of its service",
        help "leave the path out, or annotate a fn that answers this one method";
    F0147 no_server(name):
        "`{name}` returns no server, and no path says which method it answers",
        help "for one method write its path: `#[faas::grpc(\"hello.Greeter/SayHello\")]`",
        help "for a service return its server: `-> GreeterServer<MyGreeter>`";
    F0148 opaque_server(name):
        "`{name}` returns a server whose type has no name",
        help "write the type in place of `impl Trait`, such as `GreeterServer<MyGreeter>`: it says which service this is";
    F0149 server_on_fn(attribute):
        "`server` stands beside a fn",
        help "leave it out: it is for `#[faas::{attribute}] impl Greeter for MyGreeter`, where the server is not the trait's name and `Server`";

    F0151 not_a_function(attribute, found, example):
        "`#[faas::{attribute}]` stands on a fn, found `{found}`",
        help "move it to a fn of a module: `{example} async fn …`";
    F0152 method(attribute):
        "`#[faas::{attribute}]` cannot stand on a method",
        help "move the fn out of the impl, and ask for the value by a parameter `State<T>`";
    F0153 no_body(name):
        "`{name}` has no body",
        help "the attribute stands on a fn of a module, not on one of a trait or an extern block";
    F0154 main(attribute):
        "`#[faas::{attribute}]` cannot stand on `main`",
        help "annotate another fn; `main` only starts them: `fn main() -> std::process::ExitCode {{ faas::run() }}`";
    F0155 generic(name):
        "`{name}` is generic, so there is no single fn to call",
        help "write concrete types; several functions may share a generic fn by calling it";
    F0156 qualifier(qualifier, name):
        "`{name}` cannot be `{qualifier}`",
        help "remove `{qualifier}`, and call such a fn from this one if there is one";
    F0157 variadic(name):
        "`{name}` cannot take `...`",
        help "write each parameter with its type";
    F0158 impl_parameter():
        "a parameter cannot be of type `impl Trait`",
        help "write a concrete type; it decides what is extracted";
    F0159 reference_parameter():
        "a parameter cannot be a reference",
        help "take a type that owns its data, such as `String`, `Vec<T>` or `State<T>`";
    F0160 parameter_lifetime(lifetime):
        "a parameter cannot borrow, found `{lifetime}` in its type",
        help "take a type that owns its data, such as `String`, `Vec<T>` or `State<T>`";
    F0161 conditional_parameter(attribute):
        "`#[{attribute}]` cannot stand on a parameter here",
        help "write the fn twice, each with its own `#[cfg]`; a type alias under `#[cfg]` works too";
    F0162 helper_attribute():
        "`#[faas(…)]` has no meaning here",
        help "a parameter is judged by its type; arguments stand in the attribute of the fn: `#[faas::invoke(timeout = \"2s\")]`";
    F0163 two_attributes(attribute, second):
        "`#[faas::{second}]` stands on the same item as `#[faas::{attribute}]`",
        help "an item has one of them; write a second fn that calls the first";
    F0164 future_returned(name):
        "`{name}` returns a future, but is not an `async fn`",
        help "write `async fn`; if another attribute rewrites it, put that one below `#[faas::…]`";
    F0165 two_payloads(name):
        "two parameters of `{name}` take the payload",
        help "keep one of them, and put both values into its type";

    F0166 not_a_service(attribute, found):
        "`#[faas::{attribute}]` stands on an `impl` or a fn, found `{found}`",
        help "move it to the implementation of the service: `#[faas::{attribute}] impl Greeter for MyGreeter {{ … }}`";
    F0167 inherent_impl():
        "this `impl` is of no service",
        help "name the trait that was generated for the service: `impl Greeter for MyGreeter {{ … }}`";
    F0168 generic_impl():
        "the `impl` of a service cannot be generic",
        help "write concrete types; what differs may stand inside of them as a `Box<dyn Trait + Send + Sync>`";
    F0169 trait_arguments(name):
        "`{name}` has arguments, which the trait of a service has not",
        help "name the trait that was generated for the service: `impl Greeter for MyGreeter {{ … }}`";
    F0170 impl_qualifier(found):
        "`{found}` cannot stand in the `impl` of a service",
        help "remove it: `impl Greeter for MyGreeter {{ … }}`";

    F0171 missing_return(name, attribute, example):
        "`{name}` returns nothing, which `#[faas::{attribute}]` cannot use",
        help "write the type of what it makes, for example `{example}`";
    F0172 opaque_return(name):
        "`{name}` returns a type without a name, so no `State<T>` can ask for it",
        help "write the type in place of `impl Trait`; a `Box<dyn Trait + Send + Sync>` has a name too";
    F0173 not_a_config(found):
        "`#[faas::config]` stands on a struct with named fields, found {found}",
        help "write `struct DbConfig {{ url: String }}`";
    F0174 generic_config(name):
        "`{name}` is generic, so its section has no single shape",
        help "write concrete field types, such as `String` for a text";
    F0175 missing_section():
        "the name of the section is missing",
        help "write `#[faas::config(\"db\")]`";
    F0176 section_name(found):
        "`{found}` cannot be the name of a section",
        help "a name begins with a small ASCII letter and goes on with small letters, digits and single `_`, so that `FAAS__SECTION__KEY` can be told apart";
    F0177 reserved_section(found, reserved):
        "section `{found}` belongs to `faas` itself",
        help "choose another name; taken are {reserved}";

    F0178 missing_unnamed(what, example):
        "the {what} is missing",
        help "write `{example}`";
    F0179 missing_schedule():
        "the schedule is missing",
        help "write a cron text as in `#[faas::timer(\"0 3 * * *\")]`, or a span of time as in `#[faas::timer(every = \"5m\")]`";
    F0180 cron_and_every(cron, every):
        "`every = \"{every}\"` stands beside the cron text `{cron}`",
        help "a timer has one schedule: keep one of them";
    F0181 zone_and_every(zone):
        "`timezone = \"{zone}\"` stands beside `every`",
        help "a span of time is the same in every zone: leave `timezone` out, or write a cron text in place of `every`";
    F0182 zone(found, nearest):
        "`{found}` is not a time zone",
        help "{nearest}a zone is written as in the IANA database: `UTC`, `Asia/Shanghai`, `Europe/Berlin`";
    F0183 cron(found, fault):
        "`{found}` is not a cron text: {fault}",
        help "`0 3 * * *` is every day at three, `*/15 9-17 * * MON-FRI` every quarter of an hour at work";
    F0184 cron_never(found, days, months):
        "`{found}` never fires",
        help "no month of `{months}` has a day of `{days}`; `L` is the last day of any month";
    F0185 foreign_schedule(found, hint):
        "`{found}` is not how a schedule is written here",
        help "expected {hint}";
    F0186 queue_name(found):
        "`{found}` cannot be the name of a queue",
        help "a name begins with an ASCII letter, a digit or `_` and goes on with letters, digits, `-`, `_`, `.` and `/`",
        help "an address stands in the configuration: `[queues.orders] url = \"…\"`";
    F0187 bucket_name(found):
        "`{found}` cannot be the name of a bucket",
        help "a name begins with an ASCII letter, a digit or `_` and goes on with letters, digits, `-`, `_` and `.`; a folder in it is a `prefix`",
        help "an address stands in the configuration: `[objects.uploads] url = \"…\"`";
    F0188 table_name(found):
        "`{found}` cannot be the name of a table",
        help "a table is written as `orders` or `shop.orders`: parts of letters, digits, `_`, `-` and `$` between dots",
        help "an address stands in the configuration: `[binlogs.NAME] url = \"…\"`";
    F0189 event_text(found, what, example):
        "`{found}` cannot be the {what} of an event",
        help "write what CloudEvents carry, without blanks at its ends and without control characters, such as \"{example}\"";
    F0190 star_not_last(found):
        "`*` stands inside of `{found}`",
        help "only the end of a type can be left open: \"com.example.user.*\"; `\"*\"` takes every event";
    F0191 own_dead_letter(queue):
        "queue `{queue}` cannot be its own dead letter",
        help "what fails would come back for ever: name another queue, such as \"{queue}-dead\"";
    F0192 delay_over_cap(delay, cap):
        "a `delay` of {delay} is longer than a `cap` of {cap}",
        help "delays begin with `delay` and grow by `factor` up to `cap`";
    F0193 no_words(key, example, without):
        "`{key}` is an empty list",
        help "write for example `{example}`, or leave `{key}` out for {without}";
    F0194 duplicate_word(word, key):
        "`{word}` is given twice in `{key}`",
        help "keep one of them";
    F0195 unknown_word(found, key, nearest, allowed):
        "`{found}` is not a word for `{key}`",
        help "{nearest}allowed: {allowed}";
    F0196 quoted_word(found, key):
        "`{found}` is a word for `{key}`, and words stand without quotes",
        help "write `{found}`";
    F0197 longer_than_every(key, found, every):
        "`{key}` of `{found}` is not shorter than `every` of `{every}`",
        help "one firing would reach into the next: give less than `{every}`";
    F0198 empty_affix(key):
        "`{key}` is empty",
        help "leave `{key}` out for all keys";
    F0199 wildcard(key, found):
        "`*` has no meaning in `{key}`, found `{found}`",
        help "`{key}` is compared character by character; leave `*` out";
}
