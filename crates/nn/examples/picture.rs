//! Times a picture network of a folder, forward and backward:
//! `cargo run --release -p tercet-nn --example picture -- FOLDER [SIZE] [PICTURES]`
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "an example")]

use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};
use tercet_nn::{Embedder, PictureModel};

fn main() {
    let mut given = std::env::args().skip(1);
    let folder = given.next().expect("the folder of a picture network");
    let mut number = |otherwise| {
        let given = given.next();
        given.map_or(otherwise, |text| text.parse::<usize>().unwrap())
    };
    let (size, n) = (number(64), number(128));
    for (name, device) in [
        ("without a graph", Device::flex()),
        ("with its gradient", Device::flex().autodiff()),
    ] {
        let model = PictureModel::open(&folder, &device).unwrap();
        let numbers = (0..n * size * size * 3).map(|i| (0.37 * i as f32).sin());
        let data = TensorData::new(numbers.collect::<Vec<_>>(), [n, size, size, 3]);
        let pictures = Tensor::<4>::from_data(data, &device);
        for _ in 0..3 {
            let start = Instant::now();
            let rows = model.encoder.embed(pictures.clone());
            if device.is_autodiff() {
                drop(rows.sum().backward());
            } else {
                drop(rows.into_data());
            }
            let per = start.elapsed().as_secs_f64() * 1e3 / n as f64;
            println!("{name}: {per:.2} ms per picture");
        }
    }
}
