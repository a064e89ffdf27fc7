//! Services of gRPC and of Thrift, from their IDLs.

/// What `faas-build` made of `idl/shelf.proto`.
#[allow(
    missing_docs,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::allow_attributes_without_reason,
    clippy::missing_docs_in_private_items,
    reason = "the lints that Tonic's generator does not switch off by itself"
)]
pub mod proto {
    functions::include_proto!("hygiene");
}

/// What `faas-build` made of `idl/shelf.thrift`.
#[allow(
    missing_docs,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::allow_attributes_without_reason,
    clippy::missing_docs_in_private_items,
    reason = "the lints that Pilota's generator does not switch off by itself"
)]
pub mod thrift {
    functions::include_thrift!("shelf");
}

/// Both services of the Protocol Buffers file.
pub mod grpc {
    use functions::{Proto, State};
    use tonic::{Request, Response, Status};

    use super::proto::Box as Parcel;
    use super::proto::shelves_server::{Shelves, ShelvesServer};
    use crate::plain::Shelf;

    /// Serves from a shelf.
    #[derive(Debug)]
    pub struct Keeper(State<Shelf>);

    /// Builds the service.
    #[functions::grpc(crate = functions)]
    #[must_use]
    pub fn shelves(shelf: State<Shelf>) -> ShelvesServer<Keeper> {
        ShelvesServer::new(Keeper(shelf))
    }

    #[tonic::async_trait]
    impl Shelves for Keeper {
        async fn find(&self, request: Request<Parcel>) -> Result<Response<Parcel>, Status> {
            let label = format!("{} in {}", request.into_inner().label, self.0.shop);
            Ok(Response::new(Parcel { label }))
        }
    }

    /// Climbs.
    #[functions::grpc("hygiene.Ladders/Climb", timeout = "2s", crate = functions)]
    pub async fn climb(Proto(parcel): Proto<Parcel>) -> Proto<Parcel> {
        Proto(parcel)
    }
}

/// Both services of the Thrift file.
pub mod of_thrift {
    use functions::State;
    use functions::rpc::thrift::{Exception, Undeclared};

    use super::thrift::shelf::{
        Box as Parcel, Ladders, LaddersServer, Lost, Shelves, ShelvesFindException, ShelvesServer,
    };
    use crate::plain::Shelf;

    /// Serves from a shelf.
    #[derive(Debug)]
    pub struct Keeper(State<Shelf>);

    /// Builds the service.
    #[functions::thrift(name = "thrift-shelves", crate = functions)]
    #[must_use]
    pub fn shelves(shelf: State<Shelf>) -> ShelvesServer<Keeper> {
        ShelvesServer::new(Keeper(shelf))
    }

    impl Shelves for Keeper {
        async fn find(&self, wanted: Parcel) -> Result<Parcel, Exception<ShelvesFindException>> {
            if wanted.label.is_empty() {
                return Err(Exception::Declared(ShelvesFindException::Lost(Lost {
                    label: Some(self.0.shop.clone().into()),
                })));
            }
            Ok(wanted)
        }
    }

    /// Has no shelf.
    #[derive(Debug)]
    pub struct Climber;

    /// Builds it.
    #[functions::resource(crate = functions)]
    fn climber() -> Climber {
        Climber
    }

    #[functions::thrift(timeout = "2s", crate = functions)]
    impl Ladders for Climber {
        #[faas(timeout = "1s")]
        async fn climb(&self, steps: i32) -> Result<i32, Exception<Undeclared>> {
            Ok(steps)
        }
    }

    // the server of the trait, which the attribute finds beside it
    const _: fn(Climber) -> LaddersServer<Climber> = LaddersServer::new;
}
