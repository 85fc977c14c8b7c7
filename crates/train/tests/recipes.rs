//! The recipes beside the code.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use tercet_train::{ModelRecipe, Recipe};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes")
}

#[test]
fn the_recipes_beside_the_code_are_right() {
    let files = std::fs::read_dir(folder()).unwrap();
    let files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    assert!(files.len() >= 8, "{files:?}");
    for file in files {
        let recipe = Recipe::read(&file, &[]).unwrap();
        let again = Recipe::parse(&recipe.to_toml(), &file, &[]).unwrap();
        assert_eq!(recipe, again, "{}", file.display());
    }
}

/// What the loss of each file comes to, in full, and how many inputs make up a step.
const MEANT: [(&str, &str, &str, usize); 11] = [
    ("emoji", "convnet", TRIPLET, 360),
    ("emoji-semi-hard", "convnet", TRIPLET, 360),
    ("emoji-hardest", "convnet", HARDEST, 360),
    ("emoji-random", "convnet", RANDOM, 360),
    ("emoji-contrastive", "convnet", CONTRASTIVE, 360),
    ("emoji-pretrained", "picture", TRIPLET, 360),
    ("emoji-ladder", "towers", LADDER, 128),
    ("facenet-batch", "convnet", TRIPLET, 1800),
    ("sentences", "sentence", RANKING, 128),
    ("sentences-triplet", "sentence", GIVEN, 64),
    ("sentences-semi-hard", "sentence", TRIPLET, 192),
];

const TRIPLET: &str = r#"kind = "triplet", distance = "euclidean", margin = 0.2, select = "semi-hard", reduce = "mean""#;
const HARDEST: &str = r#"kind = "triplet", distance = "squared-euclidean", margin = 0.2, select = "hardest", reduce = "mean""#;
const RANDOM: &str =
    r#"kind = "triplet", distance = "euclidean", margin = 0.2, select = "random", reduce = "mean""#;
const CONTRASTIVE: &str = r#"kind = "contrastive", form = "linear", distance = "euclidean", margin = 1.0, positive_margin = 0.0, reduce = "mean-active""#;
const LADDER: &str = r#"kind = "ladder", margins = [0.2, 0.1, 0.1], thresholds = [0.5, 0.25], betas = [1.0, 0.02, 0.005], sampling = "all-pairs""#;
const RANKING: &str = r#"kind = "info-nce", scale = 20.0, distance = "cosine""#;
const GIVEN: &str =
    r#"kind = "given-triplet", distance = "euclidean", margin = 1.0, reduce = "mean""#;

#[test]
fn every_recipe_means_what_it_meant() {
    for (name, kind, loss, batch) in MEANT {
        let recipe = Recipe::read(&folder().join(format!("{name}.toml")), &[]).unwrap();
        let text = format!("loss = {{ {loss} }}");
        let meant = Recipe::parse(
            &text,
            Path::new(name),
            &[
                ("data.set", "texts"),
                ("data.path", "x"),
                ("model.kind", "sentence"),
                ("model.path", "x"),
            ]
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
        )
        .unwrap();
        assert_eq!(recipe.loss, meant.loss, "{name}");
        assert_eq!(recipe.sampler.batch_size(), batch, "{name}");
        let given = match recipe.model {
            ModelRecipe::Convnet(_) => "convnet",
            ModelRecipe::Picture(_) => "picture",
            ModelRecipe::Sentence(_) => "sentence",
            ModelRecipe::Towers(_) => "towers",
            _ => "another",
        };
        assert_eq!(given, kind, "{name}");
    }
}

/// Every key and every kind that the README of 0.1.0 named, with a value.
const README: [&str; 12] = [
    "seed = 1\ndevice = \"cpu\"\n[data]\nset = \"folder\"\npath = \"x\"\nvalidation = 0.1\ntest = 0.1\nstrict = true\n",
    "[data]\nset = \"texts\"\npath = \"x\"\nvalidation_path = \"y\"\ntest_path = \"z\"\nnegatives = 2\n[sampler]\nkind = \"rows\"\nbatch = 8\nshuffle = false\n[model]\nkind = \"sentence\"\npath = \"x\"\nmax_length = 64\npooling = \"mean\"\ndense = 8\nnormalize = true\ndropout = 0.1\nfreeze = \"layers\"\nfrozen_layers = 2\n[optimizer]\nlayer_decay = 0.9\n",
    "[data]\nset = \"nli\"\npath = \"x\"\n[model]\nkind = \"sentence\"\npath = \"x\"\n[loss]\nkind = \"multiple-negatives-ranking\"\n",
    "[data]\nset = \"sts-benchmark\"\npath = \"x\"\n[model]\nkind = \"sentence\"\npath = \"x\"\n[model.fresh]\nlayers = 1\nhidden = 8\nheads = 2\nmax_length = 9\n[loss]\nkind = \"cosine-regression\"\n",
    "[sampler]\nkind = \"triplets\"\ntriplets = 9\n[augment]\ncrop = [0.8, 1.0]\nshift = 0.1\nrotate = 3\nflip = true\nbrightness = 0.1\ncontrast = 0.1\nsaturation = 0.1\nhue = 0.1\ngrey = 0.1\nerase = 0.1\nerase_area = [0.1, 0.2]\n",
    "[preprocess]\nsize = 64\nshortest_edge = 72\nimage_mean = [0.5, 0.5, 0.5]\nimage_std = [0.5, 0.5, 0.5]\nresample = \"lanczos\"\n",
    "[model]\nkind = \"convnet\"\nwidths = [8]\nstrides = [2]\nkernel = 3\ngroups = 4\ndim = 8\nnormalize = false\n",
    "[loss]\nkind = \"contrastive\"\ndistance = \"euclidean\"\nform = \"linear\"\nmargin = 1\npositive_margin = 0.1\nreduce = \"mean\"\n[matryoshka]\nsizes = [8, 4]\nweights = [1, 0.5]\n",
    "[optimizer]\nkind = \"sgd\"\nlearning_rate = 0.1\nweight_decay = 0\nmomentum = 0.5\nclip_norm = 0\nschedule = \"step\"\nwarmup_steps = 3\nstep_every = 5\nstep_factor = 0.5\nfinal_fraction = 0\n",
    "[optimizer]\nkind = \"adamw\"\nbeta_1 = 0.8\nbeta_2 = 0.9\nepsilon = 1e-6\nlearn_scale = true\n[loss]\nkind = \"info-nce\"\nscale = 9\n",
    "[train]\nsteps = 1\nmicro_batch = 2\ncheckpoint_every = 3\nkeep_checkpoints = 1\nevaluate_every = 5\npatience = 6\nkeep = \"last\"\non_collapse = \"soften\"\nahead = 1\n[evaluate]\ndistance = \"cosine\"\nepisodes = 9\n",
    "[target]\nrecall_at_1 = 0.1\none_shot_400way = 0.1\ntriplet_accuracy = 0.1\nspearman = 0.1\ncoherence = 0.1\n",
];

#[test]
fn every_key_of_earlier_versions_is_read() {
    for text in README {
        let recipe = Recipe::parse(text, Path::new("a.toml"), &[]).unwrap();
        let again = Recipe::parse(&recipe.to_toml(), Path::new("a.toml"), &[]).unwrap();
        assert_eq!(recipe, again, "{text}");
    }
}
