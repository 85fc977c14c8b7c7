//! all-MiniLM-L6-v2 against sentence-transformers: 200 sentences of many lengths and scripts.
//!
//! The numbers are written by `reference/minilm.py`. The model has 90 MB and is not in the repository: the
//! environment variable `TERCET_MINILM` names its folder.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod models;

use burn::tensor::Device;
use serde::Deserialize;
use tercet_nn::SentenceModel;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    tokens: usize,
    first: [f64; 8],
    norm: f64,
    waves: [f64; 2],
}

#[test]
fn embeds_as_sentence_transformers_does() {
    let Some(folder) = std::env::var_os("TERCET_MINILM") else {
        println!("skipped: TERCET_MINILM does not name the folder of all-MiniLM-L6-v2");
        return;
    };
    let golden = std::fs::read(models::folder("minilm.json")).unwrap();
    let golden: Golden = serde_json::from_slice(&golden).unwrap();
    let texts: Vec<&str> = golden.cases.iter().map(|case| case.text.as_str()).collect();
    let model = SentenceModel::open(folder, &Device::flex()).unwrap();
    let tokens = model.tokenize(&texts).unwrap();
    let embedded = model.embed(&texts).unwrap();
    assert!(embedded.truncated > 0);
    let rows = embedded.numbers.chunks(embedded.dim);
    for ((case, row), tokens) in golden.cases.iter().zip(rows).zip(tokens) {
        assert_eq!(tokens.ids.len(), case.tokens, "{}", case.text);
        let row: Vec<f64> = row.iter().map(|&number| f64::from(number)).collect();
        let wave = |step: f64| -> f64 {
            let all = row.iter().enumerate();
            all.map(|(i, v)| v * (step * i as f64 + 1.0).sin()).sum()
        };
        let norm = row.iter().map(|v| v * v).sum::<f64>().sqrt();
        let ours = [norm, wave(0.3), wave(1.9)];
        let wanted = [case.norm, case.waves[0], case.waves[1]];
        let pairs = ours.iter().zip(&wanted).chain(row.iter().zip(&case.first));
        let far = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(far <= 1e-5, "{}: {far}", case.text);
    }
}
