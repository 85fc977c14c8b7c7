//! The gradient of a batch, of any size, in bounded memory.

use burn::optim::{GradientsAccumulator, GradientsParams};
use tercet_kernels::Rows;
use tercet_nn::Dropout;

use crate::Error;
use crate::bridge::{Network, rows};
use crate::goal::{Cost, Goal, Question};
use crate::lesson::Lesson;

/// How the gradient of a batch is computed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pass {
    /// Inputs in the graph at once.
    pub(crate) micro_batch: usize,
    /// Key of random selections and of dropout.
    pub(crate) seed: u64,
    /// Share of the numbers that is dropped; `None`: as the network says.
    pub(crate) dropout: Option<f32>,
}

/// A batch's embeddings `(n, d)`, what the goal says of them, and the parameters' gradients.
pub(crate) struct Gradient {
    pub(crate) embeddings: Vec<f32>,
    pub(crate) cost: Cost,
    pub(crate) parameters: GradientsParams,
}

impl Pass {
    /// The gradient of the goal over the whole batch.
    ///
    /// A batch larger than `micro_batch` goes through twice: embedded in chunks without a graph, then,
    /// once the goal has seen all embeddings, chunk by chunk with the gradient of its rows (Gao et
    /// al. 2021, arXiv:2101.06983). The network embeds every input by itself, and what is dropped depends on
    /// the input's place in the batch, so both ways give the same gradient up to rounding.
    pub(crate) fn gradient(
        &self,
        network: &Network,
        lesson: &Lesson,
        goal: &Goal,
    ) -> Result<Gradient, Error> {
        let question = Question::of(lesson, self.seed);
        let dropout = self.dropout(lesson);
        if self.micro_batch >= lesson.len() {
            let embedded = network.forward(lesson.whole(), &dropout)?;
            let embeddings = rows(embedded.clone());
            let cost = goal.cost(Rows::new(&embeddings, network.dim())?, question)?;
            let parameters = network.backward(embedded, &cost.gradient);
            return Ok(Gradient {
                embeddings,
                cost,
                parameters,
            });
        }
        let parts = lesson.parts(self.micro_batch);
        let embedded = parts.map(|part| network.look(part, &dropout));
        let embeddings = embedded.collect::<Result<Vec<_>, Error>>()?.concat();
        let cost = goal.cost(Rows::new(&embeddings, network.dim())?, question)?;
        let parameters = self.second_pass(network, lesson, &cost.gradient)?;
        Ok(Gradient {
            embeddings,
            cost,
            parameters,
        })
    }

    fn second_pass(
        &self,
        network: &Network,
        lesson: &Lesson,
        gradient: &[f32],
    ) -> Result<GradientsParams, Error> {
        let dropout = self.dropout(lesson);
        let mut sum = GradientsAccumulator::new();
        let slopes = gradient.chunks(self.micro_batch * network.dim());
        for (part, slopes) in lesson.parts(self.micro_batch).zip(slopes) {
            let embedded = network.forward(part, &dropout)?;
            sum.accumulate(&network.inner, network.backward(embedded, slopes));
        }
        Ok(sum.grads())
    }

    fn dropout(&self, lesson: &Lesson) -> Dropout {
        Dropout {
            seed: self.seed,
            step: lesson.step,
            rate: self.dropout,
        }
    }

    /// What the same batch costs if all its embeddings are equal.
    pub(crate) fn equal(&self, lesson: &Lesson, goal: &Goal) -> Option<f64> {
        let equal = vec![1.0; lesson.len()];
        let rows = Rows::new(&equal, 1).ok()?;
        let cost = goal.cost(rows, Question::of(lesson, self.seed)).ok()?;
        Some(cost.value)
    }
}
