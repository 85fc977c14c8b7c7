//! Nomic-BERT (Nussbaum et al. 2024, arXiv:2402.01613), as nomic-embed-text-v1 and v1.5: BERT's order of
//! parts with rotated positions, gated feed-forward parts and maps without biases.

use burn::module::Module;
use burn::tensor::Tensor;
use serde::Deserialize;

use crate::activation::Activation;
use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::layers::{Linear, Names, Norm, Table};
use crate::text::family::{Family, Rates, Sizes};
use crate::text::pass::{Pass, Site};
use crate::text::rotary::{Rotation, rotated_attention};

/// The configuration, whichever spelling it had.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NomicBertConfig {
    sizes: Sizes,
    /// Rows of the table of kinds of sentences; 0: there is none.
    kinds: usize,
    inner: usize,
    activation: Activation,
    epsilon: f64,
    theta: f64,
    /// Biases of attention's maps, of the maps up and of the map down.
    biases: [bool; 3],
    rates: Rates,
}

/// The keys that Hugging Face's own code writes, with its defaults.
#[derive(Debug, Deserialize)]
#[serde(default)]
struct Keys {
    vocab_size: usize,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    hidden_act: Activation,
    hidden_dropout_prob: f32,
    attention_probs_dropout_prob: f32,
    max_position_embeddings: usize,
    type_vocab_size: usize,
    layer_norm_eps: f64,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            vocab_size: 30528,
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            hidden_act: Activation::Silu,
            hidden_dropout_prob: 0.0,
            attention_probs_dropout_prob: 0.0,
            max_position_embeddings: 2048,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
        }
    }
}

/// The keys of the model's first code, which are GPT-2's and more, with its defaults.
#[derive(Debug, Deserialize)]
#[serde(default)]
struct FirstKeys {
    vocab_size: usize,
    pad_vocab_size_multiple: usize,
    n_embd: usize,
    n_layer: usize,
    n_head: usize,
    n_inner: Option<usize>,
    n_positions: usize,
    max_trained_positions: usize,
    rotary_scaling_factor: Option<f64>,
    rotary_emb_fraction: f64,
    rotary_emb_base: f64,
    activation_function: String,
    qkv_proj_bias: bool,
    mlp_fc1_bias: bool,
    mlp_fc2_bias: bool,
    resid_pdrop: f32,
    attn_pdrop: f32,
    type_vocab_size: usize,
    layer_norm_epsilon: f64,
}

impl Default for FirstKeys {
    fn default() -> Self {
        Self {
            vocab_size: 50257,
            pad_vocab_size_multiple: 1,
            n_embd: 768,
            n_layer: 12,
            n_head: 12,
            n_inner: None,
            n_positions: 1024,
            max_trained_positions: 2048,
            rotary_scaling_factor: None,
            rotary_emb_fraction: 0.0,
            rotary_emb_base: 10_000.0,
            activation_function: "gelu_new".into(),
            qkv_proj_bias: true,
            mlp_fc1_bias: true,
            mlp_fc2_bias: true,
            resid_pdrop: 0.1,
            attn_pdrop: 0.1,
            type_vocab_size: 2,
            layer_norm_epsilon: 1e-5,
        }
    }
}

impl NomicBertConfig {
    fn new(keys: &Keys, theta: f64) -> Self {
        Self {
            sizes: Sizes {
                vocabulary: keys.vocab_size,
                hidden: keys.hidden_size,
                layers: keys.num_hidden_layers,
                heads: keys.num_attention_heads,
                positions: keys.max_position_embeddings,
            },
            kinds: keys.type_vocab_size,
            inner: keys.intermediate_size,
            activation: keys.hidden_act,
            epsilon: keys.layer_norm_eps,
            theta,
            biases: [false; 3],
            rates: rates(keys.hidden_dropout_prob, keys.attention_probs_dropout_prob),
        }
    }

