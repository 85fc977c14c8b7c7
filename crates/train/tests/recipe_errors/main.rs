//! What is wrong with a recipe: file and line or the flag, the key, what was wanted, what was given.
#![allow(clippy::unwrap_used, reason = "tests")]

mod tables;

use std::path::Path;

use tables::{MISSPELT, OUT_OF_RANGE, WRONG_TYPES, Wrong};
use tercet_train::{Error, Place, Recipe};

fn parse(text: &str, pairs: &[(&str, &str)]) -> Result<Recipe, Error> {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let sets: Vec<(String, String)> = pairs.iter().map(owned).collect();
    Recipe::parse(text, Path::new("recipes/a.toml"), &sets)
}

fn message(text: &str, pairs: &[(&str, &str)]) -> String {
    parse(text, pairs).unwrap_err().to_string()
}

impl Wrong {
    fn dotted(&self, key: &str) -> String {
        match self.section {
            "" => key.to_owned(),
            section => format!("{section}.{key}"),
        }
    }

    /// The recipe without the wrong key.
    fn before(&self) -> String {
        let keys = self.before.iter();
        let keys = keys.map(|(key, value)| format!("{key} = {value}\n"));
        let header = match self.section {
            "" => String::new(),
            section => format!("# why\n[{section}]\n"),
        };
        format!("{header}{}", keys.collect::<String>())
    }

    /// What the message begins with after its place.
    fn begins(&self, is_unknown: bool) -> String {
        let key = self.dotted(self.key);
        match is_unknown {
            true => format!("unknown key {key}"),
            false => format!("{key}: "),
        }
    }

    fn check(&self, is_unknown: bool) {
        let begins = self.begins(is_unknown);
        let before = self.before();
        let line = before.lines().count() + 1;
        let text = format!("{before}{} = {}\n", self.key, self.value);
        let given = message(&text, &[]);
        let wanted = format!("recipes/a.toml, line {line}: {begins}");
        assert!(given.starts_with(&wanted), "{text}: {wanted} in {given}");
        assert!(
            given.contains(self.says),
            "{text}: {} in {given}",
            self.says
        );
    }

    /// By flags alone: those before it, then the wrong one.
    fn check_flags(&self, is_unknown: bool) {
        let last = (self.key, self.value);
        let flags = self.before.iter().chain([&last]);
        let flags: Vec<(String, &str)> = flags
            .map(|(key, value)| (self.dotted(key), *value))
            .collect();
        let flags: Vec<(&str, &str)> = flags.iter().map(|(key, value)| (&**key, *value)).collect();
        let given = message("", &flags);
        let wanted = format!("--set {}={}: ", self.dotted(self.key), self.value);
        assert!(given.starts_with(&wanted), "{wanted} in {given}");
        assert!(given.contains(&self.begins(is_unknown)), "{given}");
        assert!(given.contains(self.says), "{} in {given}", self.says);
    }
}

#[test]
fn every_misspelt_key_is_named_with_its_line() {
    // Without its kind, [model] is no towers.
    let with_text = |wrong: &&Wrong| wrong.section != "model.text";
    MISSPELT
        .iter()
        .filter(with_text)
        .for_each(|wrong| wrong.check(true));
}

#[test]
fn every_misspelt_flag_is_named() {
    let whole =
        |wrong: &&Wrong| !["model.text", "curriculum", "curriculum.loss"].contains(&wrong.section);
    MISSPELT
        .iter()
        .filter(whole)
        .for_each(|wrong| wrong.check_flags(true));
}

#[test]
fn every_wrong_type_is_named_with_its_line() {
    WRONG_TYPES.iter().for_each(|wrong| wrong.check(false));
}

#[test]
fn every_flag_of_a_wrong_type_is_named() {
    // A sampler needs all of its keys at once.
    let whole = |wrong: &&Wrong| wrong.section != "sampler" || wrong.key != "samples";
    WRONG_TYPES
        .iter()
        .filter(whole)
        .for_each(|wrong| wrong.check_flags(false));
}

#[test]
fn every_number_out_of_range_is_named_with_its_line() {
    OUT_OF_RANGE.iter().for_each(|wrong| wrong.check(false));
}

#[test]
fn every_flag_out_of_range_is_named() {
    OUT_OF_RANGE
        .iter()
        .for_each(|wrong| wrong.check_flags(false));
}

