//! Attention of many heads over packed sequences.

use std::ops::Range;

use burn::backend::flex::FlexTensor;
use burn::tensor::Tensor;
use rayon::prelude::*;
use tercet_kernels::{Fill, Matrix, MatrixMut, Threads, product};

use super::device::on_cpu;
use super::noise::Noise;
use super::operation::{Kept, Operation, Saved, apply, floats, matrix, sizes};
use super::scores::{Scores, by_scores, drop_scores, soften};
use super::sequences::Sequences;
use super::stock;

/// Queries worked on at a time: their scores against all keys of a sequence stay in the cache.
const BLOCK: usize = 64;

/// What attention's tensors do not say.
#[derive(Debug, Clone)]
pub(crate) struct Heads {
    pub(crate) sequences: Sequences,
    /// Number of heads, a divisor of the columns.
    pub(crate) heads: usize,
    /// Key `j` is seen by query `i` if `|i - j| <= window`; all are without.
    pub(crate) window: Option<usize>,
    /// Dropout of the probabilities, and its site; the feature is `head << 20 | key position`.
    pub(crate) noise: Option<(Noise, u32)>,
}

/// `soft-max(Q K^T / sqrt(d) + bias) V` of every head of every sequence: queries, keys and values
/// `(rows, heads * d)`, to as many (Vaswani et al. 2017, arXiv:1706.03762).
///
/// Bias `(2 L - 1, heads)`, `L` at least the longest sequence: row `j - i + L - 1` is added to the score
/// of query `i` and key `j`. No score outlives its block: the backward pass computes them again, so
/// that memory grows with the rows only.
pub(crate) fn attention(
    q: Tensor<2>,
    k: Tensor<2>,
    v: Tensor<2>,
    bias: Option<Tensor<2>>,
    heads: &Heads,
) -> Tensor<2> {
    if !on_cpu(&q.device()) {
        return stock::attention(q, k, v, bias, heads);
    }
    let mut inputs: Vec<_> = [q, k, v].map(Tensor::into_dispatch).into();
    inputs.extend(bias.map(Tensor::into_dispatch));
    apply(Attention(heads.clone()), inputs)
}

#[derive(Debug)]
struct Attention(Heads);

impl Operation for Attention {
    fn forward(&self, inputs: &[FlexTensor], _: bool) -> (FlexTensor, Kept) {
        let given = Given::new(&self.0, inputs);
        let mut out = vec![0.0; given.q.len()];
        let tasks = self.0.tasks(BLOCK);
        let outs = split(
            &mut out,
            given.cols,
            tasks.iter().map(|task| task.queries.len()),
        );
        tasks
            .par_iter()
            .zip(outs)
            .for_each_init(Vec::new, |tile, (task, out)| given.forward(task, tile, out));
        (matrix(out, given.cols), Vec::new())
    }

    fn backward(
        &self,
        saved: Saved,
        slope: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let given = Given::new(&self.0, &saved.inputs);
        let slope = floats(&slope);
        let mut gradients = [(); 3].map(|()| vec![0.0; given.q.len()]);
        let tasks = self.0.tasks(usize::MAX);
        let [q, k, v] = gradients
            .each_mut()
            .map(|all| split(all, given.cols, tasks.iter().map(|task| task.queries.len())));
        let by_bias: Vec<Vec<f32>> = tasks
            .par_iter()
            .zip(q.into_par_iter().zip(k).zip(v))
            .map_init(
                || [(); 3].map(|()| Vec::new()),
                |tiles, (task, ((q, k), v))| given.backward(task, slope, tiles, [q, k, v]),
            )
            .collect();
        let mut all: Vec<_> = gradients
            .into_iter()
            .zip(wanted)
            .map(|(gradient, wanted)| wanted.then(|| matrix(gradient, given.cols)))
            .collect();
        if let Some(&wanted) = wanted.get(3) {
            let rows = sizes(&saved.inputs[3]).0;
            all.push(wanted.then(|| self.0.bias_gradient(&by_bias, rows)));
        }
        all
    }
}

/// Some queries of a sequence.
#[derive(Debug)]
struct Task {
    /// The rows of the sequence.
    rows: Range<usize>,
    /// The queries' places in the sequence.
    queries: Range<usize>,
}

impl Heads {
    /// All sequences, in parts of at most so many queries.
    fn tasks(&self, most: usize) -> Vec<Task> {
        self.sequences
            .ranges()
            .flat_map(|rows| {
                blocks(rows.len(), most).map(move |queries| Task {
                    rows: rows.clone(),
                    queries,
                })
            })
            .collect()
    }

    /// The keys that some queries see.
    fn keys(&self, queries: &Range<usize>, len: usize) -> Range<usize> {
        match self.window {
            Some(window) => {
                let end = queries.end.saturating_add(window).min(len);
                queries.start.saturating_sub(window)..end
            }
            None => 0..len,
        }
    }

