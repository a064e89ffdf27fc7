//! What `benches/run --keep` has measured, as the README and the book show it. A figure is written there by nobody: what a
//! run kept in `benches/history` is read here, and laid out.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::book::files;
use super::tests::{check_block, read};

/// One file of `benches/history`.
struct Run {
    facts: Vec<(String, String)>,
    rows: Vec<Row>,
}

/// What was measured of one thing beside one peer.
struct Row {
    what: String,
    ours: f64,
    peer: String,
    theirs: f64,
    unit: String,
    ratio: f64,
    bound: Option<f64>,
}

#[test]
fn readme_and_book_show_the_newest_figures() {
    let runs = history();
    check_block("README.md", "benchmarks", &newest_tables(&runs));
    check_block("book/src/benchmarks.md", "newest", &newest_tables(&runs));
    check_block("book/src/benchmarks.md", "history", &each_row(&runs));
}

#[test]
fn a_run_of_a_part_leaves_the_rest_and_a_whole_one_nothing() {
    let shown = |runs: &[&str]| {
        let runs: Vec<_> = runs.iter().map(|text| Run::parse(text)).collect();
        let newest = newest(&runs);
        let rows = newest.iter().flat_map(|(_, rows)| rows);
        rows.map(|row| (row.what.clone(), row.ours))
            .collect::<Vec<_>>()
    };
    let both = run("all", &["a\t1", "b\t2"]);
    let part = run("a", &["a\t3"]);
    let other = run("all", &["b\t4"]);
    let row = |what: &str, ours| (what.to_owned(), ours);
    assert_eq!(shown(&[&both, &part]), [row("a", 3.0), row("b", 2.0)]);
    assert_eq!(shown(&[&both, &part, &other]), [row("b", 4.0)]);
}

#[test]
fn what_is_over_its_bound_is_a_miss() {
    let row = |ratio, bound: &str| {
        let text = format!("host, one\t12345.678\taxum-hello\t9\tKB\t{ratio}\t{bound}");
        Row::parse(&text).cells().join("|")
    };
    let cells = |verdict: &str| format!("{verdict}|host, one|12,346 KB|9|axum-hello");
    assert_eq!(row("1.2501", "1.25"), cells("1.250|≤ 1.25|MISS"));
    assert_eq!(row("1.25", "1.25"), cells("1.250|≤ 1.25|ok"));
    assert_eq!(row("1.3", ""), cells("1.300||"));
}

/// All runs, the oldest first, as their names begin with their dates.
fn history() -> Vec<Run> {
    let mut paths = files("benches/history", ".tsv");
    paths.sort();
    assert!(!paths.is_empty(), "nothing has been kept");
    paths.iter().map(|path| Run::parse(&read(path))).collect()
}

impl Run {
    fn parse(text: &str) -> Self {
        let (facts, rows) = text.split_once("\n\n").expect("an empty line");
        let facts = facts.lines().map(|line| {
            let (key, value) = line.split_once('\t').expect("a key and a value");
            (key.to_owned(), value.to_owned())
        });
        let rows = rows.lines().skip(1).map(Row::parse);
        Self {
            facts: facts.collect(),
            rows: rows.collect(),
        }
    }

    fn fact(&self, key: &str) -> &str {
        let found = self.facts.iter().find(|(name, _)| name == key);
        found.map_or_else(|| panic!("no `{key}`"), |(_, value)| value)
    }
}

impl Row {
    fn parse(line: &str) -> Self {
        let cells: Vec<_> = line.split('\t').collect();
        let [what, ours, peer, theirs, unit, ratio, bound] = cells[..] else {
            panic!("a row has seven cells: {line}");
        };
        let number = |text: &str| text.parse::<f64>().expect(line);
        Self {
            what: what.to_owned(),
            ours: number(ours),
            peer: peer.to_owned(),
            theirs: number(theirs),
            unit: unit.to_owned(),
            ratio: number(ratio),
            bound: (!bound.is_empty()).then(|| number(bound)),
        }
    }

    fn key(&self) -> (&str, &str) {
        (&self.what, &self.peer)
    }

