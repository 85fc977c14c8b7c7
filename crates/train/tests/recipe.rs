//! Recipes: defaults, every key, flags, what a resumed run may change.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use tercet_data::Sampler;
use tercet_kernels::{Distance, Loss, Margin, Objective, Reduce, Select, SemiHard, TermKind};
use tercet_train::{Criterion, Error, ModelRecipe, OptimizerKind, Recipe, Schedule};

type Sets = Vec<(String, String)>;

fn sets(pairs: &[(&str, &str)]) -> Sets {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

fn parse(text: &str, pairs: &[(&str, &str)]) -> Result<Recipe, Error> {
    Recipe::parse(text, Path::new("recipes/a.toml"), &sets(pairs))
}

/// The objective of a criterion of one.
fn objective(criterion: &Criterion) -> &Objective<Loss> {
    match criterion.terms()[0].kind() {
        TermKind::Objective(objective) => objective,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_empty_text_is_the_default() {
    let recipe = parse("", &[]).unwrap();
    assert_eq!(recipe, Recipe::default());
    assert_eq!(recipe.optimizer.learning_rate, 1e-3);
    assert_eq!((recipe.data.validation, recipe.data.test), (0.095, 0.25));
    assert_eq!(recipe.loss.margin(), Some(Margin::hard(0.2).unwrap()));
    let ModelRecipe::Convnet(model) = &recipe.model else {
        panic!("a network of pictures");
    };
    assert_eq!(model.dim, 128);
    assert_eq!(recipe.data.splits(recipe.seed).unwrap().test(), 0.25);
    assert_eq!(recipe.memory, None);
}

#[test]
fn every_key_is_read() {
    let text = r#"
        seed = 7
        device = "cpu"
        [data]
        set = "folder"
        path = "photos"
        validation = 0.2
        test = 0.1
        strict = true
        [sampler]
        kind = "facenet"
        classes = 5
        samples = 4
        random = 3
        [augment]
        rotate = 15
        [preprocess]
        size = 64
        image_mean = [0.1, 0.2, 0.3]
        image_std = [0.4, 0.5, 0.6]
        resample = "bicubic"
        [model]
        kind = "convnet"
        widths = [8, 16]
        strides = [2, 1]
        groups = 4
        dim = 32
        [loss]
        kind = "triplet"
        distance = "cosine"
        margin = "soft"
        select = "semi-hard:nearest-above"
        reduce = "mean-anchors"
        [optimizer]
        kind = "sgd"
        learning_rate = 0.1
        momentum = 0.8
        schedule = "step"
        step_every = 10
        clip_norm = 0
        [train]
        steps = 30
        micro_batch = 6
        patience = 4
        [evaluate]
        distance = "euclidean"
        [target]
        recall_at_1 = 0.6
    "#;
    let recipe = parse(text, &[]).unwrap();
    let Sampler::Facenet { random, .. } = recipe.sampler else {
        panic!("{:?}", recipe.sampler)
    };
    assert_eq!((recipe.seed, random), (7, 3));
    let ModelRecipe::Convnet(model) = &recipe.model else {
        panic!("{:?}", recipe.model)
    };
    assert_eq!((model.widths.len(), model.kernel), (2, 3));
    let loss = objective(&recipe.loss);
    let Loss::Triplet(triplet) = loss.loss() else {
        panic!("{loss:?}")
    };
    assert_eq!(triplet.select(), Select::SemiHard(SemiHard::NearestAbove));
    assert_eq!(
        (triplet.margin(), loss.reduce()),
        (Margin::Soft, Reduce::MeanAnchors)
    );
    assert_eq!(recipe.optimizer.kind, OptimizerKind::Sgd);
    assert_eq!(recipe.optimizer.schedule, Schedule::Step);
    assert_eq!(recipe.optimizer.clip(), None);
    assert_eq!(recipe.train.micro_batch, Some(6));
    assert_eq!(recipe.target.0["recall_at_1"], 0.6);
    // What is written out as resolved reads back as the same.
    assert_eq!(parse(&recipe.to_toml(), &[]).unwrap(), recipe);
}

#[test]
fn the_resolved_text_has_the_defaults() {
    let text = Recipe::default().to_toml();
    for line in [
        "checkpoint_every = 100",
        "select = \"semi-hard\"",
        "margin = 0.2",
        "dim = 128",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn flags_replace_keys() {
    let text = "[train]\nsteps = 30\n";
    let flags = [
        ("train.steps", "20"),
        ("train.steps", "10"),
        ("loss.margin", "soft"),
        ("loss.select", "hardest"),
        ("data.set", "\"folder\""),
        ("data.path", "my photos/2024"),
        ("model.widths", "[8, 8]"),
        ("seed", "3"),
    ];
    let recipe = parse(text, &flags).unwrap();
    assert_eq!((recipe.train.steps, recipe.seed), (10, 3));
    assert_eq!(recipe.loss.margin(), Some(Margin::Soft));
    assert_eq!(recipe.data.path.unwrap(), Path::new("my photos/2024"));
}

#[test]
fn another_kind_starts_its_section_anew() {
    let text = "[loss]\nselect = \"all\"\nmargin = 0.7\n";
    let flags = [("loss.form", "linear"), ("loss.kind", "contrastive")];
    let given = parse(text, &flags).unwrap();
    let wanted = "[loss]\nkind = \"contrastive\"\nform = \"linear\"\nmargin = 1\n";
    assert_eq!(given.loss, parse(wanted, &[]).unwrap().loss);
    let same = parse(text, &[("loss.kind", "triplet")]).unwrap();
    assert_eq!(same.loss.margin(), Some(Margin::hard(0.7).unwrap()));
    let facenet = parse("", &[("sampler.kind", "facenet")]).unwrap();
    assert_eq!(facenet.sampler, Sampler::facenet());
}

const TWO: &str =
    "[[loss]]\nkind = \"triplet\"\nmargin = 0.7\n[[loss]]\nkind = \"circle\"\nweight = 0.5\n";

#[test]
fn flags_reach_every_table_of_a_list() {
    let terms = |text: &str, flags: &[(&str, &str)]| {
        let loss = parse(text, flags).unwrap().loss;
        let each = loss.terms().iter();
        let each = each.map(|term| (term.kind().name(), term.weight()));
        each.collect::<Vec<_>>()
    };
    assert_eq!(terms(TWO, &[]), [("triplet", 1.0), ("circle", 0.5)]);
    let flags = [("loss.1.weight", "0.25"), ("loss.0.weight", "2")];
    assert_eq!(terms(TWO, &flags), [("triplet", 2.0), ("circle", 0.25)]);
    let anew = [("loss.1.kind", "norm")];
    assert_eq!(terms(TWO, &anew), [("triplet", 1.0), ("norm", 1.0)]);
    let more = [("loss.1.kind", "norm"), ("loss.1.weight", "0.1")];
    assert_eq!(terms("", &more), [("triplet", 1.0), ("norm", 0.1)]);
    let only = [("loss.0.kind", "circle")];
    assert_eq!(terms("", &only), [("circle", 1.0)]);
    let text = "[curriculum]\nsteps = 3\n[curriculum.loss]\nkind = \"vse\"\n";
    let flags = [
        ("curriculum.loss.0.margin", "0.4"),
        ("curriculum.loss.1.kind", "norm"),
    ];
    let curriculum = parse(text, &flags).unwrap().curriculum.unwrap();
    assert_eq!(curriculum.loss.terms().len(), 2);
    assert_eq!(curriculum.loss.margin(), Some(Margin::hard(0.4).unwrap()));
    let recipe = parse(TWO, &[]).unwrap();
    assert_eq!(parse(&recipe.to_toml(), &[]).unwrap(), recipe);
}

#[test]
fn sections_that_are_not_there_begin_with_a_flag() {
    let flags = [("memory.size", "8000"), ("target.median_rank", "3")];
    let recipe = parse("", &flags).unwrap();
    assert_eq!(recipe.memory.unwrap().size, 8000);
    assert_eq!(recipe.target.0["median_rank"], 3.0);
}

#[test]
fn a_text_that_lacks_a_key_is_completed_by_a_flag() {
    let text = "[data]\nset = \"folder\"\n";
    let recipe = parse(text, &[("data.path", "photos")]).unwrap();
    assert_eq!(recipe.data.path.unwrap(), Path::new("photos"));
}

#[test]
fn a_missing_file_is_named() {
    let error = Recipe::read(Path::new("/nowhere/recipe.toml"), &[]).unwrap_err();
    assert!(error.to_string().contains("/nowhere/recipe.toml"));
}

#[test]
fn only_the_number_of_steps_may_change() {
    let before = parse("", &[]).unwrap();
    let more = parse("", &[("train.steps", "900")]).unwrap();
    assert!(before.changed(&more).is_empty());
    let other = [
        ("loss.kind", "contrastive"),
        ("train.patience", "3"),
        ("seed", "1"),
    ];
    let other = parse("", &other).unwrap();
    let changed = before.changed(&other);
    assert_eq!(changed, other.changed(&before));
    for key in [
        "loss.form",
        "loss.kind",
        "loss.select",
        "seed",
        "train.patience",
    ] {
        assert!(
            changed.iter().any(|changed| changed == key),
            "{key} in {changed:?}"
        );
    }
    assert!(!changed.contains(&"train.steps".to_owned()));
}

#[test]
fn every_loss_has_a_recipe() {
    for name in Loss::NAMES {
        let recipe = parse(&format!("[loss]\nkind = \"{name}\"\n"), &[]).unwrap();
        let objective = objective(&recipe.loss);
        assert_eq!(objective.loss().name(), *name);
        let default = Loss::named(name).unwrap();
        assert_eq!(objective.distance(), default.default_distance());
        assert_eq!(objective.reduce(), default.default_reduce());
        assert_eq!(*objective.loss(), default);
        assert_eq!(parse(&recipe.to_toml(), &[]).unwrap(), recipe);
    }
}

#[test]
fn keys_of_other_losses_are_their_own() {
    let text = "[loss]\nkind = \"multi-similarity\"\nalpha = 3\nmining = false\ndistance = \"negative-dot\"\n";
    let recipe = parse(text, &[("loss.beta", "40"), ("loss.reduce", "mean")]).unwrap();
    let found = objective(&recipe.loss);
    let Loss::MultiSimilarity(loss) = found.loss() else {
        panic!("{found:?}")
    };
    assert_eq!(
        (loss.alpha.get(), loss.beta.get(), loss.mining),
        (3.0, 40.0, false)
    );
    assert_eq!(recipe.loss.distance(), Distance::NegativeDot);
    assert_eq!(found.reduce(), Reduce::Mean);
    let lists = "[loss]\nkind = \"ladder\"\nthresholds = [0.5, 0.25]\nmargins = [0.3, 0.1, 0.05]\nbetas = [1, 0.5, 0.25]\n";
    let recipe = parse(lists, &[]).unwrap();
    assert_eq!(recipe.loss.margin(), Some(Margin::hard(0.3).unwrap()));
    assert_eq!(parse(&recipe.to_toml(), &[]).unwrap(), recipe);
}
