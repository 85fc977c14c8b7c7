//! Picture networks against transformers' and torchvision's numbers, and their laws.
//!
//! The models and the numbers are written by `reference/towers.py`.
#![allow(clippy::unwrap_used, reason = "tests")]

mod models;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use models::{Summary, folder, numbers};
use serde::Deserialize;
use tercet_nn::{Embedder, Error, ParameterPlace, PictureEncoder, PictureModel, weights};

const NAMES: [&str; 13] = [
    "vit",
    "vit-classifier",
    "dinov2",
    "dinov2-gated",
    "clip",
    "clip-vision",
    "clip-trunk",
    "siglip",
    "siglip-vision",
    "resnet18",
    "resnet34",
    "resnet50",
    "efficientnet",
];

#[derive(Debug, Deserialize)]
struct Golden {
    size: [usize; 2],
    embeddings: Vec<Vec<f32>>,
    gradients: BTreeMap<String, Summary>,
}

fn golden(name: &str) -> Golden {
    let path = folder("towers").join(name).join("golden.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn open(name: &str, device: &Device) -> PictureModel {
    PictureModel::open(folder("towers").join(name), device).unwrap()
}

/// The pictures of the golden numbers.
fn pictures([height, width]: [usize; 2], device: &Device) -> Tensor<4> {
    let size = [3, height, width, 3];
    let numbers = (0..size.iter().product::<usize>())
        .map(|i| i as f64)
        .map(|i| (0.37 * i + 0.013 * i * i).sin() as f32)
        .collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(numbers, size), device)
}

fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let all = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    all.fold(0.0, f32::max)
}

fn largest(numbers: &[f32]) -> f32 {
    numbers.iter().fold(1.0, |most, v| most.max(v.abs()))
}

#[test]
fn embeddings_are_those_of_python() {
    let device = Device::flex();
    for name in NAMES {
        let (model, golden) = (open(name, &device), golden(name));
        let rows = numbers(model.encoder.embed(pictures(golden.size, &device)));
        let wanted = golden.embeddings.concat();
        assert_eq!(model.dim(), golden.embeddings[0].len());
        let apart = difference(&rows, &wanted) / largest(&wanted);
        assert!(apart <= 1e-5, "{name}: {apart}");
    }
}

/// The gradient of `sum(E * G)` in every parameter that has one, by name.
fn gradients(encoder: &PictureEncoder, pictures: Tensor<4>) -> BTreeMap<String, Vec<f32>> {
    struct Found<'a>(&'a GradientsParams, Vec<Option<Vec<f32>>>);
    impl ModuleVisitor for Found<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.1.push(self.0.get::<D>(param.id).map(numbers));
        }
    }
    let rows = encoder.embed(pictures);
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

/// The name in the files of a parameter's name here.
fn spelt(name: &str, golden: &Golden) -> String {
    let name = name.strip_prefix("tower.").unwrap();
    let bare = name.strip_prefix("vision_model.").unwrap_or(name);
    let all = [name.to_owned(), bare.to_owned(), format!("vit.{name}")];
    let found = all
        .into_iter()
        .find(|name| golden.gradients.contains_key(name));
    found.unwrap_or_else(|| panic!("{name} is not among Python's"))
}

#[test]
fn gradients_are_those_of_torch() {
    for name in NAMES {
        let device = Device::flex().autodiff();
        let (model, golden) = (open(name, &device), golden(name));
        let ours = gradients(&model.encoder, pictures(golden.size, &device));
        assert_eq!(ours.len(), golden.gradients.len(), "{name}");
        let norms = golden.gradients.values().map(|summary| summary.norm);
        let largest = norms.fold(0.0, f64::max);
        for (parameter, ours) in &ours {
            let wanted = &golden.gradients[&spelt(parameter, &golden)];
            let far = Summary::of(ours).far_from(wanted);
            let bound = 1e-4 * wanted.norm + 1e-6 * largest;
            assert!(far <= bound, "{name} {parameter}: {far} of {}", wanted.norm);
        }
    }
}

