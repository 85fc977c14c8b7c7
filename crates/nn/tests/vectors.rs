//! The network of rows of numbers against stock operations, and its files.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData, activation};
use serde_json::{Value, json};
use tercet_nn::{Embedder, Error, VectorActivation, VectorNetwork, VectorNetworkConfig, weights};

fn config(hidden: &[usize], activation: VectorActivation, normalize: bool) -> VectorNetworkConfig {
    VectorNetworkConfig {
        input: 7,
        hidden: hidden.to_vec(),
        dim: 5,
        activation,
        normalize,
    }
}

/// Every depth, activation and norm.
fn all() -> impl Iterator<Item = VectorNetworkConfig> {
    let hidden: [&[usize]; 3] = [&[], &[11], &[9, 6]];
    let each = hidden.into_iter().flat_map(|hidden| {
        let kinds = [VectorActivation::Gelu, VectorActivation::Relu];
        kinds.map(|activation| (hidden, activation))
    });
    each.flat_map(|(hidden, kind)| [true, false].map(|unit| config(hidden, kind, unit)))
}

/// Numbers that look random.
fn wave(count: usize, step: f64) -> Vec<f32> {
    (0..count)
        .map(|i| (i as f64 * step + 0.3).sin() as f32)
        .collect()
}

fn matrix(numbers: Vec<f32>, size: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(numbers, size), device)
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}

fn near(given: &[f32], wanted: &[f32], what: &str) {
    assert_eq!(given.len(), wanted.len(), "{what}");
    let largest = wanted.iter().fold(1e-3_f32, |most, x| most.max(x.abs()));
    for (given, wanted) in given.iter().zip(wanted) {
        assert!(
            (given - wanted).abs() <= 1e-5 * largest,
            "{what}: {given}, {wanted}"
        );
    }
}

/// The network's parameters as tensors of their own.
fn leaves(network: &VectorNetwork, device: &Device) -> Vec<Tensor<2>> {
    let leaf = |weight: tercet_nn::Weight| {
        let size = match weight.size[..] {
            [rows, cols] => [rows, cols],
            _ => [1, weight.size[0]],
        };
        matrix(weight.numbers, size, device).require_grad()
    };
    weights(network).into_iter().map(leaf).collect()
}

/// The network from stock operations.
fn stock(leaves: &[Tensor<2>], config: &VectorNetworkConfig, mut x: Tensor<2>) -> Tensor<2> {
    for (place, part) in leaves.chunks(2).enumerate() {
        if place > 0 {
            x = match config.activation {
                VectorActivation::Gelu => activation::gelu(x),
                VectorActivation::Relu => activation::relu(x),
            };
        }
        x = x.matmul(part[0].clone().transpose()) + part[1].clone();
    }
    if config.normalize {
        x = x.clone() / (x.clone() * x).sum_dim(1).sqrt();
    }
    x
}

#[test]
fn values_and_gradients_are_those_of_stock_operations() {
    struct Found<'a>(&'a GradientsParams, Vec<Vec<f32>>);
    impl ModuleVisitor for Found<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.1.push(numbers(self.0.get::<D>(param.id).unwrap()));
        }
    }
    let device = Device::flex().autodiff();
    for config in all() {
        let network = config.init(3, &device).unwrap();
        let leaves = leaves(&network, &device);
        let x = matrix(wave(21, 0.7), [3, 7], &device);
        let slope = matrix(wave(15, 1.3), [3, 5], &device);
        let (ours, theirs) = (network.embed(x.clone()), stock(&leaves, &config, x));
        near(&numbers(ours.clone()), &numbers(theirs.clone()), "value");
        let gradients = (ours * slope.clone()).sum().backward();
        let gradients = GradientsParams::from_grads(gradients, &network);
        let mut found = Found(&gradients, Vec::new());
        network.visit(&mut found);
        let wanted = (theirs * slope).sum().backward();
        assert_eq!(found.1.len(), leaves.len());
        for (given, leaf) in found.1.iter().zip(&leaves) {
            near(given, &numbers(leaf.grad(&wanted).unwrap()), "gradient");
        }
    }
}

#[test]
fn initial_weights_are_a_function_of_seed_and_name() {
    let device = Device::flex();
    let network = |hidden: &[usize], seed| {
        weights(
            &config(hidden, VectorActivation::Gelu, true)
                .init(seed, &device)
                .unwrap(),
        )
    };
    let one = network(&[11, 6], 1);
    assert_eq!(one, network(&[11, 6], 1));
    assert_ne!(one, network(&[11, 6], 2));
    // One more layer leaves the first as it was.
    assert_eq!(one[..2], network(&[11, 6, 6], 1)[..2]);
    let names: Vec<&str> = one.iter().map(|weight| weight.name.as_str()).collect();
    assert_eq!(
        names[..3],
        ["layers.0.weight", "layers.0.bias", "layers.1.weight"]
    );
    // The last map does not see what all inputs have in common.
    let last = &one[4];
    assert_eq!(last.size, [5, 6]);
    for row in last.numbers.chunks(6) {
        assert!(row.iter().sum::<f32>().abs() < 1e-5);
    }
    let large = VectorNetworkConfig {
        input: 400,
        hidden: vec![300],
        ..config(&[], VectorActivation::Relu, true)
    };
    let first = &weights(&large.init(1, &device).unwrap())[0];
    let variance = first.numbers.iter().map(|x| x * x).sum::<f32>() / 120_000.0;
    assert!((variance * 400.0 - 2.0).abs() < 0.03, "{variance}");
}

