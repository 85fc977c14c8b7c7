//! Text encoders against Hugging Face's and sentence-transformers' numbers, and their laws.
//!
//! The models and the numbers are written by `reference/encoders.py`.
#![allow(clippy::unwrap_used, reason = "tests")]

mod models;

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use models::{NAMES, Summary, folder, golden, ids, numbers, open, sentences};
use tercet_nn::{Dropout, SentenceEncoder, SentenceModel, TokenBatch, weights};

/// The largest difference of two lists of numbers.
fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let all = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    all.fold(0.0, f32::max)
}

#[test]
fn token_ids_and_embeddings_are_those_of_sentence_transformers() {
    for name in NAMES {
        let (model, golden) = (open(name), golden(name));
        let texts = sentences();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let tokens = model.tokenize_with("", &texts).unwrap();
        assert_eq!(ids(&tokens), golden.ids, "{name}");
        let embedded = model.embed_with("", &texts).unwrap();
        let wanted = golden.embeddings.concat();
        let largest = wanted.iter().fold(1.0_f32, |most, v| most.max(v.abs()));
        let difference = difference(&embedded.numbers, &wanted);
        assert!(difference <= 1e-5 * largest, "{name}: {difference}");
        let cut = tokens.iter().filter(|tokens| tokens.truncated).count();
        assert_eq!(
            (embedded.dim, embedded.truncated),
            (golden.embeddings[0].len(), cut)
        );
        assert!(cut > 0, "{name}: no sentence is too long");
        if let Some(query) = golden.query {
            let prompt = model
                .prompts()
                .find(|(name, _)| *name == "query")
                .unwrap()
                .1;
            let embedded = model.embed_with(prompt, &texts[..query.len()]).unwrap();
            assert!(self::difference(&embedded.numbers, &query.concat()) <= 1e-5 * largest);
        }
    }
}

#[test]
fn gradients_are_those_of_torch() {
    for name in NAMES {
        let device = Device::flex().autodiff();
        let encoder = SentenceModel::open(folder(name), &device).unwrap().encoder;
        let golden = golden(name);
        let ids: Vec<&[u32]> = golden.ids.iter().map(Vec::as_slice).collect();
        let batch = encoder.batch(&ids, &vec![0; ids.len()]).unwrap();
        let ours = gradients(&encoder, &batch, None);
        assert_eq!(
            ours.keys().collect::<Vec<_>>(),
            golden.gradients.keys().collect::<Vec<_>>()
        );
        // A parameter that has no say, such as a key's bias, has rounding noise for a gradient.
        let largest = golden
            .gradients
            .values()
            .map(|summary| summary.norm)
            .fold(0.0, f64::max);
        for (parameter, wanted) in golden.gradients {
            let bound = 1e-4 * wanted.norm + 1e-6 * largest;
            let far = Summary::of(&ours[&parameter]).far_from(&wanted);
            assert!(far <= bound, "{name} {parameter}: {far} of {}", wanted.norm);
        }
    }
}

/// The gradient of `sum(E * G)` in every parameter that has one, by name.
fn gradients(
    encoder: &SentenceEncoder,
    batch: &TokenBatch,
    dropout: Option<&Dropout>,
) -> BTreeMap<String, Vec<f32>> {
    struct Found<'a>(&'a GradientsParams, Vec<Option<Vec<f32>>>);
    impl ModuleVisitor for Found<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.1.push(self.0.get::<D>(param.id).map(numbers));
        }
    }
    let rows = encoder.forward(batch, dropout);
    let size = rows.dims();
    let wave = (0..size[0] * size[1])
        .map(|i| (0.7 * i as f64).sin() as f32)
        .collect::<Vec<_>>();
    let wave = Tensor::<2>::from_data(TensorData::new(wave, size), &rows.device());
    let gradients = GradientsParams::from_grads((rows * wave).sum().backward(), encoder);
    let mut found = Found(&gradients, Vec::new());
    encoder.visit(&mut found);
    let names = weights(encoder).into_iter().map(|weight| weight.name);
    let all = names.zip(found.1);
    all.filter_map(|(name, gradient)| Some((name, gradient?)))
        .collect()
}

