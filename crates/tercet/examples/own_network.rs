//! A network and data of one's own in the loop of recipes: evaluation, a run folder, exact resume.
#![allow(clippy::print_stdout, reason = "an example")]

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Tensor, TensorData};
use std::sync::{Arc, atomic::AtomicBool};
use tercet::kernels::{Criterion, Distance, Relation};
use tercet::train::*;

#[derive(Module, Debug)]
struct Network {
    map: Linear,
}
impl Encoder for Network {
    type Input = [f32; 3];
    fn embed(&self, inputs: &[[f32; 3]], _: &Pass) -> Result<Tensor<2>, Error> {
        let data = TensorData::new(inputs.concat(), [inputs.len(), 3]);
        Ok(self.map.forward(Tensor::from_data(data, &self.device())))
    }
}

/// Eight classes on a circle in the first two numbers; the third, larger by far, says nothing.
struct Points;
impl BatchSource for Points {
    type Input = [f32; 3];
    fn batch(&self, step: u64) -> Result<TrainingBatch<[f32; 3]>, Error> {
        let noise = |item: u64| 9.0 * ((step * 32 + item) as f32 * 2.4).sin();
        let angle = |item: u64| (item % 8) as f32 * 0.785;
        let points = (0..32).map(|item| [angle(item).cos(), angle(item).sin(), noise(item)]);
        let classes = Relation::Classes((0..32).map(|item| item % 8).collect());
        Ok(TrainingBatch::of(step, points.collect(), classes))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let map = LinearConfig::new(3, 2).init(&cpu());
    let validation = LabelledInputs {
        inputs: Points.batch(9999)?.sides.concat(),
        classes: (0..32).map(|item| item % 8).collect(),
        distance: Distance::SquaredEuclidean,
    };
    let (place, mut rows) = (tempfile::tempdir()?, Vec::new());
    for (name, steps) in [("once", 200), ("twice", 100), ("twice", 200)] {
        let path = place.path().join(name);
        let folder = RunFolder::create(&path).or_else(|_| RunFolder::open(&path))?;
        let mut settings = Settings::default();
        (settings.train.steps, settings.optimizer.schedule) = (steps, Schedule::Constant);
        let (network, points) = (Network { map: map.clone() }, Arc::new(Points));
        let run = Trainer::new(network, Criterion::default(), points, settings)?;
        let run = run.evaluator(&validation).folder(&folder);
        let trained = run.run(&AtomicBool::new(false))?;
        let score = &validation.evaluate(&trained.encoder)?[0];
        println!("{name}, {steps} steps: {} {score}", score.title());
        rows.push(trained.encoder.encode(&validation.inputs)?);
    }
    println!("resumed in the same bits: {}", rows[0] == rows[2]);
    Ok(())
}