    /// # Errors
    /// The activation is none of the gated ones, or positions are not rotations of whole heads.
    fn of_first(keys: &FirstKeys, file: &ConfigFile<'_>) -> Result<Self, Error> {
        let activation = match keys.activation_function.as_str() {
            "swiglu" => Activation::Silu,
            "geglu" => Activation::Gelu,
            other => return Err(file.wrong("activation_function", "swiglu or geglu", other)),
        };
        if keys.rotary_emb_fraction != 1.0 {
            let given = keys.rotary_emb_fraction.to_string();
            return Err(file.wrong("rotary_emb_fraction", "1", &given));
        }
        file.positive(&[("pad_vocab_size_multiple", keys.pad_vocab_size_multiple)])?;
        // A scaling slows the rotations of texts that are longer than those of the training only.
        let scaled = keys
            .rotary_scaling_factor
            .is_some_and(|factor| factor != 0.0);
        let trained = if scaled {
            keys.max_trained_positions
        } else {
            usize::MAX
        };
        Ok(Self {
            sizes: Sizes {
                vocabulary: keys
                    .vocab_size
                    .next_multiple_of(keys.pad_vocab_size_multiple),
                hidden: keys.n_embd,
                layers: keys.n_layer,
                heads: keys.n_head,
                positions: keys.n_positions.min(trained),
            },
            kinds: keys.type_vocab_size,
            inner: keys
                .n_inner
                .unwrap_or(8 * keys.n_embd / 3)
                .next_multiple_of(256),
            activation,
            epsilon: keys.layer_norm_epsilon,
            theta: keys.rotary_emb_base,
            biases: [keys.qkv_proj_bias, keys.mlp_fc1_bias, keys.mlp_fc2_bias],
            rates: rates(keys.resid_pdrop, keys.attn_pdrop),
        })
    }
}

fn rates(hidden: f32, weights: f32) -> Rates {
    Rates {
        embeddings: hidden,
        weights,
        attended: hidden,
        inner: 0.0,
        fed: hidden,
    }
}

/// Refuses what the first code has switches for and neither this nor Hugging Face's network does.
fn check(file: &ConfigFile<'_>, sizes: &Sizes) -> Result<(), Error> {
    for key in [
        "prenorm",
        "parallel_block",
        "causal",
        "use_rms_norm",
        "rotary_emb_interleaved",
        "rotary_head_dim",
    ] {
        file.only(&[key], false)?;
    }
    for key in ["num_experts", "moe_every_n_layers"] {
        file.only(&[key], 0)?;
    }
    file.only(&["num_heads_kv"], sizes.heads)?;
    let base = &file.value["rotary_emb_scale_base"];
    if !base.is_null() {
        return Err(file.wrong("rotary_emb_scale_base", "null", &base.to_string()));
    }
    file.only(&["rope_parameters", "rope_type"], "default")?;
    match sizes.hidden.checked_div(sizes.heads) {
        Some(features) => file.only(&["head_dim"], features),
        None => Ok(()),
    }
}

/// The transformer.
#[derive(Module, Debug)]
pub(crate) struct NomicBert {
    embeddings: Embeddings,
    emb_ln: Norm,
    encoder: Encoder,
    #[module(skip)]
    config: NomicBertConfig,
}

#[derive(Module, Debug)]
struct Embeddings {
    word_embeddings: Table,
    token_type_embeddings: Option<Table>,
}

#[derive(Module, Debug)]
struct Encoder {
    layers: Vec<Layer>,
}

#[derive(Module, Debug)]
struct Layer {
    attn: Attention,
    norm1: Norm,
    mlp: Gated,
    norm2: Norm,
}

#[derive(Module, Debug)]
struct Attention {
    /// Queries, keys and values of all heads: `(3 hidden, hidden)`.
    wqkv: Linear,
    out_proj: Linear,
}

/// `fc2(fc11(x) * activation(fc12(x)))` (Shazeer 2020, arXiv:2002.05202).
#[derive(Module, Debug)]
struct Gated {
    fc11: Linear,
    fc12: Linear,
    fc2: Linear,
}

impl Family for NomicBert {
    type Config = NomicBertConfig;

