//! The programs that the guides for moving here show: each before, where that takes no further dependency, and after.

mod cron;
#[expect(dead_code, reason = "a program of its own, whose `main` nobody calls")]
mod cron_before;
mod lambda;
mod queue;
