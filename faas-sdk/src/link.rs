//! Handlers in library crates.

/// Links the functions of library crates into a binary.
///
/// The linker drops a crate that nobody names, and with it the registrations of its functions. Start-up refuses a linked
/// crate of which no registration was found.
///
/// # Examples
///
/// ```ignore
/// faas::link!(orders_functions, billing_functions);
///
/// fn main() -> std::process::ExitCode {
///     faas::run()
/// }
/// ```
#[macro_export]
macro_rules! link {
    ($($krate:ident),+ $(,)?) => {$(
        use $krate as _;
        const _: () = {
            $crate::__private::inventory::submit! {
                $crate::__private::Linked {
                    krate: ::core::stringify!($krate),
                    file: ::core::file!(),
                    line: ::core::line!(),
                }
            }
        };
    )+};
}

/// Makes known what describes the messages and services of a gRPC function: `descriptors!(FILE_DESCRIPTOR_SET)`.
///
/// Reflection and Connect's JSON read it. What `faas-build` generates does this by itself. The bytes are those of a
/// `google.protobuf.FileDescriptorSet`; bytes that are none are a start-up error.
#[cfg(feature = "grpc")]
#[macro_export]
macro_rules! descriptors {
    ($set:expr) => {
        const _: () = {
            $crate::__private::inventory::submit! {
                $crate::__private::Descriptors { set: $set }
            }
        };
    };
}
