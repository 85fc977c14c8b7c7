//! Nomic-BERT's configuration: two spellings of one network, and what neither does.
#![allow(clippy::unwrap_used, reason = "tests")]

mod models;

use burn::tensor::Device;
use models::{folder, open, sentences};
use serde_json::{Value, json};
use tercet_nn::SentenceModel;

/// What comes of the model with another `config.json`.
fn with(config: &Value) -> Result<SentenceModel, String> {
    let place = tempfile::tempdir().unwrap();
    for (name, bytes) in open("nomic-bert").files().unwrap() {
        let path = place.path().join(&name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let path = place.path().join("config.json");
    std::fs::write(path, serde_json::to_vec(config).unwrap()).unwrap();
    SentenceModel::open(place.path(), &Device::flex()).map_err(|error| error.to_string())
}

/// The configuration as Hugging Face's code writes it.
fn native() -> Value {
    serde_json::from_slice(&std::fs::read(folder("nomic-bert").join("config.json")).unwrap())
        .unwrap()
}

/// The same network in the keys of nomic-embed-text-v1.5's own code, which rounds sizes up.
fn first() -> Value {
    json!({
        "model_type": "nomic_bert", "architectures": ["NomicBertModel"], "dtype": "float32",
        "activation_function": "swiglu", "attn_pdrop": 0.0, "causal": false, "embd_pdrop": 0.0,
        "fused_bias_fc": true, "layer_norm_epsilon": 1e-12, "max_trained_positions": 30,
        "mlp_fc1_bias": false, "mlp_fc2_bias": false, "n_embd": 32, "n_head": 4, "n_inner": 200,
        "n_layer": 2, "n_positions": 40, "pad_vocab_size_multiple": 34, "parallel_block": false,
        "prenorm": false, "qkv_proj_bias": false, "resid_pdrop": 0.0, "rotary_emb_base": 1000,
        "rotary_emb_fraction": 1.0, "rotary_emb_interleaved": false, "rotary_emb_scale_base": null,
        "rotary_scaling_factor": null, "type_vocab_size": 2, "use_rms_norm": false, "vocab_size": 169
    })
}

/// A configuration with one key set otherwise.
fn changed(mut config: Value, key: &str, value: Value) -> Value {
    config[key] = value;
    config
}

#[test]
fn both_spellings_are_one_network() {
    let texts = sentences();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let wanted = open("nomic-bert").embed(&texts).unwrap();
    let model = with(&first()).unwrap();
    assert_eq!(model.embed(&texts).unwrap(), wanted);
    assert_eq!(model.encoder.positions(), 40);
    // A scaling has a say beyond the texts of the training only, which are therefore the longest.
    let scaled = with(&changed(first(), "rotary_scaling_factor", json!(2))).unwrap();
    assert_eq!((scaled.encoder.positions(), scaled.max_length()), (30, 30));
    assert_eq!(
        scaled.embed(&texts[2..3]).unwrap().numbers,
        wanted.numbers[64..96]
    );
}

#[test]
fn keys_that_change_numbers_change_them() {
    let texts = ["anchor, positive, negative"];
    let wanted = open("nomic-bert").embed(&texts).unwrap();
    let slower = json!({"rope_type": "default", "rope_theta": 10_000.0});
    for config in [
        changed(native(), "rope_parameters", slower),
        changed(native(), "hidden_act", json!("gelu")),
        changed(native(), "layer_norm_eps", json!(0.1)),
        changed(native(), "num_hidden_layers", json!(1)),
        changed(
            changed(native(), "head_dim", json!(16)),
            "num_attention_heads",
            json!(2),
        ),
        changed(first(), "activation_function", json!("geglu")),
        changed(first(), "rotary_emb_base", json!(10_000)),
        changed(first(), "layer_norm_epsilon", json!(0.1)),
        changed(first(), "n_head", json!(2)),
    ] {
        assert_ne!(
            with(&config).unwrap().embed(&texts).unwrap(),
            wanted,
            "{config}"
        );
    }
    // Biases are asked for, and these files have none.
    for (key, name) in [
        ("qkv_proj_bias", "attn.Wqkv.bias"),
        ("mlp_fc1_bias", "mlp.fc11.bias"),
        ("mlp_fc2_bias", "mlp.fc2.bias"),
    ] {
        let said = with(&changed(first(), key, json!(true))).unwrap_err();
        assert!(said.contains(name), "{said}");
    }
    for (key, value) in [
        ("vocab_size", 171),
        ("n_inner", 257),
        ("type_vocab_size", 3),
    ] {
        assert!(with(&changed(first(), key, json!(value))).is_err(), "{key}");
    }
    let without = with(&changed(first(), "type_vocab_size", json!(0))).unwrap();
    assert_ne!(without.embed(&texts).unwrap(), wanted);
}

#[test]
fn what_it_does_not_do_is_refused_by_name() {
    let on = |key: &'static str| (key, json!(true), "wanted false, given true");
    for (key, value, said) in [
        on("prenorm"),
        on("parallel_block"),
        on("causal"),
        on("use_rms_norm"),
        on("rotary_emb_interleaved"),
        on("rotary_head_dim"),
        ("num_heads_kv", json!(2), "wanted 4, given 2"),
        ("num_experts", json!(8), "wanted 0, given 8"),
        ("moe_every_n_layers", json!(2), "wanted 0, given 2"),
        (
            "rotary_emb_scale_base",
            json!(512),
            "wanted null, given 512",
        ),
        ("rotary_emb_fraction", json!(0.5), "wanted 1, given 0.5"),
        (
            "activation_function",
            json!("glu"),
            "wanted swiglu or geglu, given glu",
        ),
        (
            "n_head",
            json!(5),
            "wanted a divisor of the hidden size 32, given 5",
        ),
        ("n_head", json!(0), "wanted a positive number, given 0"),
        ("n_head", json!(32), "even features each, given 32"),
        (
            "pad_vocab_size_multiple",
            json!(0),
            "wanted a positive number, given 0",
        ),
        ("n_inner", json!(0), "wanted a positive number, given 0"),
    ] {
        let error = with(&changed(first(), key, value)).unwrap_err();
        let named = ["n_head", "n_inner"].contains(&key) || error.contains(key);
        assert!(named && error.ends_with(said), "{key}: {error}");
    }
    let unsaid = with(&changed(first(), "rotary_emb_fraction", Value::Null));
    assert!(
        unsaid.is_err(),
        "positions are not rotations unless it is said"
    );
    for (key, value, said) in [
        ("head_dim", json!(16), "head_dim: wanted 8, given 16"),
        (
            "rope_parameters",
            json!({"rope_type": "yarn"}),
            "rope_type: wanted default, given yarn",
        ),
    ] {
        let error = with(&changed(native(), key, value)).unwrap_err();
        assert!(error.ends_with(said), "{error}");
    }
}
