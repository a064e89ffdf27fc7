//! Functions in modules of modules, in fns, behind another name of the SDK; raw names and parameters without one.

/// The SDK by another way.
pub mod reexport {
    pub use functions as inner;
}

/// A module of a module.
pub mod deep {
    /// A module of that.
    pub mod deeper {
        use functions::Json;

        /// Has a keyword as its name.
        #[functions::invoke(name = "type", crate = crate::nested::reexport::inner)]
        pub async fn r#type(Json(r#fn): Json<u64>) -> Json<u64> {
            Json(r#fn)
        }
    }
}

/// Has a function of its own inside.
pub fn outer() {
    /// Is known to the runtime, and to nobody else.
    #[functions::invoke(crate = functions)]
    async fn inner(functions::Json((one, _)): functions::Json<(u64, u64)>) -> functions::Json<u64> {
        functions::Json(one)
    }
    // a function item, which only its registration calls
    let _ = inner;
}

/// Is there or not, with its registration.
#[cfg(any())]
#[functions::invoke(crate = functions)]
pub async fn gone() {}

/// Is old.
#[functions::invoke(crate = functions)]
#[deprecated]
pub async fn old(_: functions::Json<u64>) {}