#[test]
fn a_row_does_not_depend_on_its_batch() {
    let device = Device::flex();
    let network = config(&[11], VectorActivation::Gelu, true)
        .init(1, &device)
        .unwrap();
    let rows = wave(300 * 7, 0.7);
    let together = numbers(network.embed(matrix(rows.clone(), [300, 7], &device)));
    for place in [0, 150, 299] {
        let row = rows[place * 7..][..7].to_vec();
        let alone = numbers(network.embed(matrix(row, [1, 7], &device)));
        near(&alone, &together[place * 5..][..5], "alone");
    }
}

fn write(files: Vec<(String, Vec<u8>)>, folder: &Path) {
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}

#[test]
fn a_written_folder_gives_the_same_bits() {
    let device = Device::flex();
    for config in all() {
        let network = config.init(1, &device).unwrap();
        let place = tempfile::tempdir().unwrap();
        write(network.files().unwrap(), place.path());
        let again = VectorNetwork::open(place.path(), &device).unwrap();
        assert_eq!(again.config(), &config);
        assert_eq!(weights(&again), weights(&network));
        assert_eq!(again.files().unwrap(), network.files().unwrap());
    }
}

#[test]
fn names_are_those_of_pytorchs_sequential() {
    let network = config(&[9, 6], VectorActivation::Relu, false)
        .init(1, &Device::flex())
        .unwrap();
    let files = network.files().unwrap();
    let value: Value = serde_json::from_slice(&files[0].1).unwrap();
    let wanted = json!({"model_type": "tercet-mlp", "input": 7, "hidden": [9, 6], "dim": 5,
        "activation": "relu", "normalize": false});
    assert_eq!((files[0].0.as_str(), value), ("config.json", wanted));
    let file = String::from_utf8_lossy(&files[1].1);
    for name in [
        "0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias",
    ] {
        assert!(file.contains(&format!("\"{name}\":")), "{name}");
    }
    assert!(file.contains("\"0.weight\":{\"dtype\":\"F32\",\"shape\":[9,7]"));
}

#[test]
fn refuses_what_makes_no_network() {
    let device = Device::flex();
    for (key, config) in [
        ("input", VectorNetworkConfig::default()),
        (
            "dim",
            VectorNetworkConfig {
                dim: 0,
                ..config(&[], VectorActivation::Gelu, true)
            },
        ),
        ("hidden", config(&[4, 0], VectorActivation::Gelu, true)),
    ] {
        let said = config.init(1, &device).unwrap_err().to_string();
        assert_eq!(said, format!("{key}: wanted a positive number, given 0"));
    }
    let network = config(&[], VectorActivation::Gelu, true)
        .init(1, &device)
        .unwrap();
    let error = network
        .forward(matrix(wave(12, 0.7), [2, 6], &device))
        .unwrap_err();
    assert!(matches!(
        error,
        Error::Vectors {
            wanted: 7,
            given: [2, 6]
        }
    ));
    assert_eq!(error.to_string(), "vectors: wanted (n, 7), given (2, 6)");
}

#[test]
fn refuses_folders_of_other_models() {
    let network = config(&[9], VectorActivation::Gelu, true)
        .init(1, &Device::flex())
        .unwrap();
    let refusal = |change: &dyn Fn(&mut Value)| {
        let place = tempfile::tempdir().unwrap();
        let mut files = network.files().unwrap();
        let mut value = serde_json::from_slice(&files[0].1).unwrap();
        change(&mut value);
        files[0].1 = serde_json::to_vec(&value).unwrap();
        write(files, place.path());
        let error = VectorNetwork::open(place.path(), &Device::flex()).unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string);
        format!("{error} {}", source.unwrap_or_default())
    };
    for (change, said) in [
        (
            (&|value: &mut Value| value["model_type"] = json!("bert")) as &dyn Fn(&mut Value),
            "model_type: wanted tercet-mlp, given bert",
        ),
        (
            &|value| *value = json!([]),
            "model_type: wanted tercet-mlp, given none",
        ),
        (
            &|value| value["widths"] = json!([3]),
            "unknown field `widths`",
        ),
        (
            &|value| value["activation"] = json!("mish"),
            "unknown variant `mish`",
        ),
        (
            &|value| value["dim"] = json!(0),
            "dim: wanted a positive number, given 0",
        ),
        (
            &|value| value["hidden"] = json!([8]),
            "0.weight: wanted f32 [8, 7], given F32 [9, 7]",
        ),
        (
            &|value| value["hidden"] = json!([9, 9]),
            "2.weight: wanted f32 [9, 9], given F32 [5, 9]",
        ),
    ] {
        let given = refusal(change);
        assert!(given.contains(said), "{given}");
    }
}
