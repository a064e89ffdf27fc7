//! Functions that macros of the user's write.

use functions::{Json, State};

use crate::plain::Shelf;

/// Writes a function whose types, names and values all come from outside.
macro_rules! handler {
    ($(#[$attribute:meta])* $name:ident, $payload:ty, $timeout:literal) => {
        $(#[$attribute])*
        #[functions::invoke(timeout = $timeout, crate = functions)]
        pub async fn $name(payload: $payload, shelf: State<Shelf>) -> $payload {
            drop(shelf);
            payload
        }
    };
}

handler!(
    /// Gives a number back.
    same_number, Json<u64>, "2s"
);
handler!(
    /// Gives a text back.
    same_text, Json<String>, "500ms"
);

/// Writes functions of several triggers, by names from outside.
macro_rules! listeners {
    ($($module:ident: $queue:literal, $event:literal of $kind:literal, $request:literal at $path:literal;)*) => {$(
        /// What a macro has written.
        pub mod $module {
            use super::{Json, Shelf, State};

            /// Takes what comes.
            #[functions::queue($queue, name = $queue, crate = functions)]
            pub async fn on_message(shelf: State<Shelf>) {
                drop(shelf);
            }

            /// Hears what happens.
            #[functions::event($kind, name = $event, crate = functions)]
            pub async fn on_event() {}

            /// Answers.
            #[functions::http(GET, $path, name = $request, crate = functions)]
            pub async fn on_request() -> Json<u64> {
                Json(7)
            }
        }
    )*};
}

listeners! {
    first: "first-queue", "first-event" of "com.example.first", "first-request" at "/first";
    second: "second-queue", "second-event" of "com.example.second", "second-request" at "/second";
}