    /// Sums what every sequence gives `(heads, 2 len - 1)`, in their order, to `(rows, heads)`.
    fn bias_gradient(&self, of_sequences: &[Vec<f32>], rows: usize) -> FlexTensor {
        let mut gradient = vec![0.0; rows * self.heads];
        for part in of_sequences {
            let offsets = part.len() / self.heads;
            let first = (rows - offsets) / 2;
            for (head, part) in part.chunks_exact(offsets).enumerate() {
                for (offset, number) in part.iter().enumerate() {
                    gradient[(first + offset) * self.heads + head] += number;
                }
            }
        }
        matrix(gradient, self.heads)
    }
}

/// `0..len` in parts of at most `most`.
fn blocks(len: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    let most = most.min(len.max(1));
    (0..len)
        .step_by(most)
        .map(move |start| start..(start + most).min(len))
}

/// Cuts rows into parts of so many rows each.
fn split(
    mut rows: &mut [f32],
    cols: usize,
    counts: impl Iterator<Item = usize>,
) -> Vec<&mut [f32]> {
    counts
        .map(|count| {
            let (part, rest) = std::mem::take(&mut rows).split_at_mut(count * cols);
            rows = rest;
            part
        })
        .collect()
}

/// The inputs as numbers.
struct Given<'a> {
    heads: &'a Heads,
    q: &'a [f32],
    k: &'a [f32],
    v: &'a [f32],
    /// `(heads, 2 L - 1)`: a head's biases next to each other.
    bias: Option<Vec<f32>>,
    cols: usize,
}

impl<'a> Given<'a> {
    fn new(heads: &'a Heads, inputs: &'a [FlexTensor]) -> Self {
        let [q, k, v] = [0, 1, 2].map(|place| floats(&inputs[place]));
        let (rows, cols) = sizes(&inputs[0]);
        let count = heads.sequences.rows();
        assert_eq!(rows, count, "rows of the sequences");
        Self {
            heads,
            q,
            k,
            v,
            bias: inputs.get(3).map(|bias| {
                let numbers = floats(bias);
                let offsets = sizes(bias).0;
                (0..heads.heads * offsets)
                    .map(|place| numbers[place % offsets * heads.heads + place / offsets])
                    .collect()
            }),
            cols,
        }
    }

    /// The columns of a head.
    fn head(&self, head: usize) -> Range<usize> {
        let dim = self.cols / self.heads.heads;
        head * dim..(head + 1) * dim
    }

