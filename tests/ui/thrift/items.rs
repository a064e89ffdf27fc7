//! What `faas-build` makes of an IDL, without its messages: the trait of a service and the server around it.

#![allow(dead_code, reason = "not every case needs all of it")]

use std::sync::Arc;

use faas::rpc::thrift::{Answer, BoxFuture, Call, Exception, Method, Named, Service, Undeclared};

pub trait ItemService: Send + Sync + 'static {
    fn get(&self, id: i64) -> impl Future<Output = Result<String, Exception<Undeclared>>> + Send;
}

pub struct ItemServiceServer<T>(Arc<T>);

impl<T> ItemServiceServer<T> {
    pub fn new(service: T) -> Self {
        Self::from_arc(Arc::new(service))
    }

    pub fn from_arc(service: Arc<T>) -> Self {
        Self(service)
    }
}

impl<T: ItemService> Service for ItemServiceServer<T> {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn methods(&self) -> &'static [Method] {
        &[Method {
            name: "get",
            oneway: false,
        }]
    }

    fn call(&self, call: Call) -> BoxFuture<'static, Answer> {
        Box::pin(async { call.unknown_method() })
    }
}

impl<T> Named for ItemServiceServer<T> {
    const NAME: &'static str = "ItemService";
}
