//! The families of text encoders: a file for each, and its line in the table.

mod bert;
mod distilbert;
mod modernbert;
mod modernbert_config;
mod mpnet;
mod nomic_bert;

use burn::module::Module;
use burn::tensor::Tensor;

use super::family::{Family, Sizes, check_common, families};
use super::pass::Pass;
use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::layers::Names;

// File and type = the values of `model_type` in its `config.json`.
families! {
    bert::Bert = "bert" | "roberta" | "xlm-roberta" | "camembert";
    distilbert::DistilBert = "distilbert";
    mpnet::MpNet = "mpnet";
    modernbert::ModernBert = "modernbert";
    nomic_bert::NomicBert = "nomic_bert";
}
