//! Tests that start this test binary again, with nothing but themselves to run: processes that are killed, or are short of
//! something.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio, exit};

use tempfile::TempDir;

use super::new_folder;

/// Among the arguments of a child, it tells it from its parent.
const MARKER: &str = "in-a-process-of-its-own";

/// What a child wrote, and the folder that it ran in.
pub(super) struct Ended {
    pub(super) lines: Vec<String>,
    pub(super) folder: TempDir,
}

/// In the child: does `work` and leaves. In the parent: runs the child in a new folder to its end, after a line of shell if
/// one is given.
pub(super) fn child(test: &str, shell: Option<&str>, work: fn()) -> Ended {
    be_child(work);
    let folder = new_folder();
    let mut command = command(test, shell);
    let output = command.current_dir(folder.path()).output().unwrap();
    let lines = lines(&output.stdout);
    assert!(
        output.status.success(),
        "{lines:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ended { lines, folder }
}

/// In the child: does `work` and leaves. In the parent: nothing.
pub(super) fn be_child(work: fn()) {
    if env::args().any(|argument| argument == MARKER) {
        // the harness has left `test … ` on the line
        println!();
        work();
        exit(0);
    }
}

/// The command that runs `work` of a test whose name begins at this folder.
pub(super) fn command(test: &str, shell: Option<&str>) -> Command {
    let (_, module) = module_path!().split_once("::").unwrap();
    let (folder, _) = module.rsplit_once("::").unwrap();
    let program = env::current_exe().unwrap();
    let arguments = [
        "--exact",
        &format!("{folder}::{test}"),
        "--nocapture",
        "--test-threads=1",
        MARKER,
    ]
    .map(str::to_owned);
    let mut command = match shell {
        None => Command::new(program),
        Some(line) => {
            let mut command = Command::new("sh");
            command
                .args(["-c", &format!("{line}; exec \"$0\" \"$@\"")])
                .arg(program);
            command
        }
    };
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Lets a child write so many lines, kills it, and returns all that it has written.
pub(super) fn kill_after(mut child: Child, count: usize) -> Vec<String> {
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut written = Vec::new();
    for _ in 0..count {
        if stdout.read_until(b'\n', &mut written).unwrap() == 0 {
            break;
        }
    }
    child.kill().unwrap();
    // the pipe keeps what was written before
    while stdout.read_until(b'\n', &mut written).unwrap() > 0 {}
    child.wait().unwrap();
    lines(&written)
}

/// Whole lines only: the last one may have been cut by the death of who wrote it.
pub(super) fn lines(written: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(written)
        .split_inclusive('\n')
        .filter_map(|line| line.strip_suffix('\n'))
        .map(str::to_owned)
        .collect()
}
