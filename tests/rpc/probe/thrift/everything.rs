//! `Everything`: most methods answer with what they were given.

use std::io;

use bytes::Bytes;
use faas::rpc::thrift::{Exception, Undeclared};
use pilota::{AHashMap, AHashSet, FastStr};

use super::wire::faas_test::base::{BaseAboutException, Meta, Origin, Unavailable};
use super::wire::faas_test::everything::{
    Choice, Color, Containers, Everything, EverythingFindException, EverythingRemoteException,
    EverythingServer, EverythingStoreException, EverythingTwiceException, Index, Item, ItemId,
    Nested, NotFound, Refused, Scalars,
};
use crate::gate;

type Answer<T, E = Undeclared> = Result<T, Exception<E>>;

struct Mirror;

#[faas::resource]
fn mirror() -> Mirror {
    Mirror
}

#[faas::thrift]
impl Everything for Mirror {
    async fn ping(&self) -> Answer<()> {
        Ok(())
    }

    async fn about(&self, who: FastStr) -> Answer<Meta, BaseAboutException> {
        if who.is_empty() {
            return Err(down().into());
        }
        Ok(Meta {
            source: who,
            origin: Some(Origin::THEIRS),
            ..Meta::default()
        })
    }

    async fn scalars(&self, value: Scalars) -> Answer<Scalars> {
        Ok(value)
    }

    async fn nested(&self, value: Nested) -> Answer<Nested> {
        Ok(value)
    }

    async fn containers(&self, value: Containers) -> Answer<Containers> {
        Ok(value)
    }

    async fn choice(&self, value: Choice) -> Answer<Choice> {
        Ok(value)
    }

    async fn color(&self, value: Color) -> Answer<Color> {
        Ok(value)
    }

    async fn index(&self, value: Index) -> Answer<Index> {
        Ok(value)
    }

    async fn yes(&self, value: bool) -> Answer<bool> {
        Ok(value)
    }

    async fn tiny(&self, value: i8) -> Answer<i8> {
        Ok(value)
    }

    async fn small(&self, value: i16) -> Answer<i16> {
        Ok(value)
    }

    async fn middle(&self, value: i32) -> Answer<i32> {
        Ok(value)
    }

    async fn large(&self, value: i64) -> Answer<i64> {
        Ok(value)
    }

    async fn real(&self, value: f64) -> Answer<f64> {
        Ok(value)
    }

    async fn text(&self, value: FastStr) -> Answer<FastStr> {
        Ok(value)
    }

    async fn blob(&self, value: Bytes) -> Answer<Bytes> {
        Ok(value)
    }

    async fn numbers(&self, value: Vec<i32>) -> Answer<Vec<i32>> {
        Ok(value)
    }

    async fn names(&self, value: AHashSet<FastStr>) -> Answer<AHashSet<FastStr>> {
        Ok(value)
    }

    async fn ages(&self, value: AHashMap<FastStr, i64>) -> Answer<AHashMap<FastStr, i64>> {
        Ok(value)
    }

    /// There is no item 0, and nobody gets the negative ones.
    async fn find(&self, id: ItemId) -> Answer<Item, EverythingFindException> {
        if *id == 0 {
            let hint = Some("begin with 1".into());
            return Err(NotFound { id, hint }.into());
        }
        if *id < 0 {
            return Err(refused().into());
        }
        Ok(Item {
            name: format!("item {}", *id).into(),
            id,
            ..Item::default()
        })
    }

    async fn store(&self, item: Item) -> Answer<(), EverythingStoreException> {
        if *item.id < 0 {
            return Err(refused().into());
        }
        Ok(())
    }

    /// Which of the two exceptions of one type it is, only the handler can tell.
    async fn twice(&self, value: i32) -> Answer<i32, EverythingTwiceException> {
        let none = || NotFound {
            id: ItemId(value.into()),
            hint: None,
        };
        match value {
            1 => Err(Exception::Declared(EverythingTwiceException::First(none()))),
            2 => Err(Exception::Declared(
                EverythingTwiceException::Second(none()),
            )),
            other => Ok(other.wrapping_mul(2)),
        }
    }

    async fn remote(&self, fail: bool) -> Answer<(), EverythingRemoteException> {
        if fail {
            return Err(down().into());
        }
        Ok(())
    }

    /// Goes to the gate whose port is the number.
    async fn touch(&self, id: ItemId, _: FastStr) -> Answer<()> {
        gate::pass(u16::try_from(*id)?).await?;
        Ok(())
    }

    async fn tick(&self) -> Answer<()> {
        Ok(())
    }

    async fn nothing(&self) -> Answer<()> {
        Ok(())
    }

    async fn fail(&self) -> Answer<FastStr> {
        Err(io::Error::other("secret of src/shop.rs").into())
    }

    async fn slow(&self, millis: i32) -> Answer<FastStr> {
        Ok(millis.to_string().into())
    }

    async fn do_it_now(&self, camel_case: FastStr) -> Answer<FastStr> {
        Ok(camel_case)
    }

    async fn add(&self, a: i32, b: i32, c: Option<i32>, d: i32) -> Answer<i32> {
        Ok([b, c.unwrap_or(0), d]
            .into_iter()
            .fold(a, i32::wrapping_add))
    }

    async fn keywords(
        &self,
        r#type: FastStr,
        self_: FastStr,
        r#fn: FastStr,
        r#async: FastStr,
    ) -> Answer<FastStr> {
        Ok([r#type, self_, r#fn, r#async].concat().into())
    }
}

fn down() -> Unavailable {
    Unavailable {
        reason: "maintenance".into(),
        retry_after: Some(30),
    }
}

fn refused() -> Refused {
    Refused {
        why: "not yours".into(),
        code: Color::BLUE,
    }
}