    const PREFIXES: &'static [&'static str] = &["nomic_bert.", "bert."];

    const ROTATED: bool = true;

    /// Hugging Face's spelling, or where its sizes are not named, that of the first code.
    fn read(file: &ConfigFile<'_>) -> Result<NomicBertConfig, Error> {
        let value = file.value;
        let first = value["hidden_size"].is_null() && !value["n_embd"].is_null();
        let config = if first {
            NomicBertConfig::of_first(&file.keys()?, file)?
        } else {
            let theta = value["rope_parameters"]["rope_theta"].as_f64();
            NomicBertConfig::new(&file.keys()?, theta.unwrap_or(1000.0))
        };
        file.positive(&[("intermediate size", config.inner)])?;
        check(file, &config.sizes)?;
        Ok(config)
    }

    fn sizes(config: &NomicBertConfig) -> Sizes {
        config.sizes
    }

    fn new(config: &NomicBertConfig, names: &Names<'_>) -> Self {
        let Sizes {
            vocabulary,
            hidden,
            layers,
            ..
        } = config.sizes;
        let embeddings = names.at("embeddings");
        let table = |part: &str, rows| embeddings.at(part).table([rows, hidden]);
        let layer = |index| Layer::new(config, &names.at(&format!("encoder.layers.{index}")));
        Self {
            embeddings: Embeddings {
                word_embeddings: table("word_embeddings", vocabulary),
                token_type_embeddings: (config.kinds > 0)
                    .then(|| table("token_type_embeddings", config.kinds)),
            },
            emb_ln: names.at("emb_ln").norm(hidden, config.epsilon, true),
            encoder: Encoder {
                layers: (0..layers).map(layer).collect(),
            },
            config: *config,
        }
    }

    fn forward(&self, pass: &Pass<'_>) -> Tensor<2> {
        let words = self.embeddings.word_embeddings.rows(pass.ids);
        // All tokens are of the first kind.
        let x = match &self.embeddings.token_type_embeddings {
            Some(kinds) => words + kinds.rows(&[0]),
            None => words,
        };
        let x = pass.drop(self.emb_ln.forward(x), self.config.rates.embeddings, 0);
        let Sizes { hidden, heads, .. } = self.config.sizes;
        let positions = pass.sequences.positions();
        let rotation = Rotation::new(&positions, hidden / heads, self.config.theta, &x.device());
        let layers = self.encoder.layers.iter().enumerate();
        layers.fold(x, |x, (index, layer)| {
            let x = layer.attend(x, pass, &rotation, (index, &self.config));
            layer.feed(x, pass, (index, &self.config))
        })
    }
}

impl Layer {
    fn new(config: &NomicBertConfig, names: &Names<'_>) -> Self {
        let (hidden, inner) = (config.sizes.hidden, config.inner);
        let [attention, up, down] = config.biases;
        let linear = |part: &str, size, bias| names.at(part).linear(size, bias);
        let norm = |part: &str| names.at(part).norm(hidden, config.epsilon, true);
        Self {
            attn: Attention {
                wqkv: linear("attn.Wqkv", [3 * hidden, hidden], attention),
                out_proj: linear("attn.out_proj", [hidden; 2], attention),
            },
            norm1: norm("norm1"),
            mlp: Gated {
                fc11: linear("mlp.fc11", [inner, hidden], up),
                fc12: linear("mlp.fc12", [inner, hidden], up),
                fc2: linear("mlp.fc2", [hidden, inner], down),
            },
            norm2: norm("norm2"),
        }
    }

    /// `norm1(attention(x) + x)`.
    fn attend(
        &self,
        x: Tensor<2>,
        pass: &Pass<'_>,
        rotation: &Rotation,
        (index, config): (usize, &NomicBertConfig),
    ) -> Tensor<2> {
        let (rates, site) = (&config.rates, Site::Weights.of(index));
        let heads = pass.heads(config.sizes.heads, None, rates.weights, site);
        let attended = rotated_attention(self.attn.wqkv.forward(x.clone()), rotation, &heads);
        let attended = self.attn.out_proj.forward(attended);
        let attended = pass.drop(attended, rates.attended, Site::Attended.of(index));
        self.norm1.of_sum(attended, x)
    }

    /// `norm2(mlp(x) + x)`.
    fn feed(
        &self,
        x: Tensor<2>,
        pass: &Pass<'_>,
        (index, config): (usize, &NomicBertConfig),
    ) -> Tensor<2> {
        let gate = config.activation.of(self.mlp.fc12.forward(x.clone()));
        let inner = self.mlp.fc11.forward(x.clone()) * gate;
        let fed = self.mlp.fc2.forward(inner);
        let fed = pass.drop(fed, config.rates.fed, Site::Fed.of(index));
        self.norm2.of_sum(fed, x)
    }
}
