//! Two functions of one name.

mod items;
mod orders;
