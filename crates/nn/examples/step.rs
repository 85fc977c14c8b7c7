//! Times a MiniLM-L6-shaped encoder, forward and in training: 32 sequences of 64 tokens.
//!
//! In one process, one after another: the matrix products alone, the stock operations of the framework,
//! and the operations of this crate. One JSON line each, medians of wall and processor milliseconds:
//!
//! ```sh
//! RAYON_NUM_THREADS=2 cargo run --release -p tercet-nn --example step [REPEAT [BY]]
//! ```
#![allow(
    clippy::print_stdout,
    reason = "a program that prints what it measures"
)]

use std::time::Instant;

use burn::module::{Module, Param};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::{Device, Int, Tensor, TensorData, activation, module};
use cpu_time::ProcessTime;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use tercet_kernels::{Fill, Matrix, MatrixMut, Threads, product};
use tercet_nn::{AdamW, Decay, Pace};

use ops::{Heads, Noise, Sequences, add_norm, attention, dropout, feed_forward, linear, rows};

#[path = "../src/ops/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "not all of them are timed here"
)]
mod ops;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SEQUENCES: usize = 32;
const LENGTH: usize = 64;
const TOKENS: usize = SEQUENCES * LENGTH;
const HIDDEN: usize = 384;
const HEADS: usize = 12;
const INNER: usize = 1536;
const LAYERS: usize = 6;
const VOCABULARY: usize = 30522;
const EPSILON: f64 = 1e-12;

type Vector = Param<Tensor<1>>;
type Table = Param<Tensor<2>>;

#[derive(Module, Debug)]
struct Layer {
    maps: Vec<Table>,
    biases: Vec<Vector>,
    scales: Vec<Vector>,
    shifts: Vec<Vector>,
}

#[derive(Module, Debug)]
struct Encoder {
    words: Table,
    positions: Table,
    types: Table,
    scale: Vector,
    shift: Vector,
    layers: Vec<Layer>,
}

/// Whose operations an encoder is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
enum By {
    Us,
    /// With dropout at the usual places.
    UsDropping,
    Framework,
}

impl By {
    /// Dropout at a site.
    fn noise(self, site: u32) -> Option<(Noise, u32)> {
        let keys = || (0..TOKENS as u64).map(|row| row.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let noise = || Noise {
            rate: 0.1,
            keys: keys().collect(),
        };
        (self == Self::UsDropping).then(|| (noise(), site))
    }

    fn dropped(self, x: Tensor<2>, site: u32) -> Tensor<2> {
        match self.noise(site) {
            Some((noise, site)) => dropout(x, &noise, site),
            None => x,
        }
    }
}

struct Draw(Xoshiro256PlusPlus, Device);

impl Draw {
    fn numbers(&mut self, count: usize, width: f32) -> Vec<f32> {
        (0..count)
            .map(|_| self.0.random_range(-width..width))
            .collect()
    }

    fn table(&mut self, rows: usize, cols: usize) -> Table {
        let data = TensorData::new(self.numbers(rows * cols, 0.05), [rows, cols]);
        Param::from_tensor(Tensor::from_data(data, &self.1).require_grad())
    }

    fn vector(&mut self, level: f32, len: usize) -> Vector {
        let numbers = self.numbers(len, 0.05).into_iter().map(|x| x + level);
        let data = TensorData::new(numbers.collect::<Vec<_>>(), [len]);
        Param::from_tensor(Tensor::from_data(data, &self.1).require_grad())
    }

    fn layer(&mut self) -> Layer {
        let sizes = [[HIDDEN; 2], [HIDDEN; 2], [HIDDEN; 2], [HIDDEN; 2]];
        let sizes = sizes.into_iter().chain([[INNER, HIDDEN], [HIDDEN, INNER]]);
        let sizes: Vec<_> = sizes.collect();
        Layer {
            maps: sizes
                .iter()
                .map(|size| self.table(size[0], size[1]))
                .collect(),
            biases: sizes.iter().map(|size| self.vector(0.0, size[0])).collect(),
            scales: (0..2).map(|_| self.vector(1.0, HIDDEN)).collect(),
            shifts: (0..2).map(|_| self.vector(0.0, HIDDEN)).collect(),
        }
    }

    fn encoder(&mut self) -> Encoder {
        Encoder {
            words: self.table(VOCABULARY, HIDDEN),
            positions: self.table(512, HIDDEN),
            types: self.table(2, HIDDEN),
            scale: self.vector(1.0, HIDDEN),
            shift: self.vector(0.0, HIDDEN),
            layers: (0..LAYERS).map(|_| self.layer()).collect(),
        }
    }
}

impl Encoder {
    fn hidden(&self, ids: &[u32], by: By) -> Tensor<2> {
        let places: Vec<u32> = (0..TOKENS as u32).map(|row| row % LENGTH as u32).collect();
        let pick = |table: &Table, ids: &[u32]| match by {
            By::Us | By::UsDropping => rows(table.val(), ids),
            By::Framework => {
                let ids: Vec<i32> = ids.iter().map(|&id| id as i32).collect();
                let data = TensorData::new(ids, [TOKENS]);
                let ids = Tensor::<1, Int>::from_data(data, &table.val().device());
                table.val().select(0, ids)
            }
        };
        let x = pick(&self.words, ids) + pick(&self.types, &[0; TOKENS]);
        let (scale, shift) = (self.scale.val(), Some(self.shift.val()));
        let places = pick(&self.positions, &places);
        let x = match by {
            By::Us | By::UsDropping => add_norm(x, places, scale, shift, EPSILON),
            By::Framework => module::layer_norm(x + places, scale, shift, EPSILON),
        };
        let x = by.dropped(x, 3);
        self.layers.iter().fold(x, |x, layer| layer.forward(x, by))
    }