    /// A head's columns of some rows of `all`.
    fn part<'b>(&self, all: &'b [f32], rows: Range<usize>, head: usize) -> Matrix<'b, f32> {
        let cols = self.head(head);
        let numbers = &all[rows.start * self.cols + cols.start..];
        Matrix::strided(numbers, rows.len(), cols.len(), self.cols)
    }

    /// A head's columns of the first `rows` rows of `all`, from row `start`, to be written.
    fn part_mut<'b>(
        &self,
        all: &'b mut [f32],
        rows: Range<usize>,
        head: usize,
    ) -> MatrixMut<'b, f32> {
        let cols = self.head(head);
        let numbers = &mut all[rows.start * self.cols + cols.start..];
        MatrixMut::strided(numbers, rows.len(), cols.len(), self.cols)
    }

    /// How the scores of some queries of a head become probabilities.
    fn scores(&self, task: &Task, queries: &Range<usize>, head: usize) -> Scores<'_> {
        let len = task.rows.len();
        let keys = self.heads.keys(queries, len);
        let bias = self.bias.as_ref().map(|bias| {
            let offsets = bias.len() / self.heads.heads;
            let middle = offsets / 2;
            &bias[head * offsets + middle + 1 - len..head * offsets + middle + len]
        });
        Scores {
            factor: 1.0 / ((self.cols / self.heads.heads) as f32).sqrt(),
            bias,
            window: self.heads.window,
            noise: self.heads.noise.as_ref().map(|(noise, site)| {
                let first = task.rows.start;
                let keys = &noise.keys[first + queries.start..first + queries.end];
                (noise, *site, keys)
            }),
            head: head as u32,
            queries: queries.clone(),
            keys,
            len,
        }
    }

    /// Rows of the batch at places in a task's sequence.
    fn rows(task: &Task, places: &Range<usize>) -> Range<usize> {
        task.rows.start + places.start..task.rows.start + places.end
    }

    /// The probabilities of some queries of a head, before dropout.
    fn probabilities(&self, task: &Task, scores: &Scores<'_>, head: usize, tile: &mut Vec<f32>) {
        let (queries, keys) = (scores.queries.len(), scores.keys.len());
        tile.resize(queries * keys, 0.0);
        product(
            MatrixMut::new(tile, queries, keys),
            Fill::Overwrite,
            self.part(self.q, Self::rows(task, &scores.queries), head),
            self.part(self.k, Self::rows(task, &scores.keys), head).t(),
            Threads::One,
        );
        soften(tile, scores);
    }

    fn forward(&self, task: &Task, tile: &mut Vec<f32>, out: &mut [f32]) {
        for head in 0..self.heads.heads {
            let scores = self.scores(task, &task.queries, head);
            self.probabilities(task, &scores, head, tile);
            if scores.noise.is_some() {
                drop_scores(tile, &scores);
            }
            let (queries, keys) = (scores.queries.len(), scores.keys.len());
            product(
                self.part_mut(out, 0..queries, head),
                Fill::Overwrite,
                Matrix::new(tile, queries, keys),
                self.part(self.v, Self::rows(task, &scores.keys), head),
                Threads::One,
            );
        }
    }

    /// Writes the gradients of a sequence's queries, keys and values; gives that of the biases it used.
    fn backward(
        &self,
        task: &Task,
        slope: &[f32],
        [tile, dropped, slopes]: &mut [Vec<f32>; 3],
        [by_q, by_k, by_v]: [&mut [f32]; 3],
    ) -> Vec<f32> {
        let offsets = 2 * task.rows.len() - 1;
        let count = self.bias.as_ref().map_or(0, |_| offsets * self.heads.heads);
        let mut by_bias = vec![0.0; count];
        for head in 0..self.heads.heads {
            for block in blocks(task.rows.len(), BLOCK) {
                let scores = self.scores(task, &block, head);
                let (queries, keys) = (scores.queries.len(), scores.keys.len());
                let (rows, seen) = (Self::rows(task, &block), Self::rows(task, &scores.keys));
                self.probabilities(task, &scores, head, tile);
                let slope = self.part(slope, rows.clone(), head);
                slopes.resize(tile.len(), 0.0);
                let slopes_out = MatrixMut::new(slopes, queries, keys);
                let values = self.part(self.v, seen.clone(), head);
                product(slopes_out, Fill::Overwrite, slope, values.t(), Threads::One);
                let kept = if scores.noise.is_some() {
                    dropped.clone_from(tile);
                    drop_scores(dropped, &scores);
                    drop_scores(slopes, &scores);
                    &*dropped
                } else {
                    &*tile
                };
                let by_v = self.part_mut(by_v, scores.keys.clone(), head);
                let kept = Matrix::new(kept, queries, keys);
                product(by_v, Fill::Add, kept.t(), slope, Threads::One);
                let by_bias = by_bias.chunks_exact_mut(offsets).nth(head);
                by_scores(tile, slopes, &scores, by_bias);
                let slopes = Matrix::new(slopes, queries, keys);
                let by_q = self.part_mut(by_q, block.clone(), head);
                let all_keys = self.part(self.k, seen, head);
                product(by_q, Fill::Overwrite, slopes, all_keys, Threads::One);
                let by_k = self.part_mut(by_k, scores.keys.clone(), head);
                let queries = self.part(self.q, rows, head);
                product(by_k, Fill::Add, slopes.t(), queries, Threads::One);
            }
        }
        by_bias
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::{agree, run};
    use super::*;

    /// With and without a window, noise and biases.
    fn check(lengths: &[usize], heads: usize, dim: usize) {
        let sequences = Sequences::new(lengths);
        let rows = sequences.rows();
        let longest = lengths.iter().max().expect("a sequence");
        let noise = Noise {
            rate: 0.3,
            keys: (0..rows as u64)
                .map(|row| row * 0x0987_6543_21ab_cdef)
                .collect(),
        };
        let all = [rows, heads * dim];
        let sizes = [all, all, all, [2 * longest + 3, heads]];
        for window in [None, Some(0), Some(3), Some(70)] {
            for noise in [None, Some((noise.clone(), 5))] {
                let sequences = sequences.clone();
                let heads = Heads {
                    sequences,
                    heads,
                    window,
                    noise,
                };
                for sizes in [&sizes[..3], &sizes[..]] {
                    agree(
                        &|t| {
                            let [q, k, v] = [0, 1, 2].map(|place: usize| t[place].clone());
                            attention(q, k, v, t.get(3).cloned(), &heads)
                        },
                        &|t| {
                            let [q, k, v] = [0, 1, 2].map(|place: usize| t[place].clone());
                            stock::attention(q, k, v, t.get(3).cloned(), &heads)
                        },
                        sizes,
                    );
                }
            }
        }
    }

    #[test]
    fn attention_agrees_with_the_formula() {
        check(&[1], 1, 1);
        check(&[5, 1, 9], 2, 3);
        check(&[70, 33], 3, 8);
    }

    #[test]
    fn large_scores_stay_finite() {
        let sequences = Sequences::new(&[40]);
        let heads = Heads {
            sequences,
            heads: 2,
            window: None,
            noise: None,
        };
        let input = |number: f32| ((0..320).map(|i| number * (i % 7) as f32).collect(), [40, 8]);
        for number in [1e-30, 1e4, -1e17] {
            let parts = run(
                &|t| attention(t[0].clone(), t[1].clone(), t[2].clone(), None, &heads),
                &[input(number), input(number), input(1.0)],
            );
            assert!(parts.iter().flatten().all(|x| x.is_finite()), "{number}");
        }
    }
}
