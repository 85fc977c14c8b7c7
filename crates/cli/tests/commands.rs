//! The commands around training: `data`, `embed`, `eval`, and what help says.
#![allow(clippy::unwrap_used, reason = "tests")]

mod harness;

use harness::{Place, SMALL, score};
use serde_json::Value;

/// A place with a model, trained for a few steps, in the folder `run`.
fn trained(steps: u32) -> Place {
    let place = Place::new();
    place.write("small.toml", SMALL);
    let words = format!("train small.toml --out run --set train.steps={steps}");
    place.run(&words).ends(0);
    place
}

fn json(place: &Place, words: &str) -> Value {
    serde_json::from_str(&place.run(words).ends(0).out).unwrap()
}

#[test]
fn help_names_every_command() {
    let place = Place::new();
    let text = place.run("--help").ends(0).out;
    for word in ["train", "eval", "embed", "data", "Exit codes"] {
        assert!(text.contains(word), "{text}");
    }
    for command in ["train", "eval", "embed", "data"] {
        place.run(&format!("{command} --help")).ends(0);
    }
}

#[test]
fn a_folder_is_described() {
    let place = Place::new();
    place.pictures("photos", 3, "png");
    let classes = harness::names(&place.path("photos"));
    let copy = place.bytes(&format!("photos/{}/noto.png", classes[0]));
    place.write(&format!("photos/{}/copy.png", classes[1]), copy);
    place.write(
        &format!("photos/{}/broken.png", classes[2]),
        "not a picture",
    );
    place.write("photos/notes.txt", "");
    let text = place.run("data photos").ends(0).out;
    assert!(text.contains("broken.png"), "{text}");
    let found = json(&place, "data photos --json");
    assert_eq!(
        (&found["classes"], &found["others"]),
        (&3.into(), &1.into())
    );
    assert_eq!(
        found["duplicates"][0]["classes"],
        serde_json::json!([classes[0], classes[1]])
    );
    assert_eq!(found["small"], serde_json::json!([]));
    let found = json(&place, "data photos --json --least 99");
    assert_eq!(found["small"].as_array().unwrap().len(), 3);
}

#[test]
fn the_embedded_set_is_described() {
    let place = Place::new();
    assert_eq!(json(&place, "data emoji --json")["classes"], 1586);
}

#[test]
fn a_folder_is_embedded() {
    let place = trained(1);
    place.pictures("photos", 2, "png");
    let class = &harness::names(&place.path("photos"))[1];
    place.write(&format!("photos/{class}/broken.png"), "not a picture");
    let ran = place.run("embed run photos --out rows.npy").ends(0);
    assert!(
        ran.out
            .contains("8 numbers each, 1 unreadable file skipped"),
        "{}",
        ran.out
    );
    assert!(
        ran.err
            .contains(&format!("skipped photos/{class}/broken.png")),
        "{}",
        ran.err
    );
    let bytes = place.bytes("rows.npy");
    let array = npyz::NpyFile::new(&bytes[..]).unwrap();
    let shape = array.shape().to_vec();
    let rows: Vec<f32> = array.into_vec().unwrap();
    for row in rows.chunks(8) {
        let norm: f32 = row.iter().map(|number| number * number).sum();
        assert!((norm - 1.0).abs() < 1e-5, "{norm}");
    }
    let list = place.read("rows.paths.csv");
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(
        (lines[0], shape),
        ("row,path", vec![lines.len() as u64 - 1, 8])
    );
    assert!(place.path(lines[1].strip_prefix("0,").unwrap()).is_file());
    place
        .run("embed run photos --out rows.npy --strict")
        .fails(&["broken.png"]);
}

#[test]
fn both_formats_hold_the_same_numbers() {
    let place = trained(1);
    place.pictures("photos", 1, "webp");
    // The folder of the run and that of its model are one model.
    place.run("embed run photos --out a.npy").ends(0);
    place
        .run("embed run/model photos --out b.safetensors")
        .ends(0);
    let bytes = place.bytes("a.npy");
    let rows: Vec<f32> = npyz::NpyFile::new(&bytes[..]).unwrap().into_vec().unwrap();
    let bytes = place.bytes("b.safetensors");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let tensor = tensors.tensor("embeddings").unwrap();
    assert_eq!(tensor.shape(), [rows.len() / 8, 8]);
    let numbers = tensor
        .data()
        .chunks(4)
        .map(|four| f32::from_le_bytes(four.try_into().unwrap()));
    assert_eq!(numbers.collect::<Vec<_>>(), rows);
    place
        .run("embed run photos --out a.txt")
        .fails(&["--out", ".npy or .safetensors"]);
}

#[test]
fn the_test_classes_of_the_embedded_set_are_judged() {
    let place = trained(2);
    let text = place.run("eval run emoji --episodes 20").ends(0).out;
    assert!(
        text.contains("split test of seed 5") && text.contains("Recall@10"),
        "{text}"
    );
    // The same classes and distance as at the end of training give the same scores.
    let found = json(&place, "eval run emoji --episodes 20 --json");
    let metrics = place.json("run/metrics.json");
    assert_eq!(found["scores"]["model"], metrics["scores"]["trained"]);
    for name in [
        "recall_at_1",
        "map_at_r",
        "one_shot_20way",
        "one_shot_400way",
    ] {
        assert!(score(&found, "model", name).is_some(), "{name}");
    }
    let other = json(&place, "eval run emoji --episodes 20 --seed 1 --json");
    assert_eq!(other["split_seed"], 1);
    let recall = |found: &Value| score(found, "model", "recall_at_1").unwrap();
    assert_ne!(recall(&other), recall(&found));
}

#[test]
fn folders_and_manifests_are_judged() {
    let place = trained(1);
    place.pictures("photos", 3, "png");
    let text = place.run("eval run photos").ends(0).out;
    assert!(
        text.contains("pictures of 3 classes\n") && text.contains("distance squared-euclidean"),
        "{text}"
    );
    let mut list = String::from("path,label,split\n");
    for (class, split) in harness::names(&place.path("photos"))
        .iter()
        .zip(["train", "test", "test"])
    {
        for name in harness::names(&place.path("photos").join(class))
            .iter()
            .take(3)
        {
            list.push_str(&format!("photos/{class}/{name},{class},{split}\n"));
        }
    }
    place.write("list.csv", list);
    let found = json(&place, "eval run list.csv --json --distance cosine");
    assert_eq!(
        (&found["images"], &found["classes"]),
        (&6.into(), &2.into())
    );
    assert_eq!(
        (&found["split"], &found["distance"]),
        (&"test".into(), &"cosine".into())
    );
    place
        .run("eval run photos --distance manhattan")
        .fails(&["squared-euclidean"]);
}

#[test]
fn runs_without_a_folder_named_get_one_of_their_own() {
    let place = trained(1);
    place.run("train small.toml --set train.steps=1").ends(0);
    let ran = place
        .run("train small.toml --set train.steps=1 --set loss.margin=soft")
        .ends(0);
    assert!(ran.err.contains("runs/small-2"), "{}", ran.err);
    assert!(
        place
            .read("runs/small-2/recipe.toml")
            .contains("margin = \"soft\"")
    );
    // A run goes on with its own recipe, which may be named again.
    place
        .run("train small.toml --set train.steps=2 --resume runs/small")
        .ends(0);
    place
        .run("train small.toml --seed 9 --resume runs/small")
        .fails(&["runs/small", "another seed"]);
}