    /// The mean of every sequence.
    fn embed(&self, ids: &[u32], by: By) -> Tensor<2> {
        let hidden = self.hidden(ids, by);
        let hidden = hidden.reshape([SEQUENCES, LENGTH, HIDDEN]);
        hidden.mean_dim(1).reshape([SEQUENCES, HIDDEN])
    }
}

impl Layer {
    fn map(&self, x: Tensor<2>, place: usize, by: By) -> Tensor<2> {
        let (weight, bias) = (self.maps[place].val(), Some(self.biases[place].val()));
        match by {
            By::Us | By::UsDropping => linear(x, weight, bias),
            By::Framework => module::linear(x, weight.transpose(), bias),
        }
    }

    fn norm(&self, x: Tensor<2>, residual: Tensor<2>, place: usize, by: By) -> Tensor<2> {
        let (scale, shift) = (self.scales[place].val(), Some(self.shifts[place].val()));
        match by {
            By::Us | By::UsDropping => add_norm(x, residual, scale, shift, EPSILON),
            By::Framework => module::layer_norm(x + residual, scale, shift, EPSILON),
        }
    }

    fn forward(&self, x: Tensor<2>, by: By) -> Tensor<2> {
        let [q, k, v] = [0, 1, 2].map(|place| self.map(x.clone(), place, by));
        let mixed = match by {
            By::Us | By::UsDropping => attention(q, k, v, None, &heads(by)),
            By::Framework => stock_attention(q, k, v),
        };
        let mixed = by.dropped(self.map(mixed, 3, by), 1);
        let x = self.norm(mixed, x, 0, by);
        let [up, down] = [4, 5].map(|place: usize| self.maps[place].val());
        let [up_bias, down_bias] = [4, 5].map(|place: usize| self.biases[place].val());
        let y = match by {
            By::Us | By::UsDropping => feed_forward(x.clone(), up, up_bias, down, down_bias),
            By::Framework => self.map(activation::gelu(self.map(x.clone(), 4, by)), 5, by),
        };
        self.norm(by.dropped(y, 2), x, 1, by)
    }
}

fn heads(by: By) -> Heads {
    Heads {
        sequences: Sequences::new(&[LENGTH; SEQUENCES]),
        heads: HEADS,
        window: None,
        noise: by.noise(0),
    }
}

fn stock_attention(q: Tensor<2>, k: Tensor<2>, v: Tensor<2>) -> Tensor<2> {
    let split = |x: Tensor<2>| {
        let x = x.reshape([SEQUENCES, LENGTH, HEADS, HIDDEN / HEADS]);
        x.swap_dims(1, 2)
    };
    let scale = 1.0 / ((HIDDEN / HEADS) as f64).sqrt();
    let scores = split(q).matmul(split(k).transpose()) * scale;
    let mixed = activation::softmax(scores, 3).matmul(split(v));
    mixed.swap_dims(1, 2).reshape([TOKENS, HIDDEN])
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
    (0..SEQUENCES * LAYERS).into_par_iter().for_each(|_| {
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

/// Medians of wall and processor milliseconds of some runs after the first, of whom is asked for.
fn time(work: &str, by: &str, repeat: usize, mut run: impl FnMut()) {
    if std::env::args().nth(2).is_some_and(|only| only != by) {
        return;
    }
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

fn main() {
    let repeat = std::env::args().nth(1).and_then(|count| count.parse().ok());
    let repeat = repeat.unwrap_or(15);
    let device = Device::flex().autodiff();
    let mut draw = Draw(Xoshiro256PlusPlus::seed_from_u64(1), device.clone());
    let encoder = draw.encoder();
    let ids: Vec<u32> = (0..TOKENS)
        .map(|_| draw.0.random_range(0..VOCABULARY as u32))
        .collect();
    let slope = TensorData::new(draw.numbers(SEQUENCES * HIDDEN, 1.0), [SEQUENCES, HIDDEN]);
    let slope = Tensor::<2>::from_data(slope, &device);

    time("forward", "products alone", repeat, || products(false));
    time("step", "products alone", repeat, || products(true));
    let frozen = encoder.valid();
    for (name, by) in [("ours", By::Us), ("framework", By::Framework)] {
        time("forward", name, repeat, || {
            let _ = frozen.embed(&ids, by).into_data();
        });
    }
    let gradient = |encoder: &Encoder, by: By| {
        let value = (encoder.embed(&ids, by) * slope.clone()).sum();
        GradientsParams::from_grads(value.backward(), encoder)
    };
    let decay = Decay {
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-8,
    };
    let pace = Pace {
        learning_rate: 2e-5,
        weight_decay: 0.01,
    };
    let mut optimizer = AdamW::new(decay);
    let mut state = Some(encoder.clone().fork(&device));
    time("gradient", "ours", repeat, || {
        let _ = gradient(&encoder, By::Us);
    });
    for (work, by) in [("step", By::Us), ("step with dropout", By::UsDropping)] {
        time(work, "ours", repeat, || {
            if let Some(encoder) = state.take() {
                let gradients = gradient(&encoder, by);
                state = Some(optimizer.step(encoder, gradients, 1.0, |_, _| pace));
            }
        });
    }
    let mut optimizer = AdamWConfig::new()
        .with_epsilon(1e-8)
        .with_weight_decay(0.01)
        .init();
    let mut state = Some(encoder.fork(&device));
    time("step", "framework", repeat, || {
        if let Some(encoder) = state.take() {
            let gradients = gradient(&encoder, By::Framework);
            state = Some(optimizer.step(2e-5, encoder, gradients));
        }
    });
}
