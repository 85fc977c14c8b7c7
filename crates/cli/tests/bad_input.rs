//! Bad input: a clear error with the file and what was wanted, no panic.
#![allow(clippy::unwrap_used, reason = "tests")]

mod harness;

use harness::{Place, SMALL};

/// The small recipe on a folder.
fn on_folder(folder: &str) -> String {
    SMALL.replace(
        "[data]",
        &format!("[data]\nset = \"folder\"\npath = \"{folder}\""),
    )
}

#[test]
fn missing_and_empty_folders() {
    let place = Place::new();
    place.write("recipe.toml", on_folder("nowhere"));
    place.run("train recipe.toml --out run").fails(&["nowhere"]);
    std::fs::create_dir(place.path("empty")).unwrap();
    place.write("recipe.toml", on_folder("empty"));
    place
        .run("train recipe.toml --out run2")
        .fails(&["empty", "wanted"]);
    place.run("data nowhere").fails(&["nowhere"]);
    place.run("data empty").fails(&["empty"]);
    place
        .run("train absent.toml --out run3")
        .fails(&["absent.toml"]);
}

#[test]
fn truncated_pictures_are_skipped_and_counted_or_refused() {
    let place = Place::new();
    place.pictures("pictures", 12, "jpg");
    let classes = harness::names(&place.path("pictures"));
    for (class, share) in [(0, 0.5), (1, 0.95)] {
        let file = format!("pictures/{}/noto.jpg", classes[class]);
        let whole = place.bytes(&file);
        place.write(&file, &whole[..(whole.len() as f64 * share) as usize]);
    }
    let ran = place.run("data pictures").ends(0);
    for class in &classes[..2] {
        assert!(
            ran.out.contains(&format!("{class}/noto.jpg")),
            "{}",
            ran.out
        );
    }
    place.run("data pictures --strict").fails(&["noto.jpg"]);
    let recipe = on_folder("pictures")
        .replace("validation = 0.02", "validation = 0.0")
        .replace("test = 0.03", "test = 0.0");
    place.write("recipe.toml", recipe);
    let ran = place.run("train recipe.toml --out run").ends(0);
    assert!(
        ran.err.contains('2') && ran.err.contains("unreadable"),
        "{}",
        ran.err
    );
    place
        .run("train recipe.toml --out strict --set data.strict=true")
        .fails(&["noto.jpg"]);
}

#[test]
fn one_class_and_one_sample_per_class() {
    let place = Place::new();
    place.pictures("one", 1, "png");
    place.write("recipe.toml", on_folder("one"));
    place
        .run("train recipe.toml --out run")
        .fails(&["one", "class"]);
    place.pictures("all", 8, "png");
    for class in harness::names(&place.path("all")) {
        for name in harness::names(&place.path("all").join(&class)) {
            if name != "noto.png" {
                std::fs::remove_file(place.path("all").join(&class).join(name)).unwrap();
            }
        }
    }
    place.write("recipe.toml", on_folder("all"));
    place
        .run("train recipe.toml --out run2")
        .fails(&["all", "wanted"]);
}

#[test]
fn too_few_classes_for_the_sampler() {
    let place = Place::new();
    place.pictures("few", 5, "png");
    let recipe = on_folder("few")
        .replace("validation = 0.02", "validation = 0.0")
        .replace("test = 0.03", "test = 0.0");
    place.write("recipe.toml", recipe);
    place
        .run("train recipe.toml --out run")
        .fails(&["wanted at least 6", "given 5"]);
}

#[test]
fn a_class_shorter_than_k_repeats_its_samples() {
    let place = Place::new();
    place.pictures("few", 8, "png");
    let recipe = on_folder("few")
        .replace("validation = 0.02", "validation = 0.0")
        .replace("test = 0.03", "test = 0.0")
        .replace("samples = 3", "samples = 20");
    place.write("recipe.toml", recipe);
    place
        .run("train recipe.toml --out run --set train.steps=2")
        .ends(0);
}

#[test]
fn recipes_with_a_wrong_key_or_value() {
    let place = Place::new();
    place.write(
        "recipe.toml",
        "seed = 1\n[sampler]\nkind = \"pk\"\nclases = 3\nsamples = 2\n",
    );
    place
        .run("train recipe.toml --out run")
        .fails(&["recipe.toml", "clases", "classes"]);
    place.write("recipe.toml", "seed = 1\n\n[loss]\nmargin = -0.2\n");
    place
        .run("train recipe.toml --out run")
        .fails(&["recipe.toml", "margin", "-0.2"]);
    place.write("recipe.toml", "seed = \n");
    place
        .run("train recipe.toml --out run")
        .fails(&["recipe.toml"]);
    place.write("recipe.toml", SMALL);
    place
        .run("train recipe.toml --out run --set train.stepz=3")
        .fails(&["stepz", "steps"]);
    place
        .run("train recipe.toml --out run --set train.steps=many")
        .fails(&["train.steps"]);
    assert!(
        !place.path("run").exists(),
        "nothing is begun with a wrong recipe"
    );
}

#[test]
fn folders_that_are_in_use_or_not_a_run() {
    let place = Place::new();
    place.write("recipe.toml", SMALL);
    place.write("run/notes.txt", "mine");
    place
        .run("train recipe.toml --out run")
        .fails(&["run", "empty", "notes.txt"]);
    assert_eq!(place.read("run/notes.txt"), "mine");
    place
        .run("train --resume run")
        .fails(&["run", "recipe.toml"]);
    place
        .run("train recipe.toml --out begun --set train.steps=1")
        .ends(0);
    place
        .run("train --resume begun --set sampler.samples=4")
        .fails(&["sampler.samples"]);
}

#[test]
fn model_folders_that_are_none() {
    let place = Place::new();
    place.pictures("pictures", 2, "png");
    std::fs::create_dir(place.path("model")).unwrap();
    place
        .run("embed model pictures --out rows.npy")
        .fails(&["model", "config.json"]);
    place
        .run("eval model pictures")
        .fails(&["model", "config.json"]);
    place.write("model/config.json", "{}");
    place
        .run("embed model pictures --out rows.npy")
        .fails(&["config.json"]);
}

#[test]
fn manifests_whose_rows_do_not_fit() {
    let place = Place::new();
    place.pictures("pictures", 3, "png");
    place.write(
        "short.csv",
        "path,label\npictures/a.png,one\npictures/b.png\n",
    );
    place.run("data short.csv").fails(&["short.csv", "3"]);
    place.write("columns.csv", "file,label\npictures/a.png,one\n");
    place
        .run("data columns.csv")
        .fails(&["columns.csv", "path", "file"]);
    place.write("nothing.csv", "");
    place.run("data nothing.csv").fails(&["nothing.csv"]);
}

#[test]
fn recipes_whose_values_do_not_fit_the_network_or_the_sampler() {
    let place = Place::new();
    place.write("recipe.toml", SMALL);
    for (set, part) in [
        ("model.groups=7", "groups: wanted a divisor"),
        ("preprocess.size=0", "size: wanted"),
        ("sampler.samples=1", "sampler.samples: wanted"),
    ] {
        let words = format!("train recipe.toml --out run --set {set}");
        place.run(&words).fails(&[part]);
    }
    // The name is still free: nothing was begun.
    place
        .run("train recipe.toml --out run --set train.steps=1")
        .ends(0);
}
