//! Files and folders that are complete or absent; the folder of a run.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use fs_err as fs;
use tercet_train::{Error, Recipe, RunFolder, write_file, write_folder};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_is_replaced_in_one_piece() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.json");
    write_file(&path, b"old").unwrap();
    write_file(&path, b"new").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(names(folder.path()), ["metrics.json"]);
}

#[test]
fn a_file_that_cannot_be_written_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("there/is/no/such/folder");
    assert!(matches!(write_file(&path, b"x"), Err(Error::Io(_))));
    // A folder stands in the way of the renaming: what was written beside it is gone again.
    let path = folder.path().join("taken");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("file"), b"x").unwrap();
    assert!(matches!(write_file(&path, b"x"), Err(Error::Io(_))));
    assert_eq!(names(folder.path()), ["taken"]);
}

#[test]
fn a_folder_is_replaced_in_one_piece() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    write_folder(&path, &[("a", b"1".to_vec()), ("b", b"2".to_vec())]).unwrap();
    write_folder(&path, &[("a", b"3".to_vec())]).unwrap();
    assert_eq!(names(&path), ["a"]);
    assert_eq!(fs::read(path.join("a")).unwrap(), b"3");
    assert_eq!(names(folder.path()), ["model"]);
}

#[test]
fn a_folder_that_cannot_be_written_leaves_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    write_folder(&path, &[("a", b"1".to_vec())]).unwrap();
    let contents = [("b", b"2".to_vec()), ("b/below-a-file", b"3".to_vec())];
    assert!(matches!(write_folder(&path, &contents), Err(Error::Io(_))));
    assert_eq!(names(&path), ["a"]);
    assert_eq!(names(folder.path()), ["model"]);
}

/// `/dev/full` is a disk without room: what is written to it fails as on a full one.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing_that_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::create(&folder.path().join("run")).unwrap();
    write_folder(&run.checkpoint(100), &[("state.json", b"{}".to_vec())]).unwrap();
    let partial = run.path().join("metrics.json.partial");
    std::os::unix::fs::symlink("/dev/full", &partial).unwrap();
    let error = write_file(&run.metrics(), b"scores").unwrap_err();
    assert!(error.to_string().contains("metrics.json"), "{error}");
    assert!(!run.metrics().exists());
    let contents = [
        ("state.json", b"{}".to_vec()),
        ("/dev/full", b"weights".to_vec()),
    ];
    let error = write_folder(&run.checkpoint(200), &contents).unwrap_err();
    assert!(error.to_string().contains("/dev/full"), "{error}");
    assert_eq!(run.checkpoints().unwrap(), [100]);
    assert_eq!(names(&run.path().join("checkpoints")), ["step-000100"]);
}

#[test]
fn a_new_run_wants_an_empty_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs/emoji");
    let run = RunFolder::create(&path).unwrap();
    assert_eq!(run.newest().unwrap(), None);
    // Nothing was done yet: whoever failed here may begin again.
    RunFolder::create(&path).unwrap();
    fs::write(path.join("thesis.tex"), "").unwrap();
    let error = RunFolder::create(&path).unwrap_err();
    assert!(matches!(&error, Error::NotEmpty { found, .. } if found == "thesis.tex"));
    assert!(
        error
            .to_string()
            .contains("runs/emoji: wanted a folder that is empty")
    );
}

#[test]
fn only_a_run_can_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    let error = RunFolder::open(folder.path()).unwrap_err();
    assert!(matches!(error, Error::NotARun { .. }));
    fs::write(folder.path().join("recipe.toml"), "").unwrap();
    RunFolder::open(folder.path()).unwrap();
}

#[test]
fn checkpoints_are_listed_pruned_and_swept() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::create(&folder.path().join("run")).unwrap();
    fs::write(run.recipe(), "").unwrap();
    for step in [100, 9, 2_000_000] {
        write_folder(&run.checkpoint(step), &[("state.json", b"{}".to_vec())]).unwrap();
    }
    // What a kill leaves behind: a folder half written, and files that are not ours.
    fs::create_dir(run.path().join("checkpoints/step-000300.partial")).unwrap();
    fs::write(run.path().join("checkpoints/notes.txt"), "mine").unwrap();
    assert_eq!(run.checkpoints().unwrap(), [9, 100, 2_000_000]);
    run.prune(2).unwrap();
    assert_eq!(run.checkpoints().unwrap(), [100, 2_000_000]);
    run.prune(5).unwrap();
    let run = RunFolder::open(run.path()).unwrap();
    assert_eq!(
        names(&run.path().join("checkpoints")),
        ["notes.txt", "step-000100", "step-2000000"]
    );
    let (step, path) = run.newest().unwrap().unwrap();
    assert_eq!(step, 2_000_000);
    assert_eq!(run.relative(&path), Path::new("checkpoints/step-2000000"));
}

#[test]
fn a_run_goes_on_with_its_own_recipe_alone() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::create(&folder.path().join("run")).unwrap();
    let mut recipe = Recipe::default();
    run.accept(&recipe.to_table()).unwrap();
    recipe.train.steps += 1;
    run.accept(&recipe.to_table()).unwrap();
    assert_eq!(Recipe::read(&run.recipe(), &[]).unwrap(), recipe);
    recipe.seed += 1;
    let error = run.accept(&recipe.to_table()).unwrap_err();
    assert!(matches!(&error, Error::Changed { keys, .. } if keys == &["seed"]));
    assert!(error.to_string().contains("given another seed"), "{error}");
}