#[test]
fn every_parameter_has_a_gradient_but_statistics() {
    for name in NAMES {
        let device = Device::flex().autodiff();
        let model = open(name, &device).with_head(5, 1).unwrap().with_norm(true);
        let golden = golden(name);
        let all = gradients(&model.encoder, pictures(golden.size, &device));
        for ParameterPlace { name, .. } in model.encoder.places() {
            if name.contains(".running_") {
                assert!(!all.contains_key(&name), "{name}");
                continue;
            }
            // Rectifiers of so few channels may let nothing through, in torch too.
            let dead =
                name.starts_with("tower.") && golden.gradients[&spelt(&name, &golden)].norm == 0.0;
            let some = all[&name].iter().any(|number| *number != 0.0);
            assert!(some != dead, "{name}");
        }
    }
}

#[test]
fn what_is_frozen_has_no_gradient_and_the_rest_has_the_same() {
    for name in ["vit", "siglip", "resnet50"] {
        let device = Device::flex().autodiff();
        let encoder = open(name, &device).with_head(5, 1).unwrap().encoder;
        let places: BTreeMap<_, _> = encoder
            .places()
            .into_iter()
            .map(|place| (place.name, place.depth))
            .collect();
        let deepest = places.values().max().unwrap();
        assert_eq!(
            (places["head.weight"], *deepest),
            (encoder.layers() + 1, encoder.layers() + 1)
        );
        let size = golden(name).size;
        let all = gradients(&encoder, pictures(size, &device));
        let half = encoder.clone().freeze(1, true);
        let some = gradients(&half, pictures(size, &device));
        let wanted: BTreeMap<_, _> = all
            .clone()
            .into_iter()
            .filter(|(name, _)| places[name] > 1)
            .collect();
        assert!(some == wanted && some.len() < all.len(), "{name}");
        let thawed = half.freeze(0, false);
        assert!(gradients(&thawed, pictures(size, &device)) == all, "{name}");
    }
}

#[test]
fn an_embedding_does_not_depend_on_its_batch() {
    let device = Device::flex();
    for name in NAMES {
        let model = open(name, &device);
        let all = pictures(golden(name).size, &device);
        let together = numbers(model.encoder.embed(all.clone()));
        for (index, row) in together.chunks(model.dim()).enumerate() {
            let alone = numbers(model.encoder.embed(all.clone().narrow(0, index, 1)));
            let apart = difference(&alone, row);
            assert!(
                apart <= 1e-5 * largest(row),
                "{name}, picture {index}: {apart}"
            );
        }
    }
}

