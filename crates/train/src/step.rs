//! The gradient of a batch, of any size, in bounded memory.

use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::Tensor;
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
            let parts = lesson.parts(usize::MAX).into_iter();
            let towers = parts.map(|(_, part)| network.forward(part, &dropout));
            let embedded = joined(towers.collect::<Result<_, _>>()?);
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
        let embedded = parts
            .into_iter()
            .map(|(_, part)| network.look(part, &dropout));
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
        let dim = network.dim();
        for (range, part) in lesson.parts(self.micro_batch) {
            let slopes = &gradient[range.start * dim..range.end * dim];
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

/// The rows of all towers, one below the other.
fn joined(mut towers: Vec<Tensor<2>>) -> Tensor<2> {
    match towers.len() {
        1 => towers.remove(0),
        _ => Tensor::cat(towers, 0),
    }
}

#[cfg(test)]
mod tests {
    use burn::module::{Module, ModuleVisitor, Param};
    use burn::tensor::Tensor;
    use tercet_data::{Example, Examples, Texts, text_id};
    use tercet_nn::SentenceModel;

    use super::*;
    use crate::bridge::{device, rows};
    use crate::lesson::Inputs;
    use crate::relation::{Relation, Tuples};
    use crate::run::Recipe;

    const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../nn/tests/models/bert");
    const TEXTS: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../assets/wordnet/validation.jsonl"
    );
    /// Tuples of a step.
    const COUNT: usize = 16;

    /// 48 texts: anchors, positives, negatives.
    fn lesson(model: &SentenceModel) -> Lesson {
        let file = Texts::open(TEXTS).expect("a file of triplets");
        let mut texts: [Vec<String>; 3] = Default::default();
        for row in 0..COUNT {
            let Ok(Example::Tuple {
                anchor,
                mut positives,
                mut negatives,
            }) = file.row(row)
            else {
                panic!("a triplet")
            };
            texts[0].push(anchor);
            texts[1].append(&mut positives);
            texts[2].append(&mut negatives);
        }
        let texts = texts.concat();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let ids: Vec<u64> = texts.iter().map(|text| text_id(text)).collect();
        Lesson {
            step: 3,
            inputs: Inputs::Texts(model.tokenize(&texts).expect("tokens")),
            relation: Relation::Tuples(Tuples::new(COUNT, &ids)),
            truncated: 0,
        }
    }

    struct Numbers<'a>(&'a GradientsParams, Vec<f32>);

    impl ModuleVisitor for Numbers<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let gradient = self.0.get::<D>(param.id);
            self.1.extend(gradient.into_iter().flat_map(rows));
        }
    }

    /// The loss, and the gradient of every parameter.
    fn outcome(loss: &str, micro_batch: usize, dropout: f32) -> (f64, Vec<f32>) {
        let recipe = Recipe::parse(
            &format!(
                "[data]\nset = \"texts\"\npath = \"x\"\n[model]\nkind = \"sentence\"\npath = \"x\"\n[loss]\n{loss}"
            ),
            "here".as_ref(),
            &[],
        );
        let recipe = recipe.expect("a recipe");
        let model = SentenceModel::open(MODEL, &device(recipe.device)).expect("a model");
        let network = Network::of_texts(model.encoder.clone(), recipe.device);
        let pass = Pass {
            micro_batch,
            seed: 9,
            dropout: Some(dropout),
        };
        let goal = recipe.goal(&recipe.loss).expect("a goal");
        let found = pass.gradient(&network, &lesson(&model), &goal);
        let found = found.expect("a gradient");
        let mut numbers = Numbers(&found.parameters, Vec::new());
        network.inner.visit(&mut numbers);
        (found.cost.value, numbers.1)
    }

    #[test]
    fn chunks_give_the_same_loss_and_gradient_with_dropout() {
        for loss in [
            "kind = \"given-triplet\"",
            "kind = \"multiple-negatives-ranking\"",
            "kind = \"triplet\"\nselect = \"semi-hard:nearest-above\"\nmargin = 1.0",
        ] {
            let (value, whole) = outcome(loss, usize::MAX, 0.1);
            let largest = whole.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
            assert!(value > 0.0 && largest > 0.0, "{loss}: nothing is learnt");
            let (without, _) = outcome(loss, usize::MAX, 0.0);
            assert!((value - without).abs() > 1e-4, "{loss}: nothing is dropped");
            for micro_batch in [1, 7, 32] {
                let (other, parts) = outcome(loss, micro_batch, 0.1);
                assert!(
                    (other - value).abs() <= 1e-5 * value,
                    "{loss}, {micro_batch}: {other} {value}"
                );
                assert_eq!(parts.len(), whole.len());
                let far = parts.iter().zip(&whole);
                let far = far.fold(0.0_f32, |most, (a, b)| most.max((a - b).abs()));
                assert!(
                    far <= 1e-5 * largest,
                    "{loss}, {micro_batch}: {far} of {largest}"
                );
            }
        }
    }
}