#[test]
fn an_unknown_key_carries_its_neighbours() {
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
    assert_eq!(
        (place.as_ref(), key.as_str()),
        (&file, "optimizer.learning_rat")
    );
    assert_eq!(near, &["learning_rate"]);
    assert!(error.to_string().starts_with(
        "recipes/a.toml, line 4: unknown key optimizer.learning_rat, did you mean learning_rate?; wanted one of kind,"
    ));
}

#[test]
fn a_wrong_value_carries_what_was_wanted_and_given() {
    let error = parse("", &[("loss.margin", "-0.2")]).unwrap_err();
    let Error::Value {
        place,
        key,
        wanted,
        given,
    } = &error
    else {
        panic!("{error}")
    };
    let flag = Place::Flag {
        key: "loss.margin".into(),
        value: "-0.2".into(),
    };
    assert_eq!((place.as_ref(), key.as_str()), (&flag, "loss.margin"));
    assert_eq!(
        (wanted.as_str(), given.as_str()),
        ("a finite number of at least 0", "-0.2")
    );
    assert_eq!(
        error.to_string(),
        "--set loss.margin=-0.2: loss.margin: wanted a finite number of at least 0, given -0.2"
    );
}

#[test]
fn unknown_sections_are_named() {
    assert!(message("seed = 1\n[los]\nmargin = 1\n", &[]).contains("line 2: unknown key los,"));
    let given = message("", &[("nothing.at.all", "1"), ("train.steps", "3")]);
    assert!(
        given.starts_with("--set nothing.at.all=1: unknown key nothing;"),
        "{given}"
    );
}

#[test]
fn a_section_that_is_none_is_named() {
    let given = message("train = 3\n", &[]);
    assert_eq!(
        given,
        "recipes/a.toml, line 1: train: wanted a section, given 3"
    );
    let given = message("", &[("seed.deeper", "0")]);
    assert!(given.contains("seed: wanted a section"), "{given}");
    let given = message("seed = 1979-05-27\n", &[]);
    assert!(given.contains("line 1: seed: wanted a whole number of at least 0, given 1979-05-27"));
}

#[test]
fn what_is_deep_inside_is_named() {
    for (text, wanted) in [
        (
            "[model]\nkind = \"towers\"\n[model.picture]\nkind = \"convnet\"\nwidths = [8, \"a\"]\n",
            "line 5: model.picture.widths.1: wanted a whole number of at least 0, given a",
        ),
        (
            "[model]\nkind = \"towers\"\n[model.query]\nkind = \"towers\"\n",
            "line 4: model.query.kind: wanted one of convnet, picture, sentence, mlp, given towers",
        ),
        (
            "[model]\nkind = \"towers\"\n[model.query]\nkind = \"mlp\"\nhiden = [2]\n",
            "line 5: unknown key model.query.hiden, did you mean hidden?; wanted one of kind, input",
        ),
        (
            "[model]\nkind = \"towers\"\n[model.text]\npth = \"x\"\n",
            "line 4: unknown key model.text.pth, did you mean path",
        ),
        (
            "[model]\nkind = \"sentence\"\n[model.fresh]\nlayrs = 2\n",
            "line 4: unknown key model.fresh.layrs, did you mean layers?",
        ),
        (
            "[model]\nkind = \"sentence\"\nfresh = { hidden = true }\n",
            "line 3: model.fresh.hidden: wanted a whole number of at least 0, given true",
        ),
        (
            "[[loss]]\n[[loss]]\nkind = \"circle\"\ngama = 1\n",
            "line 4: unknown key loss.1.gama, did you mean gamma?",
        ),
        (
            "[[loss]]\n[[loss]]\n# why\nkind = \"norm\"\nweight = nan\n",
            "line 5: loss.1.weight: wanted",
        ),
        (
            "[curriculum]\nsteps = 3\n[[curriculum.loss]]\nmargin = -1\n",
            "line 4: curriculum.loss.0.margin: wanted a finite number of at least 0, given -1",
        ),
        (
            "[matryoshka]\nsizes = [4, 2.5]\n",
            "line 2: matryoshka.sizes.1: wanted a whole number of at least 0, given 2.5",
        ),
    ] {
        let given = message(text, &[]);
        assert!(given.contains(wanted), "{wanted} in {given}");
    }
}

