//! A loop of one's own: any Burn module, Burn's optimiser, and a criterion with the exact gradient.
#![allow(clippy::print_stdout, reason = "an example")]

use burn::nn::LinearConfig;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Tensor, TensorData};
use tercet::kernels::{Criterion, Relation};

/// Numbers per input, of which the first two say the class.
const WIDTH: usize = 8;

/// A batch: four of each of eight classes on a circle, and noise in the other numbers.
fn batch(step: u64) -> (Vec<f32>, Vec<i64>) {
    let noise = |place: u64| ((step * 7919 + place) as f32 * 12.9898).sin() * 43758.547 % 1.0;
    let classes: Vec<i64> = (0..32).map(|item| item % 8).collect();
    let inputs = classes.iter().enumerate().flat_map(|(item, &class)| {
        let (y, x) = (class as f32 * 0.785).sin_cos();
        let noisy = (2..WIDTH).map(move |place| noise((item * WIDTH + place) as u64));
        [x, y].into_iter().chain(noisy)
    });
    (inputs.collect(), classes)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // What `[loss]` of a recipe says; every loss of the library goes, and sums of them.
    let criterion: Criterion = serde_json::from_str(r#"{"kind": "multi-similarity"}"#)?;
    let device = tercet::train::cpu();
    let mut network = LinearConfig::new(WIDTH, 2).init(&device);
    let mut optimizer = AdamConfig::new().init();
    for step in 0..=60 {
        let (inputs, classes) = batch(step);
        let data = TensorData::new(inputs, [classes.len(), WIDTH]);
        let embeddings = network.forward(Tensor::from_data(data, &device));
        let relation = Relation::Classes(classes);
        let (loss, seen) = tercet::train::loss(&criterion, embeddings, &relation)?;
        if step % 20 == 0 {
            let (active, all) = (seen.terms.active(), seen.terms.terms());
            println!(
                "step {step}: loss {:.4}, {active} of {all} terms active",
                seen.value
            );
        }
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        network = optimizer.step(0.05, network, gradients);
    }
    Ok(())
}
