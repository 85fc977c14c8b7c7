//! What can be wrong, key by key.

/// Everything a key is wrong with: what makes the section what it is, the key, a value, and what the message says after
/// the key.
pub(crate) struct Wrong {
    /// Keys before it, `key = value` of the section.
    pub(crate) section: &'static str,
    pub(crate) before: &'static [(&'static str, &'static str)],
    pub(crate) key: &'static str,
    pub(crate) value: &'static str,
    pub(crate) says: &'static str,
}

const fn wrong(
    section: &'static str,
    before: &'static [(&'static str, &'static str)],
    (key, value): (&'static str, &'static str),
    says: &'static str,
) -> Wrong {
    Wrong {
        section,
        before,
        key,
        value,
        says,
    }
}

const PK: &[(&str, &str)] = &[("kind", "\"pk\""), ("classes", "4"), ("samples", "2")];
const FACENET: &[(&str, &str)] = &[("kind", "\"facenet\"")];
const TRIPLETS: &[(&str, &str)] = &[("kind", "\"triplets\""), ("triplets", "9")];
const ROWS: &[(&str, &str)] = &[("kind", "\"rows\""), ("batch", "9")];
const CONVNET: &[(&str, &str)] = &[("kind", "\"convnet\"")];
const PICTURE: &[(&str, &str)] = &[("kind", "\"picture\""), ("path", "\"vit\"")];
const CONTRASTIVE: &[(&str, &str)] = &[("kind", "\"contrastive\"")];
const LADDER: &[(&str, &str)] = &[("kind", "\"ladder\"")];
const NORM: &[(&str, &str)] = &[("kind", "\"norm\"")];
const CIRCLE: &[(&str, &str)] = &[("kind", "\"circle\"")];

pub(crate) const MISSPELT: [Wrong; 28] = [
    wrong("", &[], ("sed", "1"), "did you mean seed?"),
    wrong("data", &[], ("pth", "\"x\""), "did you mean path?"),
    wrong("relevance", &[], ("mising", "0.5"), "did you mean missing?"),
    wrong("sampler", PK, ("sampels", "2"), "did you mean samples?"),
    wrong("sampler", FACENET, ("randm", "2"), "did you mean random?"),
    wrong(
        "sampler",
        TRIPLETS,
        ("triplet", "2"),
        "did you mean triplets?",
    ),
    wrong("sampler", ROWS, ("shufle", "true"), "did you mean shuffle?"),
    wrong(
        "sampler",
        ROWS,
        ("classes", "4"),
        "; wanted one of kind, batch, shuffle",
    ),
    wrong("augment", &[], ("rotat", "3"), "did you mean rotate?"),
    wrong("preprocess", &[], ("sze", "3"), "did you mean size?"),
    wrong("model", CONVNET, ("widht", "[8]"), "did you mean widths?"),
    wrong(
        "model",
        PICTURE,
        ("freze", "\"encoder\""),
        "did you mean freeze?",
    ),
    wrong(
        "model",
        &[("kind", "\"sentence\"")],
        ("poling", "\"cls\""),
        "did you mean pooling?",
    ),
    wrong(
        "model",
        &[("kind", "\"mlp\"")],
        ("hiden", "[8]"),
        "did you mean hidden?",
    ),
    wrong(
        "model",
        &[("kind", "\"towers\"")],
        ("pictur", "1"),
        "did you mean picture?",
    ),
    wrong("model.text", &[], ("pth", "\"x\""), ""),
    wrong("loss", &[], ("margn", "1"), "did you mean margin?"),
    wrong("loss", &[], ("form", "\"linear\""), "; wanted one of kind"),
    wrong(
        "loss",
        CONTRASTIVE,
        ("select", "\"all\""),
        "; wanted one of kind",
    ),
    wrong("loss", CIRCLE, ("gama", "2"), "did you mean gamma?"),
    wrong("loss", NORM, ("wieght", "2"), "did you mean weight?"),
    wrong("memory", &[], ("sise", "2"), "did you mean size?"),
    wrong("matryoshka", &[], ("size", "[2]"), "did you mean sizes?"),
    wrong(
        "optimizer",
        &[],
        ("learning_rat", "1"),
        "did you mean learning_rate?",
    ),
    wrong("train", &[], ("step", "1"), "did you mean steps"),
    wrong("evaluate", &[], ("episods", "9"), "did you mean episodes?"),
    wrong(
        "curriculum",
        &[("steps", "3")],
        ("los", "9"),
        "did you mean loss?",
    ),
    wrong(
        "curriculum.loss",
        &[],
        ("margn", "9"),
        "did you mean margin?",
    ),
];

