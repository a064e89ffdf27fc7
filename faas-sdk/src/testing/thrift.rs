//! Calls of Thrift services in a test, by the clients that are generated for them.

use faas_runtime_shim::thrift::InProcess;

use super::TestApp;

impl TestApp {
    /// Returns the way to its Thrift services, for generated clients: `ItemServiceClient::new(app.thrift())`.
    ///
    /// Calls go in process, through all of the codec. Where several services have a method of one name, name the service:
    /// `app.thrift().service("ItemService")`.
    #[must_use]
    pub fn thrift(&self) -> InProcess {
        InProcess::new(self.application.clone())
    }
}
