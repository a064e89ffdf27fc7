//! Code that `faas-build` generated in a build script, brought into a module.

/// Includes what `faas_build::proto` made of a Protocol Buffers package.
///
/// Names the package, not the file; `"_"` is the package without a name. The code expects its neighbours where the packages'
/// names say: `shop.v1` in a module `shop::v1` finds `common` beside `shop`. `tonic::include_proto!` does the same.
///
/// # Examples
///
/// ```ignore
/// mod shop {
///     pub mod v1 {
///         faas::include_proto!("shop.v1");
///     }
/// }
/// ```
#[macro_export]
macro_rules! include_proto {
    ($package:literal) => {
        ::core::include!(::core::concat!(
            ::core::env!("OUT_DIR"),
            "/",
            $package,
            ".rs"
        ));
    };
}

/// Includes what `faas_build::thrift` made of a Thrift file and of those that it includes.
///
/// Names the file without its ending, or what `faas_build::Thrift::name` said. What comes in are public modules, those of the
/// files' namespaces: `namespace rs shop.v1` is `shop::v1`.
///
/// # Examples
///
/// ```ignore
/// faas::include_thrift!("shop"); // idl/shop.thrift, with `namespace rs shop.v1`
///
/// use shop::v1::{Item, ItemService, ItemServiceServer};
/// ```
#[macro_export]
macro_rules! include_thrift {
    ($name:literal) => {
        ::core::include!(::core::concat!(
            ::core::env!("OUT_DIR"),
            "/",
            $name,
            ".thrift.rs"
        ));
    };
}