pub(crate) const WRONG_TYPES: [Wrong; 32] = [
    wrong(
        "",
        &[],
        ("seed", "-1"),
        "wanted a whole number of at least 0, given -1",
    ),
    wrong(
        "",
        &[],
        ("device", "\"tpu\""),
        "wanted one of cpu, given tpu",
    ),
    wrong(
        "data",
        &[],
        ("set", "\"emojis\""),
        "wanted one of emoji, folder, manifest",
    ),
    wrong(
        "data",
        &[],
        ("strict", "1"),
        "wanted true or false, given 1",
    ),
    wrong("data", &[], ("path", "3"), "wanted text in quotes, given 3"),
    wrong(
        "data",
        &[],
        ("score_range", "[5, 0]"),
        "wanted two finite numbers, the lower first, given [5, 0]",
    ),
    wrong(
        "relevance",
        &[],
        ("from", "3"),
        "wanted one of hierarchy, keywords, captions, file, given 3",
    ),
    wrong(
        "sampler",
        &[],
        ("kind", "\"pkk\""),
        "wanted one of pk, facenet, triplets, rows, given pkk",
    ),
    wrong(
        "sampler",
        &[("kind", "\"pk\""), ("classes", "4")],
        ("samples", "\"two\""),
        "wanted a whole number of at least 0, given two",
    ),
    wrong(
        "sampler",
        ROWS,
        ("shuffle", "3"),
        "wanted true or false, given 3",
    ),
    wrong(
        "augment",
        &[],
        ("shift", "1.5"),
        "wanted a number in [0, 1], given 1.5",
    ),
    wrong("augment", &[], ("crop", "3"), "given 3"),
    wrong(
        "preprocess",
        &[],
        ("size", "\"big\""),
        "wanted a whole number from 0 to 4294967295, given big",
    ),
    wrong(
        "preprocess",
        &[],
        ("image_mean", "[0.5]"),
        "wanted a list of 3, given [0.5]",
    ),
    wrong(
        "preprocess",
        &[],
        ("resample", "\"nearest\""),
        "wanted one of lanczos, bilinear, bicubic, given nearest",
    ),
    wrong(
        "model",
        &[],
        ("kind", "\"cnn\""),
        "wanted one of convnet, picture, sentence, mlp, towers, given cnn",
    ),
    wrong("model", &[], ("kind", "3"), "given 3"),
    wrong(
        "model",
        CONVNET,
        ("dim", "\"many\""),
        "wanted a whole number of at least 0, given many",
    ),
    wrong("model", CONVNET, ("widths", "8"), "wanted a list, given 8"),
    wrong(
        "model",
        PICTURE,
        ("normalize", "2"),
        "wanted true or false, given 2",
    ),
    wrong(
        "model",
        &[("kind", "\"mlp\"")],
        ("activation", "\"selu\""),
        "wanted one of gelu, relu, given selu",
    ),
    wrong(
        "loss",
        &[],
        ("kind", "\"triplets\""),
        "wanted one of triplet, contrastive, info-nce",
    ),
    wrong(
        "loss",
        &[],
        ("select", "\"semihard\""),
        "wanted one of all, hardest",
    ),
    wrong("loss", CONTRASTIVE, ("margin", "\"soft\""), "wanted a"),
    wrong(
        "loss",
        &[("kind", "\"multi-similarity\"")],
        ("mining", "3"),
        "wanted true or false, given 3",
    ),
    wrong(
        "memory",
        &[],
        ("size", "0.5"),
        "wanted a whole number of at least 0, given 0.5",
    ),
    wrong("matryoshka", &[], ("sizes", "3"), "wanted a list, given 3"),
    wrong(
        "optimizer",
        &[],
        ("kind", "\"adam\""),
        "wanted one of adamw, sgd, given adam",
    ),
    wrong(
        "optimizer",
        &[],
        ("learning_rate", "\"fast\""),
        "wanted a number, given fast",
    ),
    wrong(
        "train",
        &[],
        ("keep", "\"first\""),
        "wanted one of best, last, given first",
    ),
    wrong("evaluate", &[], ("distance", "\"far\""), "given far"),
    wrong(
        "target",
        &[],
        ("recall_at_1", "\"high\""),
        "wanted a number, given high",
    ),
];