#[test]
fn a_key_that_is_missing_is_named_with_its_section() {
    assert_eq!(
        message("[sampler]\nkind = \"pk\"\n", &[]),
        "recipes/a.toml, line 1: sampler: wanted the key classes beside the others, given none"
    );
    let given = message("", &[("sampler.kind", "triplets")]);
    assert!(
        given.starts_with("--set sampler.kind=triplets: sampler: wanted the key triplets"),
        "{given}"
    );
    let given = message("[curriculum]\nsteps = 3\n", &[]);
    assert!(
        given.contains("line 1: curriculum: wanted the key loss"),
        "{given}"
    );
    let given = message("[model]\ndim = 3\n", &[]);
    assert!(
        given.contains("line 1: model: wanted the key kind"),
        "{given}"
    );
}

#[test]
fn text_that_is_no_toml_is_named_with_its_line() {
    let error = parse("seed = 1\n[train\n", &[]).unwrap_err();
    assert!(matches!(error, Error::Toml { .. }));
    let error = error.to_string();
    assert!(
        error.starts_with("recipes/a.toml, line 2: wanted a recipe in TOML"),
        "{error}"
    );
}

#[test]
fn linear_pairs_alone_have_a_margin_of_positives() {
    let text = "[loss]\nkind = \"contrastive\"\npositive_margin = 0.1\n";
    let given = message(text, &[]);
    let wanted = "line 3: loss.positive_margin: wanted none with form = \"squared\", given 0.1";
    assert!(given.contains(wanted), "{given}");
    parse(text, &[("loss.form", "linear")]).unwrap_err();
    let text = "[loss]\nkind = \"contrastive\"\nform = \"linear\"\npositive_margin = 0.1\n";
    parse(text, &[]).unwrap();
    assert!(
        message(
            "[loss]\nkind = \"contrastive\"\ndistance = \"negative-dot\"\n",
            &[]
        )
        .contains("negative-dot")
    );
}

#[test]
fn lengths_that_differ_are_named() {
    let text = "[loss]\nkind = \"ladder\"\nmargins = [0.2, 0.1]\nbetas = [1]\n";
    let given = message(text, &[]);
    assert!(
        given.contains("line 4: loss.betas: wanted 2, given 1"),
        "{given}"
    );
}

#[test]
fn keys_that_do_not_fit_each_other_are_named() {
    let captions = "[data]\nset = \"emoji-captions\"\n[model]\nkind = \"towers\"\n[model.text]\npath = \"x\"\n";
    parse(captions, &[]).unwrap();
    let texts = "[data]\nset = \"texts\"\npath = \"x\"\n";
    let vectors = "[data]\nset = \"vectors\"\npath = \"x\"\nvectors = \"y\"\n";
    let sentences = "[model]\nkind = \"sentence\"\npath = \"x\"\n";
    let towers = "[model]\nkind = \"towers\"\n[model.query]\nkind = \"sentence\"\npath = \"x\"\n";
    let both = format!("{towers}[model.document]\nkind = \"sentence\"\npath = \"x\"\n");
    parse(&format!("{texts}{both}"), &[]).unwrap();
    parse(&format!("{texts}{sentences}"), &[]).unwrap();
    parse(&format!("{vectors}[model]\nkind = \"mlp\"\n"), &[]).unwrap();
    for (text, wanted) in [
        (
            "[data]\nset = \"emoji-captions\"\n".to_owned(),
            "recipes/a.toml: model.kind: wanted \"towers\" for images with captions, given convnet",
        ),
        (texts.to_owned(), "model.kind: wanted \"sentence\" or \"towers\" for texts, given convnet"),
        (
            sentences.to_owned(),
            "line 2: model.kind: wanted \"convnet\", \"picture\" or \"towers\" for images, given sentence",
        ),
        (
            format!("{vectors}{sentences}"),
            "line 6: model.kind: wanted \"mlp\" or \"towers\" for vectors, given sentence",
        ),
        (format!("{texts}{towers}"), "line 4: model: wanted [model.document] beside [model.query], given none"),
        (both.clone(), "line 4: model.query.kind: wanted \"convnet\" or \"picture\" for images, given sentence"),
        (
            captions.replace("[model.text]", "[model.query]\nkind = \"convnet\"\n[model.document]\nkind = \"convnet\"\n[model.text]"),
            "line 2: data.set: wanted images, texts or vectors for [model.query] and [model.document], given emoji-captions",
        ),
        (
            format!("{texts}{both}[model.text]\npath = \"x\"\n"),
            "line 12: model.text: wanted none beside [model.query] and [model.document], given some",
        ),
        (
            format!("{captions}[model.picture]\nkind = \"mlp\"\n"),
            "line 8: model.picture.kind: wanted \"convnet\" or \"picture\" for images, given mlp",
        ),
        (
            format!("{captions}[memory]\n"),
            "line 7: memory: wanted none for images with captions",
        ),
        (
            captions.replace("emoji-captions", "captioned\"\npath = \"x"),
            "sampler.kind: wanted \"rows\"",
        ),
        (
            format!("{captions}[[loss]]\n[[loss]]\nkind = \"arc-face\"\n"),
            "line 9: loss.1.kind: wanted a loss of relevance, given arc-face, which needs class ids",
        ),
        (
            "[data]\nlabels = \"sets\"\n[loss]\nkind = \"arc-face\"\n".to_owned(),
            "line 4: loss.kind: wanted a loss of label sets, given arc-face",
        ),
        (
            "[model]\nkind = \"picture\"\npath = \"x\"\nfreeze = \"encoder\"\n[augment]\nflip = true\n".to_owned(),
            "line 5: augment: wanted none with freeze",
        ),
        ("[model]\nkind = \"picture\"\n".to_owned(), "line 1: model.path: wanted the folder of an image network, given none"),
        ("[data]\ntest = 0.95\n".to_owned(), "data.validation: wanted a sum with data.test below 1"),
        ("[data]\nset = \"folder\"\n".to_owned(), "line 1: data.path: wanted the folder"),
        ("[data]\nset = \"manifest\"\n".to_owned(), "data.path: wanted the table"),
        (
            "[relevance]\nquantiles = [0.1]\n".to_owned(),
            "line 2: relevance.quantiles: wanted one for each of loss.thresholds, given 1 for 0",
        ),
        ("[relevance]\nfrom = \"file\"\n".to_owned(), "line 1: relevance.path: wanted the table of pairs"),
        (
            "[curriculum]\nsteps = 0\n[curriculum.loss]\n".to_owned(),
            "line 2: curriculum.steps: wanted at least 1, given 0",
        ),
    ] {
        let given = message(&text, &[]);
        assert!(given.contains(wanted), "{wanted} in {given}");
    }
}

