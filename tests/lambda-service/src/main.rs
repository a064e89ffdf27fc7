//! The service alone: `faas-lambda-service [classic|snapstart|managed N]`. It prints its address, which is the value of
//! `AWS_LAMBDA_RUNTIME_API`, and plays until its input ends.
//!
//! `POST /2015-03-31/functions/function/invocations` invokes what polls it; `faas_lambda_service::control` tells what faults
//! can be asked for.

use std::io::{self, Read};
use std::process::ExitCode;

use faas_lambda_service::{Mode, RuntimeApi};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    let mode = match words[..] {
        [] | ["classic"] => Some(Mode::Classic),
        ["snapstart"] => Some(Mode::SnapStart),
        ["managed", polls] => polls.parse().ok().map(|polls| Mode::Managed { polls }),
        _ => None,
    };
    let Some(mode) = mode else {
        say("usage: faas-lambda-service [classic|snapstart|managed N]");
        return ExitCode::from(2);
    };
    let service = RuntimeApi::of(mode);
    say(&service.authority());
    // whoever started it holds the other end, so it never outlives them
    let mut rest = Vec::new();
    match io::stdin().read_to_end(&mut rest) {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

#[expect(clippy::print_stdout, reason = "this is what it has to say")]
fn say(line: &str) {
    println!("{line}");
}