#[test]
fn an_embedding_does_not_depend_on_its_batch() {
    for name in NAMES {
        let model = open(name);
        let ids = golden(name).ids;
        let ids: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
        let embed = |ids: &[&[u32]], dropout: Option<&Dropout>, slot: u64| {
            let slots: Vec<u64> = (slot..).take(ids.len()).collect();
            numbers(
                model
                    .encoder
                    .forward(&model.encoder.batch(ids, &slots).unwrap(), dropout),
            )
        };
        let noise = Dropout {
            seed: 1,
            step: 2,
            rate: Some(0.1),
        };
        for dropout in [None, Some(&noise)] {
            let together = embed(&ids, dropout, 0);
            for (index, row) in together.chunks(model.dim()).enumerate() {
                let alone = embed(&ids[index..=index], dropout, index as u64);
                assert!(difference(&alone, row) <= 1e-5, "{name}, sentence {index}");
            }
            assert_eq!(together == embed(&ids, None, 0), dropout.is_none());
        }
    }
}

#[test]
fn dropout_is_a_function_of_seed_step_and_slot() {
    let model = open("modernbert");
    let ids: [&[u32]; 1] = [&[0, 5, 6, 7, 2]];
    let embed = |seed, step, slot, rate| {
        let dropout = Dropout { seed, step, rate };
        let batch = model.encoder.batch(&ids, &[slot]).unwrap();
        numbers(model.encoder.forward(&batch, Some(&dropout)))
    };
    let some = Some(0.2);
    let one = embed(1, 1, 1, some);
    assert_eq!(one, embed(1, 1, 1, some));
    for other in [
        embed(2, 1, 1, some),
        embed(1, 2, 1, some),
        embed(1, 1, 2, some),
    ] {
        assert_ne!(one, other);
    }
    // Its configuration drops nothing.
    let batch = model.encoder.batch(&ids, &[0]).unwrap();
    assert_eq!(
        embed(1, 1, 1, None),
        numbers(model.encoder.forward(&batch, None))
    );
}

#[test]
fn what_is_frozen_has_no_gradient_and_the_rest_has_the_same() {
    for name in NAMES {
        let device = Device::flex().autodiff();
        let encoder = SentenceModel::open(folder(name), &device).unwrap().encoder;
        let golden = golden(name).ids;
        let ids: Vec<&[u32]> = golden.iter().map(Vec::as_slice).collect();
        let batch = encoder.batch(&ids, &vec![0; ids.len()]).unwrap();
        let dropout = Dropout {
            seed: 3,
            step: 0,
            rate: Some(0.1),
        };
        let all = gradients(&encoder, &batch, Some(&dropout));
        let depths: BTreeMap<String, usize> = encoder
            .places()
            .into_iter()
            .map(|place| (place.name, place.depth))
            .collect();
        let half = encoder.clone().freeze(1, true);
        let some = gradients(&half, &batch, Some(&dropout));
        let wanted = all.iter().filter(|(name, _)| depths[*name] > 1);
        assert!(some.iter().eq(wanted), "{name}");
        let trunk = encoder.clone().freeze(usize::MAX, true);
        let head = trunk
            .places()
            .into_iter()
            .filter(|place| place.depth > trunk.layers());
        assert_eq!(
            head.count(),
            trunk
                .places()
                .iter()
                .filter(|p| p.name.starts_with("dense."))
                .count()
        );
        let thawed = gradients(&trunk.freeze(0, false), &batch, Some(&dropout));
        assert!(thawed == all, "{name}");
    }
}

#[test]
fn features_and_head_are_the_whole() {
    let model = open("xlm-roberta");
    let batch = model
        .encoder
        .batch(&[&[0, 5, 2], &[0, 2]], &[0, 1])
        .unwrap();
    let features = model.encoder.features(&batch, None);
    assert_eq!(features.dims(), [2, model.encoder.width()]);
    let whole = numbers(model.encoder.forward(&batch, None));
    assert_eq!(numbers(model.encoder.head(features)), whole);
}

#[test]
fn depths_cover_every_parameter() {
    for (name, dense) in [("distilbert", true), ("modernbert", false)] {
        let encoder = open(name).encoder;
        let places = encoder.places();
        let names: Vec<String> = places.iter().map(|place| place.name.clone()).collect();
        let all: Vec<String> = weights(&encoder)
            .into_iter()
            .map(|weight| weight.name)
            .collect();
        assert_eq!(names, all);
        let deepest = places.iter().map(|place| place.depth).max().unwrap();
        assert_eq!(deepest, encoder.layers() + usize::from(dense));
        let plain =
            |name: &str| name.ends_with("bias") || name.contains("norm") || name.contains("Norm");
        assert!(
            places
                .iter()
                .all(|place| place.matrix != plain(&place.name))
        );
    }
}
