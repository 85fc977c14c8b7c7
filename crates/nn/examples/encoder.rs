//! Times a text encoder of six layers in MiniLM's sizes: 32 texts of 64 tokens, embedded and learnt from.
//!
//! ```text
//! cargo run --release -p tercet-nn --example encoder -- MODEL [REPEAT]
//! ```
//!
//! MODEL is the folder of all-MiniLM-L6-v2. One JSON line per work, medians of wall and processor milliseconds; the
//! matrix products of the same sizes alone come first. `reference/race_encoder.py` runs it beside
//! sentence-transformers.
#![allow(
    clippy::print_stdout,
    reason = "a program that prints what it measures"
)]

use std::time::Instant;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use cpu_time::ProcessTime;
use rayon::prelude::*;
use tercet_kernels::{Fill, Matrix, MatrixMut, Threads, product};
use tercet_nn::{AdamW, Dropout, MomentDecay, SentenceEncoder, SentenceModel, StepRates};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TEXTS: usize = 32;
const LENGTH: usize = 64;
const TOKENS: usize = TEXTS * LENGTH;
const HIDDEN: usize = 384;
const HEADS: usize = 12;
const INNER: usize = 1536;
const LAYERS: usize = 6;

const RATES: StepRates = StepRates {
    learning_rate: 2e-5,
    weight_decay: 0.01,
};
const DECAY: MomentDecay = MomentDecay {
    beta_1: 0.9,
    beta_2: 0.999,
    epsilon: 1e-8,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("wanted the folder of a model")?;
    let repeat = arguments.next().map_or(Ok(15), |count| count.parse())?;
    let device = Device::flex().autodiff();
    let encoder = SentenceModel::open(&folder, &device)?.encoder;
    let ids: Vec<u32> = (0..TOKENS as u32)
        .map(|at| 1000 + at * 7 % 20_000)
        .collect();
    let texts: Vec<&[u32]> = ids.chunks(LENGTH).collect();
    let slots: Vec<u64> = (0..TEXTS as u64).collect();

    time("encode", "products alone", repeat, || products(false));
    time("step", "products alone", repeat, || products(true));
    let plain = encoder.valid();
    let batch = plain.batch(&texts, &slots)?;
    time("encode", "tercet", repeat, || {
        drop(plain.forward(&batch, None).into_data());
    });
    let slope: Vec<f32> = (0..TEXTS * HIDDEN)
        .map(|at| (at % 13) as f32 - 6.0)
        .collect();
    let slope = Tensor::<2>::from_data(TensorData::new(slope, [TEXTS, HIDDEN]), &device);
    let batch = encoder.batch(&texts, &slots)?;
    for (work, rate) in [("step", 0.0), ("step with dropout", 0.1)] {
        let dropout = Dropout {
            seed: 1,
            step: 1,
            rate: Some(rate),
        };
        let mut optimizer = AdamW::new(DECAY);
        let mut state: Option<SentenceEncoder> = Some(encoder.clone().fork(&device));
        time(work, "tercet", repeat, || {
            if let Some(encoder) = state.take() {
                let rows = encoder.forward(&batch, Some(&dropout));
                let gradients = (rows * slope.clone()).sum().backward();
                let gradients = GradientsParams::from_grads(gradients, &encoder);
                state = Some(optimizer.step(encoder, gradients, 1.0, |_, _| RATES));
            }
        });
    }
    Ok(())
}

/// Medians of wall and processor milliseconds of some runs after the first.
fn time(work: &str, by: &str, repeat: usize, mut run: impl FnMut()) {
    run();
    let mut times: Vec<[f64; 2]> = (0..repeat)
        .map(|_| {
            let (wall, cpu) = (Instant::now(), ProcessTime::now());
            run();
            [wall.elapsed(), cpu.elapsed()].map(|time| 1e3 * time.as_secs_f64())
        })
        .collect();
    let [wall, cpu] = [0, 1].map(|kind: usize| {
        times.sort_by(|a, b| a[kind].total_cmp(&b[kind]));
        times[repeat / 2][kind]
    });
    println!(
        "{{\"work\": \"{work}\", \"by\": \"{by}\", \"wall_ms\": {wall:.1}, \"cpu_ms\": {cpu:.1}}}"
    );
}

/// All products of a forward pass, and where `train` of a backward pass, on matrices in place.
fn products(train: bool) {
    let maps = [[HIDDEN; 2]; 4].into_iter();
    let maps: Vec<_> = maps.chain([[INNER, HIDDEN], [HIDDEN, INNER]]).collect();
    let most = TOKENS * INNER;
    let (x, mut y, mut gradient) = (vec![0.1; most], vec![0.0; most], vec![0.0; INNER * HIDDEN]);
    let weight = vec![0.1f32; INNER * HIDDEN];
    for [outputs, inputs] in std::iter::repeat_n(maps, LAYERS).flatten() {
        let [x, slope] =
            [inputs, outputs].map(|cols| Matrix::new(&x[..TOKENS * cols], TOKENS, cols));
        let weight = Matrix::new(&weight[..outputs * inputs], outputs, inputs);
        let out = MatrixMut::new(&mut y[..TOKENS * outputs], TOKENS, outputs);
        product(out, Fill::Overwrite, x, weight.t(), Threads::All);
        if train {
            let out = MatrixMut::new(&mut y[..TOKENS * inputs], TOKENS, inputs);
            product(out, Fill::Overwrite, slope, weight, Threads::All);
            let out = MatrixMut::new(&mut gradient[..outputs * inputs], outputs, inputs);
            product(out, Fill::Overwrite, slope.t(), x, Threads::All);
        }
    }
    let count = if train { 6 } else { 2 };
    let dim = HIDDEN / HEADS;
    let (q, tile) = (vec![0.1f32; LENGTH * dim], vec![0.1f32; LENGTH * LENGTH]);
    (0..TEXTS * LAYERS).into_par_iter().for_each(|_| {
        let (mut scores, mut mixed) = (tile.clone(), q.clone());
        let (q, tile) = (
            Matrix::new(&q, LENGTH, dim),
            Matrix::new(&tile, LENGTH, LENGTH),
        );
        for _ in 0..HEADS * count / 2 {
            let out = MatrixMut::new(&mut scores, LENGTH, LENGTH);
            product(out, Fill::Overwrite, q, q.t(), Threads::One);
            let out = MatrixMut::new(&mut mixed, LENGTH, dim);
            product(out, Fill::Overwrite, tile, q, Threads::One);
        }
    });
}