fn write(model: &PictureModel, folder: &Path) {
    for (name, bytes) in model.files().unwrap() {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}

/// Names and sizes of the tensors of floats in a file.
fn tensors(folder: &Path) -> BTreeSet<(String, Vec<usize>)> {
    let bytes = std::fs::read(folder.join("model.safetensors")).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let all = file
        .iter()
        .map(|(name, view)| (name.to_owned(), view.shape().to_vec()));
    all.filter(|(name, _)| !name.ends_with("num_batches_tracked"))
        .collect()
}

#[test]
fn what_is_written_is_read_back_bit_for_bit() {
    let device = Device::flex();
    for name in NAMES {
        let model = open(name, &device);
        for model in [
            model.clone(),
            model.clone().with_norm(true),
            model.with_head(7, 3).unwrap(),
        ] {
            let folder = tempfile::tempdir().unwrap();
            write(&model, folder.path());
            assert_eq!(
                tensors(folder.path()),
                tensors(&models::folder("towers").join(name))
            );
            let again = PictureModel::open(folder.path(), &device).unwrap();
            assert_eq!(weights(&again.encoder), weights(&model.encoder), "{name}");
            assert!(again.files().unwrap() == model.files().unwrap(), "{name}");
            let pictures = pictures(golden(name).size, &device);
            let [ours, theirs] =
                [&model, &again].map(|model| numbers(model.encoder.embed(pictures.clone())));
            assert!(ours == theirs, "{name}");
            assert_eq!((again.mean(), again.std()), (model.mean(), model.std()));
        }
    }
}

#[test]
fn heads_are_a_function_of_the_seed_and_rows_have_norm_one() {
    let device = Device::flex();
    let rows = |seed| {
        let model = open("dinov2", &device).with_head(6, seed).unwrap();
        let model = model.with_norm(true);
        assert_eq!(model.dim(), 6);
        let rows = model.encoder.embed(pictures([16, 16], &device));
        numbers(rows)
    };
    assert_eq!(rows(1), rows(1));
    assert_ne!(rows(1), rows(2));
    for row in rows(1).chunks(6) {
        let norm: f32 = row.iter().map(|v| v * v).sum();
        assert!((norm - 1.0).abs() < 1e-5, "{norm}");
    }
    let error = open("dinov2", &device).with_head(0, 1).unwrap_err();
    assert_eq!(error.to_string(), "dim: wanted a positive number, given 0");
}

#[test]
fn settings_come_from_the_preprocessor_or_the_family() {
    let device = Device::flex();
    let vit = open("vit", &device);
    assert_eq!((vit.mean(), vit.std()), ([0.5, 0.4, 0.3], [0.5, 0.6, 0.7]));
    assert_eq!(vit.size(), [16, 24]);
    let (clip, vision) = (open("clip", &device), open("clip-vision", &device));
    assert_eq!((clip.mean(), clip.std()), (vision.mean(), vision.std()));
    assert_eq!(open("siglip", &device).mean(), [0.5; 3]);
    assert_eq!(open("resnet18", &device).std(), [0.229, 0.224, 0.225]);
    assert_eq!(open("resnet18", &device).size(), [40, 40]);
}

#[test]
fn refuses_pictures_of_other_sizes() {
    let device = Device::flex();
    let refusal = |name, size: [usize; 4]| open(name, &device).encoder.check(size).unwrap_err();
    assert_eq!(
        refusal("dinov2", [2, 20, 16, 3]).to_string(),
        "pictures: wanted (n, 16, 16, 3) with n at least 1, given (2, 20, 16, 3)"
    );
    assert!(matches!(
        refusal("vit", [0, 16, 24, 3]),
        Error::Pictures { .. }
    ));
    assert!(matches!(
        refusal("resnet18", [1, 0, 24, 3]),
        Error::Pictures { .. }
    ));
    assert!(matches!(
        refusal("resnet18", [1, 24, 24, 1]),
        Error::Pictures { .. }
    ));
    let other = pictures([24, 16], &device);
    assert!(open("vit", &device).encoder.forward(other).is_err());
}

/// A changed copy of a model.
fn changed(name: &str, change: impl Fn(&Path)) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(folder("towers").join(name)).unwrap() {
        let path = file.unwrap().path();
        std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    change(copy.path());
    copy
}

/// What opening a changed copy of a model says.
fn refusal(name: &str, change: impl Fn(&Path)) -> String {
    let copy = changed(name, change);
    let opened = PictureModel::open(copy.path(), &Device::flex());
    opened.unwrap_err().to_string()
}

#[test]
fn opens_what_timm_calls_architecture() {
    let device = Device::flex();
    for (name, ours, theirs) in [
        ("resnet18", "resnet18", "resnet18"),
        (
            "efficientnet",
            "efficientnet-lite0",
            "tf_efficientnet_lite0",
        ),
    ] {
        let copy = changed(name, |folder| {
            let (old, new) = (
                format!("\"model_type\": \"{ours}\""),
                format!("\"architecture\": \"{theirs}\""),
            );
            edit(&folder.join("config.json"), &old, &new);
        });
        let model = PictureModel::open(copy.path(), &device).unwrap();
        assert_eq!(
            weights(&model.encoder),
            weights(&open(name, &device).encoder)
        );
    }
}

/// Replaces `old` in a file by `new`.
fn edit(path: &Path, old: &str, new: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(old), "{text}");
    std::fs::write(path, text.replace(old, new)).unwrap();
}

