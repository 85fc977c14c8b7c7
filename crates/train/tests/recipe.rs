//! Recipes: defaults, errors with file, line and key, flags, what a resumed run may change.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use tercet_data::Sampler;
use tercet_kernels::{Distance, Loss, Margin, Reduce, Select, SemiHard};
use tercet_train::{
    Error, Form, Layout, LossRecipe, ModelRecipe, OptimizerKind, Place, Recipe, Schedule,
};

type Sets = Vec<(String, String)>;

fn sets(pairs: &[(&str, &str)]) -> Sets {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

fn parse(text: &str, pairs: &[(&str, &str)]) -> Result<Recipe, Error> {
    Recipe::parse(text, Path::new("recipes/a.toml"), &sets(pairs))
}

fn message(text: &str, pairs: &[(&str, &str)]) -> String {
    parse(text, pairs).unwrap_err().to_string()
}

#[test]
fn the_empty_text_is_the_default() {
    let recipe = parse("", &[]).unwrap();
    assert_eq!(recipe, Recipe::default());
    assert_eq!(recipe.optimizer.learning_rate, 1e-3);
    assert_eq!((recipe.data.validation, recipe.data.test), (0.095, 0.25));
    let layout = Layout::Convnet(Default::default());
    let preprocess = recipe.preprocess.preprocess(&layout).unwrap();
    assert_eq!(preprocess.size(), 32);
    assert_eq!(recipe.loss.margin(), Margin::hard(0.2).unwrap());
    let ModelRecipe::Convnet(model) = &recipe.model else {
        panic!("a network of pictures");
    };
    assert_eq!(model.dim, 128);
    assert_eq!(recipe.splits().unwrap().test(), 0.25);
    recipe.loss.objective().unwrap();
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
    let LossRecipe::Triplet(loss) = recipe.loss else {
        panic!("{:?}", recipe.loss)
    };
    assert_eq!(loss.select, Select::SemiHard(SemiHard::NearestAbove));
    assert_eq!(
        (loss.margin, loss.reduce),
        (Margin::Soft, Reduce::MeanAnchors)
    );
    assert_eq!(recipe.optimizer.kind, OptimizerKind::Sgd);
    assert_eq!(recipe.optimizer.schedule, Schedule::Step);
    assert_eq!(recipe.optimizer.clip(), None);
    assert_eq!(recipe.train.micro_batch, Some(6));
    assert_eq!(recipe.target.recall_at_1, Some(0.6));
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
fn an_unknown_key_is_named_with_its_line_and_neighbours() {
    let error = parse("seed = 1\n\n[optimizer]\nlearning_rat = 1e-3\n", &[]).unwrap_err();
    let Error::UnknownKey {
        place, key, near, ..
    } = &error
    else {
        panic!("{error}")
    };
    let file = Place::File {
        path: "recipes/a.toml".into(),
        line: Some(4),
    };
    assert_eq!((place, key.as_str()), (&file, "optimizer.learning_rat"));
    assert_eq!(near, &["learning_rate"]);
    assert!(error.to_string().starts_with(
        "recipes/a.toml, line 4: unknown key optimizer.learning_rat, did you mean learning_rate?"
    ));
}

#[test]
fn unknown_keys_are_found_at_the_top_and_below_a_kind() {
    assert!(message("sed = 1\n", &[]).contains("line 1: unknown key sed, did you mean seed?"));
    assert!(message("seed = 1\n[los]\nmargin = 1\n", &[]).contains("line 2: unknown key los,"));
    let below = "[sampler]\nkind = \"pk\"\nclasses = 4\nsamples = 2\nsampels = 2\n";
    assert!(
        message(below, &[]).contains("line 5: unknown key sampler.sampels, did you mean samples?")
    );
    let below = "[model]\nkind = \"convnet\"\nwidht = [8]\n";
    assert!(message(below, &[]).contains("line 3: unknown key model.widht, did you mean widths?"));
}

#[test]
fn a_key_of_another_kind_is_unknown() {
    let text = "[loss]\nkind = \"contrastive\"\nselect = \"all\"\n";
    assert!(message(text, &[]).contains("line 3: unknown key loss.select"));
    let text = "[loss]\nform = \"linear\"\n";
    assert!(message(text, &[]).contains("line 2: unknown key loss.form"));
    let text = "[loss]\nkind = \"contrastive\"\npositive_margin = 0.1\n";
    assert!(message(text, &[]).contains("line 3: unknown key loss.positive_margin"));
    let text = "[loss]\nkind = \"contrastive\"\nform = \"linear\"\npositive_margin = 0.1\n";
    parse(text, &[]).unwrap().loss.objective().unwrap();
}

#[test]
fn a_wrong_value_is_named_with_its_line_and_key() {
    let text = "[loss]\nkind = \"triplet\"\nmargin = -0.2\n";
    let error = message(text, &[]);
    assert_eq!(
        error,
        "recipes/a.toml, line 3: loss.margin: wanted a finite number of at least 0, given -0.2"
    );
    let error = message("[train]\nsteps = \"many\"\n", &[]);
    assert!(
        error.starts_with("recipes/a.toml, line 2: train.steps: "),
        "{error}"
    );
    let error = message("[loss]\nselect = \"semihard\"\n", &[]);
    assert!(
        error.starts_with("recipes/a.toml, line 2: loss.select: wanted one of all, hardest"),
        "{error}"
    );
    let error = message("[sampler]\nkind = \"pk\"\n", &[]);
    assert_eq!(
        error,
        "recipes/a.toml, line 1: sampler: wanted the key classes beside the others, given none"
    );
    let error = message("[train\n", &[]);
    assert!(error.starts_with("recipes/a.toml, line 1: "), "{error}");
    let error = message("[loss]\nkind = \"contrastive\"\nmargin = \"soft\"\n", &[]);
    assert!(error.contains("wanted a number"), "{error}");
}

#[test]
fn numbers_outside_their_range_are_named_with_their_line() {
    let cases = [
        (
            "[train]\nsteps = 0\n",
            "line 2: train.steps: wanted at least 1, given 0",
        ),
        (
            "[optimizer]\nlearning_rate = 0\n",
            "line 2: optimizer.learning_rate: wanted",
        ),
        (
            "[optimizer]\nmomentum = 1\n",
            "line 2: optimizer.momentum: wanted",
        ),
        (
            "[optimizer]\nweight_decay = -1\n",
            "line 2: optimizer.weight_decay: wanted",
        ),
        (
            "[optimizer]\nlearning_rate = nan\n",
            "line 2: optimizer.learning_rate: wanted",
        ),
        (
            "[optimizer]\nfinal_fraction = 2\n",
            "line 2: optimizer.final_fraction: wanted",
        ),
        (
            "[target]\nrecall_at_1 = 60\n",
            "line 2: target.recall_at_1: wanted",
        ),
        (
            "[evaluate]\nepisodes = 1\n",
            "line 2: evaluate.episodes: wanted",
        ),
        (
            "[loss]\nkind = \"cosent\"\n",
            "line 2: loss.kind: wanted a loss of one batch of labelled pictures, given cosent",
        ),
        (
            "[matryoshka]\nsizes = [4]\nweights = [1.0, 2.0]\n",
            "line 3: matryoshka.weights: wanted one per size, or none, given 2",
        ),
        (
            "[data]\ntest = 0.95\n",
            "data.validation: wanted a sum with data.test below 1",
        ),
        (
            "[data]\nset = \"folder\"\n",
            "recipes/a.toml: data.path: wanted the folder",
        ),
        (
            "[data]\nset = \"manifest\"\n",
            "data.path: wanted the csv file",
        ),
        ("[data]\npath = \"x\"\n", "line 2: data.path: wanted none"),
    ];
    for (text, wanted) in cases {
        let given = message(text, &[]);
        assert!(given.contains(wanted), "{wanted} in {given}");
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
    assert_eq!(recipe.loss.margin(), Margin::Soft);
    assert_eq!(recipe.data.path.unwrap(), Path::new("my photos/2024"));
}

#[test]
fn another_kind_starts_its_section_anew() {
    let text = "[loss]\nselect = \"all\"\nmargin = 0.7\n";
    let flags = [("loss.form", "linear"), ("loss.kind", "contrastive")];
    let LossRecipe::Contrastive(loss) = parse(text, &flags).unwrap().loss else {
        panic!("not contrastive")
    };
    assert_eq!((loss.form, loss.margin.get()), (Form::Linear, 1.0));
    let same = parse(text, &[("loss.kind", "triplet")]).unwrap();
    assert_eq!(same.loss.margin(), Margin::hard(0.7).unwrap());
    let facenet = parse("", &[("sampler.kind", "facenet")]).unwrap();
    assert_eq!(facenet.sampler, Sampler::facenet());
}

#[test]
fn a_wrong_flag_is_named() {
    let good = ("train.steps", "3");
    let error = message("", &[good, ("loss.margn", "0.2"), ("seed", "1")]);
    assert!(
        error.starts_with("--set loss.margn=0.2: unknown key loss.margn, did you mean margin?"),
        "{error}"
    );
    let error = message("", &[("nothing.at.all", "1"), good]);
    assert!(
        error.starts_with("--set nothing.at.all=1: unknown key nothing;"),
        "{error}"
    );
    let error = message("", &[good, ("loss.margin", "-0.2")]);
    assert_eq!(
        error,
        "--set loss.margin=-0.2: loss.margin: wanted a finite number of at least 0, given -0.2"
    );
    let error = message("", &[("sampler.kind", "triplets")]);
    assert!(
        error.contains("sampler: wanted the key triplets"),
        "{error}"
    );
    let error = message("", &[("train.steps", "0")]);
    assert_eq!(
        error,
        "--set train.steps=0: train.steps: wanted at least 1, given 0"
    );
    let error = message("", &[("seed.deeper", "0")]);
    assert!(error.contains("seed: wanted a section"), "{error}");
    let error = message("", &[("train.steps", "1\nseed = 4")]);
    assert!(error.starts_with("--set train.steps=1"), "{error}");
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
fn hard_mining_can_be_softened() {
    let select = |name: &str| parse("", &[("loss.select", name)]).unwrap().loss;
    assert_eq!(
        select("hardest").softened(),
        Some(select("semi-hard:nearest-above"))
    );
    assert_eq!(
        select("easy-positive").softened(),
        Some(select("easy-positive:semi-hard"))
    );
    assert_eq!(select("semi-hard").softened(), None);
    let contrastive = parse("", &[("loss.kind", "contrastive")]).unwrap();
    assert_eq!(contrastive.loss.softened(), None);
}

#[test]
fn a_loss_without_meaning_on_its_distance_is_refused() {
    let flags = [
        ("loss.kind", "contrastive"),
        ("loss.distance", "negative-dot"),
    ];
    let error = parse("", &flags).unwrap().loss.objective().unwrap_err();
    assert!(error.to_string().contains("negative-dot"));
}

/// Kinds that need nothing but one batch.
fn trainable() -> impl Iterator<Item = &'static &'static str> {
    let proxies = [
        "proxy-anchor",
        "proxy-nca",
        "arc-face",
        "cos-face",
        "soft-triple",
    ];
    Loss::NAMES
        .iter()
        .filter(move |name| !proxies.contains(name))
}

#[test]
fn every_loss_of_one_batch_has_a_recipe() {
    assert!(trainable().count() >= 13);
    for name in trainable() {
        let recipe = parse(&format!("[loss]\nkind = \"{name}\"\n"), &[]).unwrap();
        let objective = recipe.loss.objective().unwrap();
        assert_eq!(objective.loss().name(), *name);
        if *name != "triplet" && *name != "contrastive" {
            let default = Loss::named(name).unwrap();
            assert_eq!(objective.distance(), default.default_distance());
            assert_eq!(objective.reduce(), default.default_reduce());
            assert_eq!(*objective.loss(), default);
        }
        assert_eq!(parse(&recipe.to_toml(), &[]).unwrap(), recipe);
    }
}

#[test]
fn keys_of_other_losses_are_their_own() {
    let text = "[loss]\nkind = \"multi-similarity\"\nalpha = 3\nmining = false\ndistance = \"negative-dot\"\n";
    let recipe = parse(text, &[("loss.beta", "40"), ("loss.reduce", "mean")]).unwrap();
    let LossRecipe::Other(keys) = &recipe.loss else {
        panic!("{:?}", recipe.loss)
    };
    let Loss::MultiSimilarity(loss) = keys.objective().loss() else {
        panic!("{keys:?}")
    };
    assert_eq!(
        (loss.alpha.get(), loss.beta.get(), loss.mining),
        (3.0, 40.0, false)
    );
    assert_eq!(recipe.loss.distance(), Distance::NegativeDot);
    assert_eq!(recipe.loss.reduce(), Reduce::Mean);
    let lists = "[loss]\nkind = \"ladder\"\nthresholds = [0.5, 0.25]\nmargins = [0.3, 0.1, 0.05]\nbetas = [1, 0.5, 0.25]\n";
    let recipe = parse(lists, &[]).unwrap();
    assert_eq!(recipe.loss.margin(), Margin::hard(0.3).unwrap());
    assert_eq!(parse(&recipe.to_toml(), &[]).unwrap(), recipe);
}

#[test]
fn wrong_keys_of_other_losses_are_named_with_their_line() {
    let kind =
        |name: &str, rest: &str| message(&format!("[loss]\nkind = \"{name}\"\n{rest}\n"), &[]);
    for (given, wanted) in [
        (
            kind("circle", "gama = 2"),
            "line 3: unknown key loss.gama, did you mean gamma?",
        ),
        (
            kind("circle", "select = \"all\""),
            "line 3: unknown key loss.select",
        ),
        (
            kind("info-nce", "# why\nscale = 0"),
            "line 4: loss.scale: wanted a finite number above 0, given 0",
        ),
        (
            kind("margin", "select = \"hardest\""),
            "line 3: loss.select: wanted one of all, triplets",
        ),
        (
            kind("margin", "nu = 0\ndistance = \"cosine\""),
            "line 4: loss.distance: wanted euclidean",
        ),
        (
            kind("ladder", "margins = [0.2, 0.1]\nbetas = [1]"),
            "line 4: loss.betas: wanted 2, given 1",
        ),
        (
            kind("ladder", "betas = [1, 1]\nthresholds = [2]"),
            "line 4: loss.thresholds: wanted a number above 0",
        ),
        (
            kind("multi-similarity", "mining = 3"),
            "line 3: loss.mining: ",
        ),
        (
            kind("triplets", ""),
            "line 2: loss.kind: wanted one of triplet, contrastive, info-nce",
        ),
        (
            kind("proxy-anchor", ""),
            "line 2: loss.kind: wanted a loss of one batch of labelled rows, given proxy-anchor: it needs a proxy per class",
        ),
        (
            kind("soft-triple", ""),
            "it needs several centres per class, which the training loop does not own yet",
        ),
    ] {
        assert!(given.contains(wanted), "{wanted} in {given}");
    }
    let given = message("", &[("loss.kind", "arc-face")]);
    assert!(
        given.starts_with("--set loss.kind=arc-face: loss.kind: wanted a loss of one batch"),
        "{given}"
    );
    let given = message("", &[("loss.kind", "sup-con"), ("loss.temperature", "-1")]);
    assert!(
        given.starts_with("--set loss.temperature=-1: loss.temperature: wanted"),
        "{given}"
    );
}
