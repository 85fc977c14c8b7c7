//! Pictures by words: training, searching, the contact sheet, relevance, and what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

mod harness;

use harness::Place;

const MODELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../nn/tests/models");

/// A place with the run of two tiny towers in `run`, and pictures of three classes in `photos`.
fn trained() -> Place {
    let place = Place::new();
    place.write("towers.toml", recipe());
    place.run("train towers.toml --out run").ends(0);
    place.pictures("photos", 3, "png");
    place
}

fn recipe() -> String {
    format!(
        r#"
        [data]
        set = "emoji-captions"
        validation = 0.02
        test = 0.02
        [sampler]
        kind = "pk"
        classes = 6
        samples = 2
        [preprocess]
        size = 24
        [model]
        kind = "towers"
        dim = 8
        [model.picture]
        kind = "picture"
        path = "{MODELS}/towers/efficientnet"
        freeze = "encoder"
        [model.text]
        path = "{MODELS}/bert"
        freeze = "encoder"
        [loss]
        kind = "ladder"
        thresholds = [0.5]
        margins = [0.2, 0.1]
        betas = [1.0, 0.25]
        [train]
        steps = 3
        "#
    )
}

#[test]
fn words_and_pictures_find_pictures_and_draw_them() {
    let place = trained();
    let said = place
        .run("search run photos --text fruit --top 4")
        .ends(0)
        .out;
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 4, "{said}");
    assert!(
        lines[0].trim_start().starts_with("1 ") && said.contains(".png"),
        "{said}"
    );
    let found = place
        .run("search run photos --text fruit --top 3 --json --sheet found.png")
        .ends(0);
    let json = found
        .out
        .lines()
        .take_while(|line| !line.starts_with("found.png"));
    let json: serde_json::Value =
        serde_json::from_str(&json.collect::<Vec<_>>().join("\n")).unwrap();
    let distances: Vec<f64> = (0..3)
        .map(|at| json[at]["distance"].as_f64().unwrap())
        .collect();
    assert!(distances.is_sorted() && json[2]["rank"] == 3, "{json}");
    let sheet = image::open(place.path("found.png")).unwrap();
    assert_eq!((sheet.width(), sheet.height()), (3 * 104 + 8, 104 + 8));
    // A picture of the gallery is nearest to itself, and stands above what it finds.
    let name = json[0]["name"].as_str().unwrap();
    let again = place
        .run(&format!(
            "search run photos --image photos/{name} --top 2 --sheet again.png"
        ))
        .ends(0);
    assert!(
        again.out.lines().next().unwrap().ends_with(name),
        "{}",
        again.out
    );
    let sheet = image::open(place.path("again.png")).unwrap();
    assert_eq!(sheet.height(), 2 * 104 + 8);
}

#[test]
fn the_towers_embed_and_are_judged_apart() {
    let place = trained();
    place.write("texts.txt", "red fruit\na cat\n");
    place.run("embed run texts.txt --out texts.npy").ends(0);
    place.run("embed run photos --out photos.npy").ends(0);
    place.run("eval run photos").ends(0);
    // Both together, as at the end of training.
    let judged = place.run("eval run towers.toml --json").ends(0).out;
    let judged: serde_json::Value = serde_json::from_str(&judged).unwrap();
    let trained = place.json("run/metrics.json");
    assert_eq!(judged["scores"]["trained"], trained["scores"]["trained"]);
    let table = place.run("eval run towers.toml").ends(0).out;
    assert!(table.contains("unseen classes, picture to text"), "{table}");
    place.write("all.toml", recipe().replace("test = 0.02", "test = 0.0"));
    place
        .run("eval run all.toml")
        .fails(&["data.test: wanted pictures for the test"]);
    place
        .run("eval run/model/picture towers.toml")
        .fails(&["towers.toml"]);
    // The network of pictures by itself.
    place
        .run("embed run/model/picture photos --out alone.npy")
        .ends(0);
    assert!(place.bytes("photos.npy") == place.bytes("alone.npy"));
    place
        .run("embed run/model/text texts.txt --out words.npy")
        .ends(0);
    assert!(place.bytes("texts.npy") == place.bytes("words.npy"));
}

#[test]
fn relevance_is_told_of_the_emoji_and_of_a_recipe() {
    let place = Place::new();
    let said = place.run("data emoji --relevance").ends(0).out;
    assert!(said.contains("relevance between 1586 things"), "{said}");
    place.write("towers.toml", recipe());
    let same = place.run("data towers.toml --relevance").ends(0).out;
    assert_eq!(said, same);
    place.write(
        "captions.toml",
        format!("{}\n[relevance]\nfrom = \"keywords\"\n", recipe()),
    );
    let other = place
        .run("data captions.toml --relevance --json")
        .ends(0)
        .out;
    let json: serde_json::Value = serde_json::from_str(&other).unwrap();
    assert_eq!(json["things"], 1586);
    place
        .run("data photos --relevance")
        .fails(&["photos: wanted emoji or a recipe (.toml) with --relevance"]);
    place.write("pictures.toml", "");
    place
        .run("data pictures.toml --relevance")
        .fails(&["data.set: wanted pictures with captions, given emoji"]);
    place
        .run("data nowhere.toml --relevance")
        .fails(&["nowhere.toml"]);
}

#[test]
fn what_is_refused_is_named() {
    let place = trained();
    place.write("broken.png", "no picture");
    for (words, parts) in [
        ("search run photos", vec!["--text", "--image"]),
        (
            "search run photos --text a --image broken.png",
            vec!["--text", "--image"],
        ),
        (
            "search run photos --text a --top 0",
            vec!["--top: wanted at least 1, given 0"],
        ),
        (
            "search run photos --text a --sheet found.jpg",
            vec!["--sheet: wanted a file that ends in .png, given found.jpg"],
        ),
        ("search run nowhere --text a", vec!["nowhere"]),
        ("search nowhere photos --text a", vec!["nowhere"]),
        ("search run photos --image nowhere.png", vec!["nowhere.png"]),
        ("search run photos --image broken.png", vec!["broken.png"]),
        (
            "search run/model/picture photos --text a",
            vec![
                "wanted a model of pictures and texts for --text",
                "--image asks with a picture",
            ],
        ),
        (
            "search run/model/text photos --text a",
            vec!["wanted a model of pictures, given one of texts"],
        ),
        (
            "train towers.toml --out other --set relevance.from=file",
            vec!["relevance.path: wanted the table of pairs"],
        ),
        (
            "train towers.toml --out other --set data.captions=[\"xx\"]",
            vec![
                "data.captions: wanted name, keywords or the code of a language",
                "given xx",
            ],
        ),
        (
            "train towers.toml --out other --set preprocess.size=0",
            vec!["size"],
        ),
    ] {
        place.run(words).fails(&parts);
    }
}
