//! MPNet (Song et al. 2020, arXiv:2004.09297): BERT's layers with a bias of attention by distance.

use burn::module::Module;
use burn::tensor::Tensor;
use serde::Deserialize;

use super::bert::{BertConfig, Intermediate, Output};
use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::layers::{Linear, Names, Norm, Table};
use crate::text::block::{Block, Layers};
use crate::text::family::{Family, Sizes};
use crate::text::pass::Pass;

/// The id of the padding token; positions count from the number after it.
const PADDING: u32 = 1;
/// Buckets of distances that are used.
const BUCKETS: usize = 32;
/// Distances from here on share the last bucket.
const FARTHEST: f64 = 128.0;

/// The keys of `config.json`: BERT's and one more.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "Keys")]
pub(crate) struct MpNetConfig {
    pub(super) bert: BertConfig,
    pub(super) buckets: usize,
}

#[derive(Debug, Clone, Deserialize)]
struct Keys {
    #[serde(flatten)]
    bert: BertConfig,
    #[serde(default = "thirty_two")]
    relative_attention_num_buckets: usize,
}

fn thirty_two() -> usize {
    BUCKETS
}

impl From<Keys> for MpNetConfig {
    fn from(keys: Keys) -> Self {
        let padding = Some(PADDING);
        Self {
            bert: BertConfig {
                padding,
                ..keys.bert
            },
            buckets: keys.relative_attention_num_buckets,
        }
    }
}

/// The transformer.
#[derive(Module, Debug)]
pub(crate) struct MpNet {
    embeddings: Embeddings,
    encoder: Encoder,
    #[module(skip)]
    layers: Layers,
}

#[derive(Module, Debug)]
struct Embeddings {
    word_embeddings: Table,
    position_embeddings: Table,
    layer_norm: Norm,
}

#[derive(Module, Debug)]
struct Encoder {
    layer: Vec<Layer>,
    relative_attention_bias: Table,
}

#[derive(Module, Debug)]
struct Layer {
    attention: Attention,
    intermediate: Intermediate,
    output: Output,
}

#[derive(Module, Debug)]
struct Attention {
    attn: SelfAttention,
    layer_norm: Norm,
}

#[derive(Module, Debug)]
struct SelfAttention {
    q: Linear,
    k: Linear,
    v: Linear,
    o: Linear,
}

impl Family for MpNet {
    type Config = MpNetConfig;

    const PREFIXES: &'static [&'static str] = &["mpnet."];

    fn read(file: &ConfigFile<'_>) -> Result<MpNetConfig, Error> {
        let config: MpNetConfig = file.keys()?;
        if config.buckets < BUCKETS {
            let key = "relative_attention_num_buckets";
            return Err(file.wrong(key, "32 or more", &config.buckets.to_string()));
        }
        Ok(config)
    }

    fn sizes(config: &MpNetConfig) -> Sizes {
        config.bert.sizes()
    }

    fn new(config: &MpNetConfig, names: &Names<'_>) -> Self {
        let bert = &config.bert;
        let embeddings = names.at("embeddings");
        let table = |name: &str, rows| embeddings.at(name).table([rows, bert.hidden_size]);
        let encoder = names.at("encoder");
        let layer = |index| Layer::new(bert, &encoder.at(&format!("layer.{index}")));
        let bias = [config.buckets, bert.num_attention_heads];
        Self {
            embeddings: Embeddings {
                word_embeddings: table("word_embeddings", bert.vocab_size),
                position_embeddings: table("position_embeddings", bert.max_position_embeddings),
                layer_norm: bert.norm(&embeddings),
            },
            encoder: Encoder {
                layer: (0..bert.num_hidden_layers).map(layer).collect(),
                relative_attention_bias: encoder.at("relative_attention_bias").table(bias),
            },
            layers: bert.layers(),
        }
    }

    fn forward(&self, pass: &Pass<'_>) -> Tensor<2> {
        let words = self.embeddings.word_embeddings.rows(pass.ids);
        let positions = pass.positions_after(PADDING);
        let positions = self.embeddings.position_embeddings.rows(&positions);
        let x = self.embeddings.layer_norm.of_sum(words, positions);
        let x = pass.drop(x, self.layers.rates.embeddings, 0);
        let bias = self.encoder.bias(pass.sequences.longest());
        let blocks = self.encoder.layer.iter().map(Layer::block);
        self.layers.forward(x, Some(&bias), pass, blocks)
    }
}

impl Encoder {
    /// The bias of every distance `1 - rows .. rows - 1` from query to key: `(2 rows - 1, heads)`.
    fn bias(&self, rows: usize) -> Tensor<2> {
        let rows = rows as i64;
        let buckets = (1 - rows..rows).map(bucket).collect::<Vec<_>>();
        self.relative_attention_bias.rows(&buckets)
    }
}

/// The bucket of a distance: half of the 32 for each side; of these, half exact, half by logarithm
/// (Raffel et al. 2019, arXiv:1910.10683). Hugging Face's code has 32 whatever the configuration says.
fn bucket(distance: i64) -> u32 {
    let (side, exact) = (16, 8);
    let before = if distance > 0 { side } else { 0 };
    let far = distance.unsigned_abs() as u32;
    if far < exact {
        return before + far;
    }
    let exact = f64::from(exact);
    let share = (f64::from(far) / exact).ln() / (FARTHEST / exact).ln();
    let bucket = (exact + share * (f64::from(side) - exact)) as u32;
    before + bucket.min(side - 1)
}

impl Layer {
    fn new(config: &BertConfig, names: &Names<'_>) -> Self {
        let attention = names.at("attention");
        let this = attention.at("attn");
        Self {
            attention: Attention {
                attn: SelfAttention {
                    q: config.square(&this, "q"),
                    k: config.square(&this, "k"),
                    v: config.square(&this, "v"),
                    o: config.square(&this, "o"),
                },
                layer_norm: config.norm(&attention),
            },
            intermediate: Intermediate::new(config, &names.at("intermediate")),
            output: Output::new(config, &names.at("output"), config.intermediate_size),
        }
    }

    fn block(&self) -> Block<'_> {
        Block {
            query: &self.attention.attn.q,
            key: &self.attention.attn.k,
            value: &self.attention.attn.v,
            out: &self.attention.attn.o,
            attention_norm: &self.attention.layer_norm,
            up: &self.intermediate.dense,
            down: &self.output.dense,
            output_norm: &self.output.layer_norm,
        }
    }
}