#[test]
fn refuses_folders_that_are_not_what_they_should_be() {
    let config = |old: &'static str, new: &'static str| {
        move |folder: &Path| edit(&folder.join("config.json"), old, new)
    };
    let given = refusal("vit", config("\"vit\"", "\"beit\""));
    assert!(
        given.contains("model_type: wanted vit, dinov2, clip,"),
        "{given}"
    );
    assert!(given.ends_with("given beit"), "{given}");
    for (name, old, new, says) in [
        (
            "vit",
            "\"num_attention_heads\": 2",
            "\"num_attention_heads\": 3",
            "a divisor of",
        ),
        (
            "vit",
            "\"num_channels\": 3",
            "\"num_channels\": 1",
            "num_channels: wanted 3",
        ),
        (
            "vit",
            "\"tanh\"",
            "\"relu\"",
            "pooler_act: wanted tanh, given relu",
        ),
        (
            "dinov2",
            "\"patch_size\": 4",
            "\"patch_size\": 0",
            "patch_size: wanted a positive",
        ),
        (
            "dinov2",
            "\"image_size\": 16",
            "\"image_size\": 3",
            "image_size: wanted at least",
        ),
        (
            "dinov2",
            "\"hidden_act\": \"gelu\"",
            "\"hidden_act\": 4",
            "wanted a JSON file",
        ),
        (
            "siglip-vision",
            "head\": true",
            "head\": false",
            "vision_use_head: wanted true",
        ),
        (
            "resnet18",
            "\"width\": 2",
            "\"width\": 0",
            "width: wanted a positive number",
        ),
        (
            "resnet18",
            "\"width\": 2",
            "\"width\": 4",
            "model.safetensors: conv1.weight: wanted f32 [4, 3, 7, 7], given F16 [2, 3, 7, 7]",
        ),
        (
            "resnet18",
            "resnet18",
            "resnet34",
            "layer1.2.conv1.weight: wanted f32 [2, 2, 3, 3], given none",
        ),
        (
            "clip",
            "\"num_hidden_layers\": 2",
            "\"num_hidden_layers\": 3",
            "vision_model.encoder.layers.2.layer_norm1.weight: wanted f32 [16], given none",
        ),
        (
            "vit-classifier",
            "\"intermediate_size\": 24",
            "\"intermediate_size\": 20",
            "vit.encoder.layer.0.intermediate.dense.weight: wanted f32 [20, 16], given F16 [24, 16]",
        ),
    ] {
        let given = refusal(name, config(old, new));
        assert!(given.contains(says), "{name}: {given}");
    }
    let given = refusal("vit", |folder| {
        edit(&folder.join("preprocessor_config.json"), "0.6", "0.0");
    });
    assert!(
        given.contains("image_std: wanted three positive numbers"),
        "{given}"
    );
    let given = refusal("vit", |folder| {
        std::fs::write(folder.join("head.json"), "{\"dim\": 4}").unwrap();
    });
    assert!(given.contains("head.safetensors"), "{given}");
    let given = refusal("vit", |folder| {
        std::fs::write(folder.join("model.safetensors"), "none").unwrap();
    });
    assert!(
        given.contains("wanted weights in the safetensors format"),
        "{given}"
    );
    let given = refusal("resnet18", |folder| {
        let path = folder.join("model.safetensors");
        let mut bytes = std::fs::read(&path).unwrap();
        let head = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        let file = safetensors::SafeTensors::read_metadata(&bytes).unwrap().1;
        let begin = file.info("conv1.weight").unwrap().data_offsets.0;
        bytes[8 + head + begin..][..2].copy_from_slice(&[0x00, 0x7e]);
        std::fs::write(path, bytes).unwrap();
    });
    assert!(
        given.ends_with("conv1.weight: wanted f32 [2, 3, 7, 7], given NaN among them"),
        "{given}"
    );
    let given = refusal("vit", |folder| {
        std::fs::remove_file(folder.join("config.json")).unwrap();
    });
    assert!(given.contains("config.json"), "{given}");
}
