//! Types, names and values that come through a macro.

use faas::{Json, State};

macro_rules! handler {
    ($name:ident, $payload:ty, $resource:ty, $timeout:literal) => {
        #[faas::invoke(timeout = $timeout)]
        async fn $name(payload: $payload, resource: State<$resource>) -> $payload {
            drop(resource);
            payload
        }
    };
}

mod reexport {
    pub use faas as inner;

    macro_rules! handler_of_crate {
        ($name:ident) => {
            #[faas::invoke(crate = $crate::reexport::inner)]
            async fn $name(_number: faas::Json<u64>) {}
        };
    }
    handler_of_crate!(through_crate);
}

mod nested {
    use super::{Json, State};

    handler!(double, Json<u64>, Vec<u8>, "2s");

    pub fn outer() {
        handler!(inner, Json<String>, &'static str, "500ms");
    }
}

fn main() {
    nested::outer();
}
