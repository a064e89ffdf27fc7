//! Lists of keys, page by page or key by key.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::vec;

use faas_runtime_shim::services::{self, USER};
use serde::de::DeserializeOwned;

use super::{Entry, GlobalKv};
use crate::KvError;

/// A list of keys that begin alike: `.await` returns one [`Page`], [`walk`](Self::walk) goes through all of them.
///
/// # Errors
///
/// Its result is a [`KvError`], also if one of the values is no `T`; `?` makes an [`Error`](crate::Error) of it.
///
/// # Examples
///
/// ```standalone_crate
/// use faas::testing::App;
/// use faas::{Error, GlobalKv, Json, Query};
///
/// #[derive(serde::Deserialize)]
/// struct Place {
///     after: Option<String>,
/// }
///
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct Orders {
///     orders: Vec<u64>,
///     next: Option<String>,
/// }
///
/// #[faas::http(GET, "/orders")]
/// async fn orders(Query(place): Query<Place>, kv: GlobalKv) -> Result<Json<Orders>, Error> {
///     let page = kv.scan::<u64>("orders/").limit(2).after(place.after).await?;
///     let orders = page.entries.into_iter().map(|entry| entry.value).collect();
///     Ok(Json(Orders { orders, next: page.next }))
/// }
///
/// #[faas::invoke]
/// async fn total(kv: GlobalKv) -> Result<Json<u64>, Error> {
///     let mut orders = kv.scan::<u64>("orders/").walk();
///     let mut total = 0;
///     while let Some(order) = orders.next().await? {
///         total += order.value;
///     }
///     Ok(Json(total))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().start().await;
/// for number in 1..=3_u64 {
///     app.kv().put(format!("orders/{number}"), &(number * 10)).await.unwrap();
/// }
/// let get = |path: String| http::Request::get(path).body("").unwrap();
/// let first: Orders = app.http(get("/orders".to_owned())).await.json();
/// assert_eq!(first.orders, [10, 20]);
/// let rest = format!("/orders?after={}", first.next.unwrap());
/// assert_eq!(app.http(get(rest)).await.json::<Orders>().orders, [30]);
/// assert_eq!(app.call(total, ()).await.unwrap(), 60);
/// # }
/// ```
#[must_use = "nothing is read until it is awaited"]
pub struct Scan<T> {
    kv: GlobalKv,
    prefix: Box<str>,
    limit: u32,
    after: Option<Box<str>>,
    value: PhantomData<fn() -> T>,
}

/// How many keys a page has, unless somebody says how many.
const USUAL: u32 = 100;

/// How many keys a page may have.
const MOST: u32 = 1000;

impl<T: DeserializeOwned> Scan<T> {
    pub(super) fn new(kv: &GlobalKv, prefix: String) -> Self {
        Self {
            kv: kv.clone(),
            prefix: prefix.into(),
            limit: USUAL,
            after: None,
            value: PhantomData,
        }
    }

    /// Sets how many keys a page has at most: 1 to 1000, without it 100.
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = limit.clamp(1, MOST);
        self
    }

    /// Goes on where a page has ended, if there was one: [`Page::next`].
    pub fn after(mut self, next: impl Into<Option<String>>) -> Self {
        self.after = next.into().map(Into::into);
        self
    }

    /// Goes through the keys of all pages one by one.
    pub fn walk(self) -> Walk<T> {
        Walk {
            rest: Some(self),
            page: Vec::new().into_iter(),
        }
    }

    async fn page(&self) -> Result<Page<T>, KvError> {
        let scan = services::Scan {
            space: USER.into(),
            prefix: self.prefix.clone(),
            after: self.after.clone(),
            most: self.limit,
        };
        let page = self.kv.application.kv().scan(scan).await?;
        let entries = page
            .entries
            .into_iter()
            .map(|(key, entry)| Entry::of(key.into(), entry).decode());
        Ok(Page {
            entries: entries.collect::<Result<_, _>>()?,
            next: page.next.map(Into::into),
        })
    }
}

impl<T: DeserializeOwned + Send + 'static> IntoFuture for Scan<T> {
    type Output = Result<Page<T>, KvError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.page().await })
    }
}

impl<T> fmt::Debug for Scan<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan")
            .field("prefix", &self.prefix)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// A part of a list.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Page<T> {
    /// Keys with their values: on the host sorted by the bytes of the keys, in general in the order of the store.
    pub entries: Vec<Entry<T>>,
    /// What [`Scan::after`] takes to go on, as it is; none behind the last page. The next page may turn out empty.
    pub next: Option<String>,
}

/// A list of keys that is gone through one by one: made by [`Scan::walk`].
#[derive(Debug)]
pub struct Walk<T> {
    /// What has not been read yet, if there is more.
    rest: Option<Scan<T>>,
    page: vec::IntoIter<Entry<T>>,
}

impl<T: DeserializeOwned> Walk<T> {
    /// Returns the next key with its value; `None` behind the last one.
    ///
    /// # Errors
    ///
    /// Fails if one of the next values is no `T`, and if the store cannot be asked. It can be called again then.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Result<Option<Entry<T>>, KvError> {
        loop {
            if let Some(entry) = self.page.next() {
                return Ok(Some(entry));
            }
            let Some(rest) = &mut self.rest else {
                return Ok(None);
            };
            let page = rest.page().await?;
            self.page = page.entries.into_iter();
            match page.next {
                Some(next) => rest.after = Some(next.into()),
                None => self.rest = None,
            }
        }
    }
}
