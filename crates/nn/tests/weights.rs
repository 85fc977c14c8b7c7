//! Weights in files: what comes back, what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

use burn::tensor::Device;
use tercet_nn::{ConvNetConfig, Error, Weight, load, to_bytes, weights};

fn config() -> ConvNetConfig {
    ConvNetConfig {
        widths: vec![4],
        strides: vec![2],
        groups: 2,
        dim: 3,
        ..ConvNetConfig::default()
    }
}

#[test]
fn weights_come_back_bit_for_bit_and_bytes_are_equal() {
    let device = Device::flex();
    let network = config().init(1, &device).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let bytes = to_bytes(&weights(&network)).unwrap();
    std::fs::write(&path, &bytes).unwrap();
    let other = load(config().init(2, &device).unwrap(), &path).unwrap();
    assert_eq!(weights(&other), weights(&network));
    assert_eq!(to_bytes(&weights(&other)).unwrap(), bytes);
    assert!(String::from_utf8_lossy(&bytes).contains(r#""__metadata__":{"format":"pt"}"#));
}

/// What loading these bytes says.
fn refusal(bytes: &[u8]) -> Error {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    std::fs::write(&path, bytes).unwrap();
    load(config().init(1, &Device::flex()).unwrap(), &path).unwrap_err()
}

#[test]
fn refuses_what_is_not_weights_of_this_network() {
    assert!(matches!(
        refusal(b"not safetensors"),
        Error::Safetensors { .. }
    ));
    let mut all = weights(&config().init(1, &Device::flex()).unwrap());
    let missing = to_bytes(&all[1..]).unwrap();
    assert!(
        refusal(&missing)
            .to_string()
            .contains("stages.0.weight: wanted f32 [27, 4], given none")
    );
    all[0] = Weight {
        size: vec![4, 27],
        ..all[0].clone()
    };
    let turned = to_bytes(&all).unwrap();
    assert!(refusal(&turned).to_string().contains("given F32 [4, 27]"));
    let absent = load(
        config().init(1, &Device::flex()).unwrap(),
        "nowhere/model.safetensors".as_ref(),
    );
    assert!(
        absent
            .unwrap_err()
            .to_string()
            .contains("nowhere/model.safetensors")
    );
}

#[test]
fn refuses_sizes_that_make_no_sense() {
    let given = |change: fn(&mut ConvNetConfig)| {
        let mut wrong = config();
        change(&mut wrong);
        wrong.init(0, &Device::flex()).unwrap_err().to_string()
    };
    assert!(given(|c| c.widths.clear()).starts_with("widths: wanted"));
    assert!(given(|c| c.strides.push(1)).starts_with("strides: wanted 1 positive"));
    assert!(given(|c| c.kernel = 4).starts_with("kernel: wanted an odd number, given 4"));
    assert!(given(|c| c.groups = 3).starts_with("groups: wanted a divisor of every width [4]"));
    assert!(given(|c| c.dim = 0).starts_with("dim: wanted a positive number"));
}
