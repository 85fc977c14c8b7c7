//! Folders of models: what is written comes back, what is refused and how it is said.
#![allow(clippy::unwrap_used, reason = "tests")]

mod models;

use std::path::Path;

use burn::tensor::Device;
use models::{NAMES, folder, open, sentences};
use serde_json::{Value, json};
use tercet_nn::{Error, FreshSizes, SentenceModel, Weight, to_bytes, weights};

/// Writes a model's files into a folder.
fn write(model: &SentenceModel, folder: &Path) {
    for (name, bytes) in model.files().unwrap() {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn a_written_folder_gives_the_same_bits() {
    let texts = sentences();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    for name in NAMES {
        let model = open(name);
        let place = tempfile::tempdir().unwrap();
        write(&model, place.path());
        let again = SentenceModel::open(place.path(), &Device::flex()).unwrap();
        assert_eq!(weights(&again.encoder), weights(&model.encoder), "{name}");
        assert_eq!(again.embed(&texts).unwrap(), model.embed(&texts).unwrap());
        assert_eq!(again.files().unwrap(), model.files().unwrap(), "{name}");
        assert!(again.prompts().eq(model.prompts()));
        let bytes = |folder: &Path| std::fs::read(folder.join("tokenizer.json")).unwrap();
        assert!(bytes(place.path()) == bytes(&folder(name)));
    }
}

#[test]
fn a_shorter_longest_sentence_is_kept() {
    let model = open("bert").cut_at(5).unwrap();
    let tokens = model.tokenize(&["anchor, positive, negative"]).unwrap();
    assert_eq!((tokens[0].ids.len(), tokens[0].truncated), (5, true));
    let place = tempfile::tempdir().unwrap();
    write(&model, place.path());
    let again = SentenceModel::open(place.path(), &Device::flex()).unwrap();
    assert_eq!(again.max_length(), 5);
    for (length, wanted) in [
        (2, "wanted more than the 2 special tokens, given 2"),
        (41, "wanted at most 40 tokens, given 41"),
    ] {
        let error = open("bert").cut_at(length).unwrap_err().to_string();
        assert!(error.ends_with(wanted), "{error}");
    }
}

/// A folder that can be spoilt.
struct Spoilt(tempfile::TempDir);

impl Spoilt {
    fn new(name: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let files = open(name).files().unwrap();
        for (file, bytes) in files {
            let path = place.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        Self(place)
    }

    /// Changes a JSON file.
    fn json(self, file: &str, change: impl FnOnce(&mut Value)) -> Self {
        let path = self.0.path().join(file);
        let mut value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        change(&mut value);
        std::fs::write(path, serde_json::to_vec(&value).unwrap()).unwrap();
        self
    }

    /// Changes a file's bytes.
    fn bytes(self, file: &str, change: impl FnOnce(&mut Vec<u8>)) -> Self {
        let path = self.0.path().join(file);
        let mut bytes = std::fs::read(&path).unwrap();
        change(&mut bytes);
        std::fs::write(path, bytes).unwrap();
        self
    }

    fn without(self, file: &str) -> Self {
        std::fs::remove_file(self.0.path().join(file)).unwrap();
        self
    }

    /// What opening it says, causes included.
    fn refusal(&self) -> String {
        let error = SentenceModel::open(self.0.path(), &Device::flex()).unwrap_err();
        let mut text = error.to_string();
        let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(&error);
        while let Some(error) = cause {
            text += &format!(": {error}");
            cause = error.source();
        }
        text
    }
}

#[test]
fn reads_names_of_older_files_and_ignores_what_it_does_not_know() {
    let model = open("bert");
    let mut all = weights(&model.encoder);
    for weight in &mut all {
        let name = weight.name.replace("transformer.", "bert.");
        let name = name.replace("LayerNorm.weight", "LayerNorm.gamma");
        weight.name = name.replace("LayerNorm.bias", "LayerNorm.beta");
    }
    all.push(Weight {
        name: "cls.predictions.bias".into(),
        size: vec![3],
        numbers: vec![0.0; 3],
    });
    let older = Spoilt::new("bert").bytes("model.safetensors", |bytes| {
        *bytes = to_bytes(&all).unwrap();
    });
    let older = SentenceModel::open(older.0.path(), &Device::flex()).unwrap();
    assert_eq!(weights(&older.encoder), weights(&model.encoder));
    let files = older.files().unwrap();
    let (_, bytes) = files
        .iter()
        .find(|(name, _)| name == "model.safetensors")
        .unwrap();
    assert!(!String::from_utf8_lossy(bytes).contains("pooler"));
}

#[test]
fn keeps_the_pooler_and_says_that_weights_have_32_bits() {
    for name in NAMES {
        let files = open(name).files().unwrap();
        let file = |wanted: &str| &files.iter().find(|(name, _)| name == wanted).unwrap().1;
        let config: Value = serde_json::from_slice(file("config.json")).unwrap();
        assert_eq!(config["dtype"], "float32", "{name}");
        let weights = String::from_utf8_lossy(file("model.safetensors"));
        assert!(weights.contains(r#""__metadata__":{"format":"pt"}"#));
        let pooler = ["bert", "roberta", "xlm-roberta", "mpnet"].contains(&name);
        assert_eq!(
            weights.contains("\"pooler.dense.weight\""),
            pooler,
            "{name}"
        );
    }
}

#[test]
fn refuses_what_is_missing() {
    for file in [
        "config.json",
        "tokenizer.json",
        "model.safetensors",
        "1_Pooling/config.json",
    ] {
        let said = Spoilt::new("bert").without(file).refusal();
        assert!(said.contains(file), "{said}");
    }
    let said = SentenceModel::open("", &Device::flex())
        .unwrap_err()
        .to_string();
    assert!(said.contains("config.json"), "{said}");
}

#[test]
fn refuses_weights_that_are_not_this_networks() {
    let said = Spoilt::new("bert")
        .bytes("model.safetensors", |bytes| bytes.truncate(5000))
        .refusal();
    assert!(
        said.contains("model.safetensors: wanted weights in the safetensors format: "),
        "{said}"
    );
    for length in 0..20 {
        Spoilt::new("bert")
            .bytes("model.safetensors", |bytes| bytes.truncate(length))
            .refusal();
    }
    let larger = Spoilt::new("bert").json("config.json", |config| {
        config["intermediate_size"] = json!(50)
    });
    let said = larger.refusal();
    let wanted = "model.safetensors: encoder.layer.0.intermediate.dense.weight: wanted f32 [50, 32], given F32 [48, 32]";
    assert!(said.ends_with(wanted), "{said}");
    let more = Spoilt::new("bert").json("config.json", |config| {
        config["num_hidden_layers"] = json!(3)
    });
    assert!(
        more.refusal().ends_with(
            "encoder.layer.2.attention.self.query.weight: wanted f32 [32, 32], given none"
        )
    );
    let dense = Spoilt::new("xlm-roberta")
        .without("3_Dense/model.safetensors")
        .refusal();
    assert!(dense.contains("3_Dense/model.safetensors"), "{dense}");
}

#[test]
fn refuses_a_configuration_it_would_compute_wrongly() {
    let given = |name: &str, key: &str, value: Value| {
        Spoilt::new(name)
            .json("config.json", |config| config[key] = value)
            .refusal()
    };
    let said = given("bert", "model_type", json!("t5"));
    assert!(
        said.contains("config.json: model_type: wanted bert, ") && said.ends_with("given t5"),
        "{said}"
    );
    let said = given("bert", "hidden_act", json!("mish"));
    assert!(
        said.contains("config.json: wanted a JSON file of a model: unknown variant `mish`"),
        "{said}"
    );
    let said = given("bert", "num_attention_heads", json!(5));
    assert!(
        said.ends_with("attention heads: wanted a divisor of the hidden size 32, given 5"),
        "{said}"
    );
    let said = given("bert", "num_attention_heads", json!(0));
    assert!(
        said.ends_with("attention heads: wanted a positive number, given 0"),
        "{said}"
    );
    let said = given("modernbert", "num_attention_heads", json!(32));
    assert!(said.ends_with("even features each, given 32"), "{said}");
    let said = given("bert", "position_embedding_type", json!("relative_key"));
    assert!(
        said.ends_with("wanted absolute, given relative_key"),
        "{said}"
    );
    let said = given("bert", "is_decoder", json!(true));
    assert!(
        said.ends_with("is_decoder: wanted false, given true"),
        "{said}"
    );
    let said = given("mpnet", "relative_attention_num_buckets", json!(16));
    assert!(
        said.ends_with("relative_attention_num_buckets: wanted 32 or more, given 16"),
        "{said}"
    );
    let scaled = json!({"full_attention": {"rope_type": "yarn", "rope_theta": 1e4}});
    let said = given("modernbert", "rope_parameters", scaled);
    assert!(
        said.ends_with("rope_type: wanted default, given yarn"),
        "{said}"
    );
}

#[test]
fn refuses_modules_out_of_place() {
    let modules = |change: fn(&mut Vec<Value>)| {
        Spoilt::new("xlm-roberta")
            .json("modules.json", |modules| {
                change(modules.as_array_mut().unwrap())
            })
            .refusal()
    };
    let said = modules(|modules| modules.truncate(1));
    assert!(
        said.ends_with("modules.json: module 1: wanted Pooling, given none"),
        "{said}"
    );
    let said = modules(|modules| modules.swap(3, 4));
    assert!(
        said.contains("module 4: wanted Dense any number of times"),
        "{said}"
    );
    let said = modules(|modules| modules[2]["type"] = json!("sentence_transformers.models.LSTM"));
    assert!(
        said.ends_with("given sentence_transformers.models.LSTM"),
        "{said}"
    );
    let said = modules(|modules| modules.swap(2, 3));
    assert!(
        said.contains("in_features: wanted 32") && said.ends_with("given 24"),
        "{said}"
    );
    let pooling = Spoilt::new("bert").json("1_Pooling/config.json", |config| {
        config["include_prompt"] = json!(false)
    });
    assert!(
        pooling
            .refusal()
            .ends_with("include_prompt: wanted true, given false")
    );
}

#[test]
fn refuses_a_tokenizer_that_does_not_fit() {
    let said = Spoilt::new("bert")
        .bytes("tokenizer.json", |bytes| bytes.truncate(100))
        .refusal();
    assert!(
        said.contains("tokenizer.json: wanted a tokenizer: "),
        "{said}"
    );
    let more = Spoilt::new("bert").json("tokenizer.json", |tokenizer| {
        tokenizer["model"]["vocab"]["surplus"] = json!(170);
    });
    let said = more.refusal();
    let wanted = "tokenizer.json: token \"surplus\": wanted an id below 170, the rows of the network's table, given 170";
    assert!(said.ends_with(wanted), "{said}");
}

#[test]
fn refuses_sentences_that_do_not_fit() {
    let encoder = open("roberta").encoder;
    let said = |ids: &[&[u32]]| {
        encoder
            .batch(ids, &vec![0; ids.len()])
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        said(&[&[0, 2], &[]]),
        "sentence 1: wanted 1 to 40 tokens, given 0"
    );
    assert_eq!(
        said(&[&[5; 41]]),
        "sentence 0: wanted 1 to 40 tokens, given 41"
    );
    let last = encoder.vocabulary() as u32;
    assert!(encoder.batch(&[&[last - 1]], &[0]).is_ok());
    let wanted = format!("sentence 0: wanted token ids below {last}, given {last}");
    assert_eq!(said(&[&[0, last]]), wanted);
}

#[test]
fn modernbert_in_the_spelling_of_older_files() {
    let texts = sentences();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let embed = |change: fn(&mut Value)| {
        let spoilt = Spoilt::new("modernbert").json("config.json", |config| {
            config.as_object_mut().unwrap().remove("rope_parameters");
            config.as_object_mut().unwrap().remove("layer_types");
            change(config);
        });
        let model = SentenceModel::open(spoilt.0.path(), &Device::flex()).unwrap();
        model.embed(&texts).unwrap()
    };
    let wanted = open("modernbert").embed(&texts).unwrap();
    assert_eq!(embed(|_| {}), wanted);
    assert_eq!(
        embed(|config| {
            config["global_rope_theta"] = json!(160_000.0);
            config["local_rope_theta"] = json!(10_000);
            config["global_attn_every_n_layers"] = json!(3);
        }),
        wanted
    );
    assert_ne!(
        embed(|config| config["global_rope_theta"] = json!(1e4)),
        wanted
    );
    assert_ne!(
        embed(|config| config["global_attn_every_n_layers"] = json!(2)),
        wanted
    );
}

#[test]
fn embeds_the_same_where_gradients_are_ready() {
    let texts = ["anchor, positive, negative", "x"];
    let ready = SentenceModel::open(folder("bert"), &Device::flex().autodiff()).unwrap();
    assert_eq!(
        ready.embed(&texts).unwrap(),
        open("bert").embed(&texts).unwrap()
    );
    assert_eq!(ready.files().unwrap(), open("bert").files().unwrap());
}

#[test]
fn lowers_case_where_the_folder_says_so() {
    let lower = Spoilt::new("roberta").json("sentence_bert_config.json", |cut| {
        cut["do_lower_case"] = json!(true)
    });
    let model = SentenceModel::open(lower.0.path(), &Device::flex()).unwrap();
    let tokens = model.tokenize(&["UPPER Größe", "upper größe"]).unwrap();
    assert_eq!(tokens[0], tokens[1]);
    assert_ne!(
        open("roberta").tokenize(&["UPPER"]).unwrap(),
        model.tokenize(&["UPPER"]).unwrap()
    );
}

#[test]
fn a_name_that_cannot_be_fetched_says_what_to_do() {
    let error =
        SentenceModel::open("nobody.invalid/nothing-of-the-kind", &Device::flex()).unwrap_err();
    assert!(matches!(error, Error::Hub { .. }), "{error}");
    assert!(
        error.to_string().contains("give its folder instead"),
        "{error}"
    );
}

#[test]
fn no_text_and_empty_text() {
    let model = open("bert");
    let none = model.embed(&[]).unwrap();
    assert_eq!((none.numbers.len(), none.dim, none.truncated), (0, 32, 0));
    let empty = model.tokenize(&[""]).unwrap();
    assert_eq!(empty[0].ids.len(), 2);
}

#[test]
fn a_fresh_encoder_has_a_seed_and_a_folder_that_opens() {
    let device = Device::flex();
    let fresh = |sizes, seed| SentenceModel::fresh(folder("bert"), sizes, seed, &device).unwrap();
    for layers in [0, 2] {
        let sizes = FreshSizes {
            layers,
            hidden: 12,
            heads: 3,
            max_length: 10,
        };
        let model = fresh(sizes, 1);
        assert_eq!((model.dim(), model.max_length()), (12, 10));
        assert_eq!(weights(&model.encoder), weights(&fresh(sizes, 1).encoder));
        assert_ne!(weights(&model.encoder), weights(&fresh(sizes, 2).encoder));
        let texts = ["a cat", "the dog runs", ""];
        let rows = model.embed(&texts).unwrap().numbers;
        assert!(rows.iter().all(|number| number.is_finite()) && rows[..12] != rows[12..24]);
        let copy = tempfile::tempdir().unwrap();
        write(&model, copy.path());
        let again = SentenceModel::open(copy.path(), &device).unwrap();
        assert_eq!(again.embed(&texts).unwrap().numbers, rows);
        assert!(again.files().unwrap() == model.files().unwrap());
    }
    let wrong = |sizes| {
        let made = SentenceModel::fresh(folder("bert"), sizes, 1, &device);
        made.unwrap_err().to_string()
    };
    let sizes = FreshSizes::default();
    let message = wrong(FreshSizes { heads: 3, ..sizes });
    assert!(
        message.contains("attention heads: wanted a divisor"),
        "{message}"
    );
    let message = wrong(FreshSizes { hidden: 0, ..sizes });
    assert!(
        message.contains("hidden size: wanted a positive number"),
        "{message}"
    );
    let message = wrong(FreshSizes {
        max_length: 2,
        ..sizes
    });
    assert!(message.contains("special tokens"), "{message}");
    let missing = SentenceModel::fresh("nowhere", sizes, 1, &device).unwrap_err();
    assert!(missing.to_string().contains("nowhere"));
}
