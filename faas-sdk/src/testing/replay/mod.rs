//! Recorded invocations, run again: how a fault that somebody has recorded is looked at in a test, and how two versions of a
//! service are compared.

mod compare;

use std::fmt::{self, Write as _};
use std::path::Path;

use faas_runtime_shim::clock::Clock as _;
use faas_runtime_shim::record::{Loaded, Recording, ReplayError, Unusable, again, load};

use self::compare::Compared;
pub use self::compare::Difference;
use super::TestApp;

impl TestApp {
    /// Runs the invocations again that `FAAS_RECORD` or [`App::record`](super::App::record) has written into a folder, in the
    /// order in which they began, and compares what comes of them with what came then.
    ///
    /// An event goes to the function of the same name, a request to the function of its route. They see the invocation's id,
    /// attempt, trace and all else that was recorded. The test's clock moves on to the time at which each began; it never moves
    /// back. Resources, keys and what was published before are those of this application.
    ///
    /// # Errors
    ///
    /// Fails if the folder is not there or has no recording, and if a file is none.
    ///
    /// # Examples
    ///
    /// ```standalone_crate
    /// use faas::Json;
    /// use faas::testing::App;
    ///
    /// #[faas::invoke]
    /// async fn double(Json(number): Json<i64>) -> Json<i64> {
    ///     Json(2 * number)
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let folder = std::env::temp_dir().join(format!("faas-replay-{}", std::process::id()));
    /// let app = App::new().record(&folder).start().await;
    /// app.call(double, 4).await.unwrap();
    ///
    /// let changed = App::new().start().await; // the next version of the service
    /// let replayed = changed.replay(&folder).await.unwrap();
    /// replayed.assert_same();
    /// assert_eq!(replayed.runs()[0].function(), Some("double"));
    /// # std::fs::remove_dir_all(folder).unwrap();
    /// # }
    /// ```
    pub async fn replay(&self, folder: impl AsRef<Path>) -> Result<Replayed, ReplayError> {
        let mut replayed = Replayed {
            runs: Vec::new(),
            skipped: Vec::new(),
        };
        for Loaded {
            file, recording, ..
        } in load(folder.as_ref())?
        {
            let done = match recording {
                Ok(recording) => self.run_again(*recording).await,
                Err(why) => Err(why),
            };
            match done {
                Ok((recorded, now)) => replayed.runs.push(Run::new(file, recorded, now)),
                Err(why) => replayed.skipped.push(Skipped { file, why }),
            }
        }
        Ok(replayed)
    }

    async fn run_again(&self, recorded: Recording) -> Result<(Recording, Recording), Unusable> {
        let began = recorded.began();
        let ahead = began.and_then(|began| began.duration_since(self.clock.wall()).ok());
        if let Some(ahead) = ahead {
            self.clock.advance(ahead);
        }
        let now = again(&self.application, &recorded).await?;
        Ok((recorded, now))
    }
}

/// What came of running recorded invocations again.
#[derive(Debug)]
#[must_use = "it has found differences, or has not: `assert_same` says which"]
pub struct Replayed {
    runs: Vec<Run>,
    skipped: Vec<Skipped>,
}

impl Replayed {
    /// Leaves out what is another one each time: headers and members of JSON documents with these names, at any depth.
    ///
    /// The headers `date`, `content-length`, `server-timing`, `traceparent`, `tracestate` and `x-amzn-trace-id` are left out in
    /// any case.
    pub fn ignoring<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        for run in &mut self.runs {
            run.differences
                .retain(|difference| !names.iter().any(|name| difference.is_below(name)));
        }
        self
    }

    /// Returns the invocations that were run, in their order.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Returns what could not be run, with the reasons.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// Walks all differences.
    pub fn differences(&self) -> impl Iterator<Item = &Difference> {
        self.runs.iter().flat_map(|run| &run.differences)
    }

    /// Holds what came now to what came then. What could not be run is no difference, unless that is all there is.
    ///
    /// # Panics
    ///
    /// Panics with all differences, and if nothing could be run.
    #[track_caller]
    #[expect(clippy::panic, reason = "this is how a test fails")]
    pub fn assert_same(&self) {
        if self.runs.is_empty() || self.differences().next().is_some() {
            panic!("{self}");
        }
    }
}

/// Lists the differences and what was not run, for people.
impl fmt::Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let differing = |run: &&Run| !run.differences.is_empty();
        let many = self.runs.iter().filter(differing).count();
        write!(
            f,
            "{many} of {} recorded invocations came out otherwise",
            self.runs.len()
        )?;
        for run in self.runs.iter().filter(differing) {
            write!(
                f,
                "\n{} ({})",
                run.file,
                run.function().unwrap_or("no function")
            )?;
            for difference in &run.differences {
                write!(f, "\n  {difference}")?;
            }
        }
        for Skipped { file, why } in &self.skipped {
            write!(f, "\n{file}: not run: {why}")?;
        }
        f.write_char('\n')
    }
}

/// One recorded invocation that was run again.
#[derive(Clone, Debug)]
pub struct Run {
    file: String,
    recorded: Recording,
    now: Recording,
    differences: Vec<Difference>,
}

impl Run {
    fn new(file: String, recorded: Recording, now: Recording) -> Self {
        let differences = Compared::new(&recorded, &now).differences();
        Self {
            file,
            recorded,
            now,
            differences,
        }
    }

    /// Returns the name of the recording's file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Returns the function that took it when it was recorded; none if no route matched.
    #[must_use]
    pub fn function(&self) -> Option<&str> {
        self.recorded.function.as_deref()
    }

    /// Returns the recording.
    #[must_use]
    pub fn recorded(&self) -> &Recording {
        &self.recorded
    }

    /// Returns the same invocation as it came now.
    #[must_use]
    pub fn now(&self) -> &Recording {
        &self.now
    }

    /// Returns in what the two differ.
    #[must_use]
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }
}

/// A recording that was not run.
#[derive(Clone, Debug)]
pub struct Skipped {
    file: String,
    why: Unusable,
}

impl Skipped {
    /// Returns the name of the recording's file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Returns the reason.
    #[must_use]
    pub fn why(&self) -> &Unusable {
        &self.why
    }
}
