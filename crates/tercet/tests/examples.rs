//! Every example runs, says something worth reading, and is short.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs the program that was built beside this one; what it printed.
fn run(name: &str) -> String {
    let own = std::env::current_exe().unwrap();
    let folder = own.ancestors().nth(2).unwrap().join("examples");
    let program = folder.join(name);
    assert!(
        program.is_file(),
        "{} is built by cargo test",
        program.display()
    );
    let output = Command::new(program).output().unwrap();
    let said = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (said(output.stdout), said(output.stderr));
    assert!(output.status.success(), "{name}: {out}\n{err}");
    out
}

/// The numbers that stand after a word, in the order of the lines.
fn after(text: &str, word: &str) -> Vec<f64> {
    let rests = text.lines().filter_map(|line| line.split_once(word));
    let numbers = rests.filter_map(|(_, rest)| rest.split([',', ' ']).next()?.parse().ok());
    numbers.collect()
}

#[test]
fn own_loop_learns() {
    let said = run("own_loop");
    let losses = after(&said, "loss ");
    assert_eq!(losses.len(), 4, "{said}");
    assert!(losses[3] < 0.8 * losses[0], "{said}");
}

#[test]
fn own_network_resumes_in_the_same_bits() {
    let said = run("own_network");
    assert!(said.contains("the same bits: true"), "{said}");
    assert!(said.contains("twice, 100 steps: Recall@1"), "{said}");
}

#[test]
fn own_loss_falls_to_nothing() {
    let said = run("own_loss");
    let losses = after(&said, "loss ");
    assert!(losses[0] > 1.0 && losses[3] < 0.1 * losses[0], "{said}");
}

#[test]
fn evaluate_prints_a_table() {
    let said = run("evaluate");
    for part in [
        "Recall@1",
        "10-way 1-shot",
        "better than noisy: true",
        "95 % intervals",
    ] {
        assert!(said.contains(part), "{part} in\n{said}");
    }
}

#[test]
fn fine_tune_texts_prints_before_and_after() {
    let said = run("fine_tune_texts");
    for part in ["before", "after", "Recall@1", "from \"a mutiny\""] {
        assert!(said.contains(part), "{part} in\n{said}");
    }
}

#[test]
fn all_are_short_and_in_the_documentation() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = std::fs::read_to_string(root.join("src/lib.rs")).unwrap();
    let files = std::fs::read_dir(root.join("examples")).unwrap();
    let files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 5);
    for path in files {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(lines < 60, "{name}: {lines} lines");
        assert!(listed.contains(&format!("`{name}`")), "{name}");
    }
}
