//! Files of orders: one order a line, such as `pen,2,150`.

// ANCHOR: imports
use std::fs;
use std::path::{Component, Path};

use faas::Error;

use crate::orders::{Draft, Order};

/// Reads all orders of a file, or none if a line of it is wrong. The ids stay the same when it is read again.
pub(crate) fn read(folder: &Path, key: &str) -> Result<Vec<Order>, Error> {
    // a key comes from outside, and must not lead out of the folder
    let is_inside = |part| matches!(part, Component::Normal(_));
    if !Path::new(key).components().all(is_inside) {
        return Err(Error::reject(format!(
            "the key `{key}` leads out of the folder"
        )));
    }
    let text = fs::read_to_string(folder.join(key))?;
    let lines = text.lines().zip(1..);
    lines
        .map(|(line, number)| Ok(draft(line)?.order(format!("{key}-{number}"))?))
        .collect()
}

fn draft(line: &str) -> Result<Draft, Error> {
    let [item, quantity, price] = line.split(',').collect::<Vec<_>>()[..] else {
        return Err(Error::reject(format!(
            "expected `item,quantity,price`, found `{line}`"
        )));
    };
    Ok(Draft {
        item: item.to_owned(),
        quantity: quantity.parse().map_err(Error::reject)?,
        price: price.parse().map_err(Error::reject)?,
    })
}
// ANCHOR_END: imports
