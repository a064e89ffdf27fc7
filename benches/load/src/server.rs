//! A server under load: its first answer, a tenth of the calls that is not counted, and then all of them.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use crate::{Program, Trips, json_string};

/// How much a server is asked.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// How often, all in all.
    pub count: usize,
    /// Over how many connections.
    pub connections: usize,
}

impl Load {
    /// Sends the load to `program` and prints what is measured. `ask` opens a connection and asks as often as it is told, each
    /// time for the answer that it is told; it returns the round trips, and how many answers were others.
    ///
    /// # Errors
    ///
    /// A client failed.
    pub fn measure(
        &self,
        program: Program,
        (first, ready): (Vec<u8>, Duration),
        ask: impl Fn(usize, &[u8]) -> io::Result<(Vec<Duration>, usize)> + Sync,
    ) -> io::Result<()> {
        let each = (self.count / self.connections).max(1);
        let all = |each| self.on_all(|| ask(each, &first));
        all(each.div_ceil(10))?;
        let (busy, from) = (program.run_time(), Instant::now());
        let (trips, bad) = all(each)?;
        let (busy, took) = (program.run_time() - busy, from.elapsed());

        let trips = Trips::new(trips);
        let sent = (each * self.connections) as f64;
        println!(
            r#"{{"ready_ms":{:.3},"n":{},"bad":{bad},"per_s":{:.0},"p50_us":{:.1},"p99_us":{:.1},"cpu_us":{:.2},"peak_kb":{},"threads":{},"sample":{}}}"#,
            ready.as_secs_f64() * 1e3,
            trips.count(),
            sent / took.as_secs_f64(),
            trips.percentile(50),
            trips.percentile(99),
            busy.as_secs_f64() * 1e6 / sent,
            program.status("VmHWM"),
            program.status("Threads"),
            json_string(&first),
        );
        program.end();
        Ok(())
    }

    fn on_all(
        &self,
        client: impl Fn() -> io::Result<(Vec<Duration>, usize)> + Sync,
    ) -> io::Result<(Vec<Duration>, usize)> {
        thread::scope(|scope| {
            let threads: Vec<_> = (0..self.connections)
                .map(|_| scope.spawn(&client))
                .collect();
            let (mut trips, mut bad) = (Vec::new(), 0);
            for thread in threads {
                let (of_one, bad_of_one) = thread
                    .join()
                    .map_err(|_| io::Error::other("a client panicked"))??;
                trips.extend(of_one);
                bad += bad_of_one;
            }
            Ok((trips, bad))
        })
    }
}

/// Asks until the program answers; returns the answer, and how long that took.
///
/// # Errors
///
/// There was no answer within 30 s.
pub fn first_answer(
    program: &Program,
    ask: impl Fn() -> io::Result<Vec<u8>>,
) -> io::Result<(Vec<u8>, Duration)> {
    loop {
        match ask() {
            Ok(answer) => return Ok((answer, program.spawned().elapsed())),
            Err(error) if program.spawned().elapsed() > Duration::from_secs(30) => {
                return Err(io::Error::other(format!("no answer within 30 s: {error}")));
            }
            Err(_) => thread::sleep(Duration::from_micros(200)),
        }
    }
}
