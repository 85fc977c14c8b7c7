//! One step: the gradient of a batch, of any size, in bounded memory; the update of the weights.

use burn::module::{Module, ModuleVisitor, Param, ParamGroup, ParamId};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamWConfig, GradientsAccumulator, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::Tensor;
use tercet_kernels::Rows;

use crate::Error;
use crate::bridge::{Network, rows};
use crate::goal::{Cost, Goal, Question};
use crate::lesson::Lesson;
use crate::run::{OptimizerKind, OptimizerRecipe};

/// How the gradient of a batch is computed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pass {
    /// Inputs in the graph at once.
    pub(crate) micro_batch: usize,
    /// Key of random selections.
    pub(crate) seed: u64,
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
    /// al. 2021, arXiv:2101.06983). The network embeds every input by itself, so both ways give the
    /// same gradient up to rounding.
    pub(crate) fn gradient(
        &self,
        network: &Network,
        lesson: &Lesson,
        goal: &Goal,
    ) -> Result<Gradient, Error> {
        let question = Question::of(lesson, self.seed);
        if self.micro_batch >= lesson.len() {
            let embedded = network.forward(lesson.whole());
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
        let embeddings: Vec<f32> = parts.flat_map(|part| network.look(part)).collect();
        let cost = goal.cost(Rows::new(&embeddings, network.dim())?, question)?;
        let parameters = self.second_pass(network, lesson, &cost.gradient);
        Ok(Gradient {
            embeddings,
            cost,
            parameters,
        })
    }

    fn second_pass(&self, network: &Network, lesson: &Lesson, gradient: &[f32]) -> GradientsParams {
        let mut sum = GradientsAccumulator::new();
        let slopes = gradient.chunks(self.micro_batch * network.dim());
        for (part, slopes) in lesson.parts(self.micro_batch).zip(slopes) {
            let embedded = network.forward(part);
            sum.accumulate(&network.inner, network.backward(embedded, slopes));
        }
        sum.grads()
    }

    /// What the same batch costs if all its embeddings are equal.
    pub(crate) fn equal(&self, lesson: &Lesson, goal: &Goal) -> Option<f64> {
        let equal = vec![1.0; lesson.len()];
        let rows = Rows::new(&equal, 1).ok()?;
        let cost = goal.cost(rows, Question::of(lesson, self.seed)).ok()?;
        Some(cost.value)
    }
}

/// The framework's optimiser with clipping by global norm.
#[derive(Clone)]
pub(crate) struct Optimizer {
    pub(crate) inner: ModuleOptimizer,
    clip_norm: Option<f64>,
}

impl Optimizer {
    /// Weight decay is for matrices; scales, shifts and biases go without.
    pub(crate) fn new(settings: &OptimizerRecipe, network: &Network) -> Self {
        let vectors = ParamGroup::from_ids(vectors(network));
        let decay = settings.weight_decay as f32;
        let inner = match settings.kind {
            OptimizerKind::Adamw => adamw(settings, decay).init().with_group(
                vectors,
                adamw(settings, 0.0).build(),
                None,
            ),
            OptimizerKind::Sgd => {
                sgd(settings, decay)
                    .init()
                    .with_group(vectors, sgd(settings, 0.0).build(), None)
            }
        };
        Self {
            inner,
            clip_norm: settings.clip(),
        }
    }

    /// Updates the network; gives the global norm that the gradient had before clipping.
    pub(crate) fn update(
        &mut self,
        network: &mut Network,
        gradients: GradientsParams,
        learning_rate: f64,
    ) -> f64 {
        let mut gradients = gradients;
        let norm = norm(network, &gradients);
        if let Some(limit) = self.clip_norm.filter(|&limit| norm > limit) {
            let mut scale = Scale {
                gradients: &mut gradients,
                factor: limit / norm,
            };
            network.inner.visit(&mut scale);
        }
        network.inner = self
            .inner
            .step(learning_rate, network.inner.clone(), gradients);
        norm
    }

    /// The same optimiser with its moments read from bytes that [`ModuleOptimizer::into_bytes`] wrote.
    pub(crate) fn with_moments(
        self,
        bytes: burn::tensor::Bytes,
    ) -> Result<Self, burn::store::RecordError> {
        Ok(Self {
            inner: self.inner.from_bytes(bytes)?,
            clip_norm: self.clip_norm,
        })
    }
}

fn adamw(settings: &OptimizerRecipe, decay: f32) -> AdamWConfig {
    AdamWConfig::new()
        .with_beta_1(settings.beta_1 as f32)
        .with_beta_2(settings.beta_2 as f32)
        .with_epsilon(settings.epsilon as f32)
        .with_weight_decay(decay)
}

fn sgd(settings: &OptimizerRecipe, decay: f32) -> SgdConfig {
    let momentum = MomentumConfig::new()
        .with_momentum(settings.momentum)
        .with_dampening(0.0);
    SgdConfig::new()
        .with_momentum((settings.momentum > 0.0).then_some(momentum))
        .with_weight_decay((decay > 0.0).then(|| WeightDecayConfig::new(decay)))
}

/// The parameters of one dimension.
fn vectors(network: &Network) -> Vec<ParamId> {
    struct Vectors(Vec<ParamId>);
    impl ModuleVisitor for Vectors {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if D == 1 {
                self.0.push(param.id);
            }
        }
    }
    let mut vectors = Vectors(Vec::new());
    network.inner.visit(&mut vectors);
    vectors.0
}

/// The Euclidean norm of all gradients together, summed in the order of the parameters.
fn norm(network: &Network, gradients: &GradientsParams) -> f64 {
    struct Squares<'a>(&'a GradientsParams, f64);
    impl ModuleVisitor for Squares<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(gradient) = self.0.get::<D>(param.id) {
                let squares = rows(gradient)
                    .into_iter()
                    .map(|v| f64::from(v) * f64::from(v));
                self.1 += squares.sum::<f64>();
            }
        }
    }
    let mut squares = Squares(gradients, 0.0);
    network.inner.visit(&mut squares);
    squares.1.sqrt()
}

/// Multiplies all gradients by a factor.
struct Scale<'a> {
    gradients: &'a mut GradientsParams,
    factor: f64,
}

impl ModuleVisitor for Scale<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            self.gradients
                .register(param.id, gradient.mul_scalar(self.factor));
        }
    }
}