pub(crate) const OUT_OF_RANGE: [Wrong; 39] = [
    wrong(
        "data",
        &[],
        ("validation", "1"),
        "wanted a number of at least 0 and below 1, given 1",
    ),
    wrong(
        "data",
        &[],
        ("test", "-0.1"),
        "wanted a number of at least 0 and below 1, given -0.1",
    ),
    wrong(
        "data",
        &[],
        ("path", "\"x\""),
        "wanted none with data.set = \"emoji\", given x",
    ),
    wrong(
        "relevance",
        &[],
        ("missing", "2"),
        "wanted a number from 0 to 1, given 2",
    ),
    wrong(
        "sampler",
        &[("kind", "\"pk\""), ("classes", "4")],
        ("samples", "1"),
        "wanted 2 to 1,048,576, given 1",
    ),
    wrong(
        "sampler",
        FACENET,
        ("classes", "1"),
        "wanted 2 to 1,048,576, given 1",
    ),
    wrong(
        "sampler",
        &[("kind", "\"triplets\"")],
        ("triplets", "0"),
        "wanted 1 to 1,048,576, given 0",
    ),
    wrong(
        "sampler",
        &[("kind", "\"rows\"")],
        ("batch", "0"),
        "wanted 1 to 1,048,576, given 0",
    ),
    wrong(
        "preprocess",
        &[],
        ("size", "0"),
        "wanted a whole number from 1 to 4096, given 0",
    ),
    wrong(
        "preprocess",
        &[],
        ("shortest_edge", "9"),
        "wanted none without preprocess.size, given 9",
    ),
    wrong(
        "preprocess",
        &[],
        ("image_std", "[0.5, 0, 0.5]"),
        "wanted a finite number above 0, given 0",
    ),
    wrong("model", CONVNET, ("dim", "0"), "wanted at least 1, given 0"),
    wrong("model", PICTURE, ("dim", "0"), "wanted at least 1, given 0"),
    wrong(
        "model",
        PICTURE,
        ("frozen_layers", "3"),
        "wanted 0 without freeze = \"layers\", given 3",
    ),
    wrong(
        "loss",
        &[],
        ("margin", "-0.2"),
        "wanted a finite number of at least 0, given -0.2",
    ),
    wrong("loss", &[], ("weight", "nan"), "given NaN"),
    wrong(
        "loss",
        &[],
        ("kind", "\"cosent\""),
        "wanted a loss of class ids, given cosent, which needs",
    ),
    wrong(
        "loss",
        &[("kind", "\"info-nce\"")],
        ("scale", "0"),
        "wanted a finite number above 0, given 0",
    ),
    wrong(
        "loss",
        &[("kind", "\"sup-con\"")],
        ("temperature", "-1"),
        "given -1",
    ),
    wrong(
        "loss",
        &[("kind", "\"margin\"")],
        ("distance", "\"cosine\""),
        "wanted euclidean",
    ),
    wrong("loss", LADDER, ("thresholds", "[2]"), "wanted"),
    wrong("memory", &[], ("size", "0"), "wanted at least 1, given 0"),
    wrong(
        "memory",
        &[],
        ("size", "359"),
        "wanted at least 360, the size of a batch, given 359",
    ),
    wrong(
        "matryoshka",
        &[],
        ("sizes", "[0]"),
        "wanted at least 1, given 0",
    ),
    wrong(
        "matryoshka",
        &[("sizes", "[4]")],
        ("weights", "[1.0, 2.0]"),
        "wanted one per size, or none, given 2",
    ),
    wrong(
        "optimizer",
        &[],
        ("learning_rate", "0"),
        "wanted a finite number above 0, given 0",
    ),
    wrong(
        "optimizer",
        &[],
        ("learning_rate", "nan"),
        "wanted a finite number above 0, given NaN",
    ),
    wrong(
        "optimizer",
        &[],
        ("momentum", "1"),
        "wanted a number of at least 0 and below 1, given 1",
    ),
    wrong(
        "optimizer",
        &[],
        ("weight_decay", "-1"),
        "wanted a finite number of at least 0, given -1",
    ),
    wrong(
        "optimizer",
        &[],
        ("final_fraction", "2"),
        "wanted a number from 0 to 1, given 2",
    ),
    wrong(
        "optimizer",
        &[],
        ("step_factor", "0"),
        "wanted a number above 0 and at most 1, given 0",
    ),
    wrong(
        "optimizer",
        &[],
        ("criterion_rate", "0"),
        "wanted a finite number above 0, given 0",
    ),
    wrong(
        "optimizer",
        &[],
        ("criterion_decay", "-1"),
        "wanted a finite number of at least 0, given -1",
    ),
    wrong(
        "optimizer",
        &[],
        ("layer_decay", "0.5"),
        "wanted 1 but for encoders that others have trained",
    ),
    wrong(
        "optimizer",
        &[],
        ("learn_scale", "true"),
        "wanted false with a loss that has no scale or temperature, given true",
    ),
    wrong("train", &[], ("steps", "0"), "wanted at least 1, given 0"),
    wrong(
        "train",
        &[],
        ("micro_batch", "0"),
        "wanted at least 1, given 0",
    ),
    wrong(
        "evaluate",
        &[],
        ("episodes", "1"),
        "wanted at least 2, given 1",
    ),
    wrong(
        "target",
        &[],
        ("recall_at_1", "inf"),
        "wanted a finite number, given inf",
    ),
];
