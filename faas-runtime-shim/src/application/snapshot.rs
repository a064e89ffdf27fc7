//! Before and after a snapshot of the instance: what may not be in it, and what does not survive it.

use super::Application;
use crate::function::HookMoment;
use crate::startup::StartErrors;

impl Application {
    /// Prepares for a snapshot: runs the hooks `before_freeze`, then closes the connections that wait for their next use.
    ///
    /// # Errors
    ///
    /// Returns every hook that failed; the others have run all the same.
    pub async fn freeze(&self) -> Result<(), StartErrors> {
        self.run_hooks(HookMoment::BeforeFreeze).await?;
        self.outlet().disconnect();
        Ok(())
    }

    /// Begins anew after a snapshot, in an instance that is perhaps one of many: forgets connections, what was kept for a while
    /// and where it ran, then runs the hooks `after_restore`.
    ///
    /// # Errors
    ///
    /// Returns every hook that failed; the others have run all the same.
    pub async fn thaw(&self) -> Result<(), StartErrors> {
        self.restored();
        self.outlet().disconnect();
        self.site().forget();
        self.run_hooks(HookMoment::AfterRestore).await
    }
}