#[test]
fn a_scale_can_be_learnt_where_there_is_one() {
    for (kind, has) in [
        ("info-nce", true),
        ("sup-con", true),
        ("triplet", false),
        ("margin", false),
        ("arc-face", false),
    ] {
        let text = format!("[loss]\nkind = \"{kind}\"\n[optimizer]\nlearn_scale = true\n");
        assert_eq!(parse(&text, &[]).is_ok(), has, "{kind}");
    }
}

#[test]
fn the_flag_that_made_it_wrong_is_named() {
    let good = ("train.steps", "3");
    let given = message("", &[good, ("data.test", "0.95"), ("seed", "1")]);
    assert!(
        given.starts_with("--set data.test=0.95: data.validation: wanted a sum"),
        "{given}"
    );
    let given = message("", &[good, ("loss.margn", "0.2"), ("seed", "1")]);
    assert!(
        given.starts_with("--set loss.margn=0.2: unknown key loss.margn, did you mean margin?"),
        "{given}"
    );
    let given = message("", &[("train.steps", "1\nseed = 4")]);
    assert!(given.starts_with("--set train.steps=1"), "{given}");
    // The text is to blame, whatever the flags are.
    let given = message("[train]\nsteps = 0\n", &[("seed", "1")]);
    assert!(
        given.starts_with("recipes/a.toml, line 2: train.steps: wanted at least 1"),
        "{given}"
    );
}

#[test]
fn flags_of_a_list_say_which_table() {
    let two = "[[loss]]\n[[loss]]\nkind = \"circle\"\n";
    let given = message(two, &[("loss.margin", "1")]);
    assert!(
        given.contains("loss: wanted one of its tables, loss.0 or loss.1, given a list of several"),
        "{given}"
    );
    let given = message(two, &[("loss.3.margin", "1")]);
    assert!(
        given.contains("loss: wanted a table from 0 to 2, the last of them a new one, given 3"),
        "{given}"
    );
    let given = message(two, &[("loss.1.gama", "1")]);
    assert!(
        given.starts_with("--set loss.1.gama=1: unknown key loss.1.gama, did you mean gamma?"),
        "{given}"
    );
    let given = message(two, &[("loss.1.margin", "-1")]);
    assert!(
        given.starts_with("--set loss.1.margin=-1: loss.1.margin: wanted"),
        "{given}"
    );
}