    fn cells(&self) -> [String; 7] {
        let missed = self.bound.map(|bound| self.ratio > bound);
        let ours = format!("{} {}", self.number(self.ours), self.unit);
        [
            format!("{:.3}", self.ratio),
            self.bound
                .map_or_else(String::new, |bound| format!("≤ {bound:.2}")),
            missed
                .map_or("", |missed| if missed { "MISS" } else { "ok" })
                .to_owned(),
            self.what.clone(),
            ours,
            self.number(self.theirs),
            self.peer.clone(),
        ]
    }

    /// A figure as `benches/run` prints it.
    fn number(&self, value: f64) -> String {
        let digits = match &*self.unit {
            "µs" | "ms" | "s" => 2,
            "" if self.ours < 10.0 => 3,
            _ => 0,
        };
        let text = format!("{value:.digits$}");
        let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
        let mut shown = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                shown.push(',');
            }
            shown.push(digit);
        }
        shown + rest
    }
}

/// The newest figure of each row with its run, the newest run first; what is older than a whole run is over.
fn newest(runs: &[Run]) -> Vec<(&Run, Vec<&Row>)> {
    let mut seen = HashSet::new();
    let mut shown = Vec::new();
    for run in runs.iter().rev() {
        let rows = run.rows.iter().filter(|row| seen.insert(row.key()));
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            shown.push((run, rows));
        }
        if run.fact("parts") == "all" {
            break;
        }
    }
    shown
}

fn newest_tables(runs: &[Run]) -> String {
    let mut text = String::new();
    for (run, rows) in newest(runs) {
        if !text.is_empty() {
            text.push('\n');
        }
        let head = ["ratio", "bound", "", "what", "ours", "theirs", ""];
        let mut lines = vec![head.map(str::to_owned)];
        lines.extend(rows.iter().map(|row| row.cells()));
        write!(text, "```text\n{}\n", table(&lines)).unwrap();
        writeln!(
            text,
            "measured  {}, {}",
            run.fact("date"),
            run.fact("commit")
        )
        .unwrap();
        for key in ["machine", "versions", "command"] {
            writeln!(text, "{key:<10}{}", run.fact(key)).unwrap();
        }
        text.push_str("```\n");
    }
    text
}

/// Each row through all runs, the newest first; rows that are measured no more come last.
fn each_row(runs: &[Run]) -> String {
    let mut keys: Vec<_> = runs
        .iter()
        .rev()
        .flat_map(|run| &run.rows)
        .map(Row::key)
        .collect();
    let mut seen = HashSet::new();
    keys.retain(|key| seen.insert(*key));
    let mut text = String::from("```text\n");
    for (what, peer) in keys {
        let mut lines = Vec::new();
        for run in runs.iter().rev() {
            for row in run.rows.iter().filter(|row| row.key() == (what, peer)) {
                let [ratio, bound, verdict, _, ours, theirs, _] = row.cells();
                let when = format!("{} {}", run.fact("date"), run.fact("commit"));
                lines.push([ratio, bound, verdict, String::new(), ours, theirs, when]);
            }
        }
        write!(text, "{what}, beside {peer}\n{}\n", table(&lines)).unwrap();
    }
    text.truncate(text.trim_end().len());
    text.push_str("\n```\n");
    text
}

/// Lines of cells below each other, numbers at the right of their columns.
fn table(lines: &[[String; 7]]) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
    let mut text = String::new();
    for line in lines {
        let mut shown = String::new();
        for (column, cell) in line.iter().enumerate() {
            let width = width(column).unwrap_or(0);
            match column {
                0 | 4 | 5 => write!(shown, "{cell:>width$}  ").unwrap(),
                _ => write!(shown, "{cell:<width$}  ").unwrap(),
            }
        }
        writeln!(text, "{}", shown.trim_end()).unwrap();
    }
    text
}

/// The text of a run of `a` or `b` beside one peer.
fn run(parts: &str, rows: &[&str]) -> String {
    let mut text = format!("parts\t{parts}\n\nthe names of the columns\n");
    for row in rows {
        writeln!(text, "{row}\tpeer\t1\t\t1\t").unwrap();
    }
    text
}
