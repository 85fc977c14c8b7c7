//! The small models beside this file, and what Python makes of them.
#![allow(dead_code, reason = "every test program uses a part")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use burn::tensor::{Device, Tensor};
use serde::Deserialize;
use tercet_nn::{SentenceModel, Tokens};

pub(crate) const NAMES: [&str; 8] = [
    "bert",
    "plain",
    "roberta",
    "xlm-roberta",
    "distilbert",
    "mpnet",
    "modernbert",
    "nomic-bert",
];

#[derive(Debug, Deserialize)]
pub(crate) struct Golden {
    pub(crate) ids: Vec<Vec<u32>>,
    pub(crate) embeddings: Vec<Vec<f32>>,
    pub(crate) query: Option<Vec<Vec<f32>>>,
    pub(crate) gradients: BTreeMap<String, Summary>,
}

/// What is kept of a gradient: enough to tell it from another.
#[derive(Debug, Deserialize)]
pub(crate) struct Summary {
    pub(crate) norm: f64,
    pub(crate) waves: [f64; 3],
    pub(crate) first: Vec<f64>,
}

impl Summary {
    pub(crate) fn of(numbers: &[f32]) -> Self {
        let wide = || numbers.iter().map(|&number| f64::from(number));
        let wave = |step: f64| {
            wide()
                .enumerate()
                .map(|(i, v)| v * (step * i as f64 + 1.0).sin())
                .sum()
        };
        Self {
            norm: wide().map(|v| v * v).sum::<f64>().sqrt(),
            waves: [0.3, 0.7, 1.9].map(wave),
            first: wide().take(4).collect(),
        }
    }

    pub(crate) fn far_from(&self, other: &Self) -> f64 {
        let pairs = self
            .waves
            .iter()
            .zip(&other.waves)
            .chain(self.first.iter().zip(&other.first));
        let far = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        far.max((self.norm - other.norm).abs())
    }
}

pub(crate) fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/models")
        .join(name)
}

pub(crate) fn open(name: &str) -> SentenceModel {
    SentenceModel::open(folder(name), &Device::flex()).unwrap()
}

pub(crate) fn sentences() -> Vec<String> {
    serde_json::from_slice(&std::fs::read(folder("sentences.json")).unwrap()).unwrap()
}

pub(crate) fn golden(name: &str) -> Golden {
    serde_json::from_slice(&std::fs::read(folder(name).join("golden.json")).unwrap()).unwrap()
}

pub(crate) fn ids(tokens: &[Tokens]) -> Vec<Vec<u32>> {
    tokens.iter().map(|tokens| tokens.ids.clone()).collect()
}

pub(crate) fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec::<f32>().unwrap()
}
