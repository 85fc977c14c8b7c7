//! The update of weights.

use std::collections::HashMap;

use burn::module::{Module, ModuleVisitor, Param, ParamGroup, ParamId};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::{Bytes, Tensor};
use tercet_nn::{AdamW, MomentDecay, StepRates};

use crate::Encoder;
use crate::recipe::{OptimizerKind, OptimizerRecipe};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// An optimiser of one module.
#[derive(Clone)]
pub(crate) struct Optimizer {
    kind: Kind,
    weight_decay: f64,
    /// What the learning rate of a parameter is multiplied by; 1 where it is not listed.
    shares: HashMap<ParamId, f64>,
}

#[derive(Clone)]
enum Kind {
    Adamw(AdamW),
    /// The framework's.
    Sgd(Box<ModuleOptimizer>),
}

impl Optimizer {
    /// That of a network. Weight decay is for matrices; scales, shifts and biases go without.
    pub(crate) fn of_network<E: Encoder>(settings: &OptimizerRecipe, network: &E) -> Self {
        let shares = shares(network, settings.layer_decay);
        Self::new(settings, settings.weight_decay, &vectors(network)).with_shares(shares)
    }

    /// One that decays all parameters of two dimensions and more, and none of `plain`.
    pub(crate) fn new(settings: &OptimizerRecipe, weight_decay: f64, plain: &[ParamId]) -> Self {
        let kind = match settings.kind {
            OptimizerKind::Adamw => Kind::Adamw(AdamW::new(MomentDecay {
                beta_1: settings.beta_1 as f32,
                beta_2: settings.beta_2 as f32,
                epsilon: settings.epsilon as f32,
            })),
            OptimizerKind::Sgd => {
                let decayed = sgd(settings, weight_decay as f32).init();
                let group = ParamGroup::from_ids(plain.to_vec());
                let without = sgd(settings, 0.0).build();
                Kind::Sgd(Box::new(decayed.with_group(group, without, None)))
            }
        };
        Self {
            kind,
            weight_decay,
            shares: HashMap::new(),
        }
    }

    pub(crate) fn with_shares(self, shares: HashMap<ParamId, f64>) -> Self {
        Self { shares, ..self }
    }

    /// The module after a step along gradients times `scale`.
    pub(crate) fn update<M: Module>(
        &mut self,
        module: M,
        mut gradients: GradientsParams,
        scale: f64,
        learning_rate: f64,
    ) -> M {
        let share = |id| *self.shares.get(&id).unwrap_or(&1.0);
        match &mut self.kind {
            Kind::Adamw(adamw) => {
                let decay = self.weight_decay;
                let pace = |id, dimensions| StepRates {
                    learning_rate: learning_rate * share(id),
                    weight_decay: if dimensions > 1 { decay } else { 0.0 },
                };
                adamw.step(module, gradients, scale as f32, pace)
            }
            Kind::Sgd(sgd) => {
                module.visit(&mut Scale {
                    gradients: &mut gradients,
                    factor: &|id| scale * share(id),
                });
                sgd.step(learning_rate, module, gradients)
            }
        }
    }

    /// The ending of the file that a checkpoint keeps the moments in.
    pub(crate) fn extension(&self) -> &'static str {
        match self.kind {
            Kind::Adamw(_) => "safetensors",
            Kind::Sgd(_) => "bpk",
        }
    }

    /// The moments, as [`with_moments`](Self::with_moments) reads them.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Failure> {
        Ok(match &self.kind {
            Kind::Adamw(adamw) => adamw.to_bytes()?,
            Kind::Sgd(sgd) => sgd.into_bytes()?.to_vec(),
        })
    }

    /// This optimiser with its moments read from bytes.
    pub(crate) fn with_moments(self, bytes: Vec<u8>) -> Result<Self, Failure> {
        let kind = match self.kind {
            Kind::Adamw(adamw) => Kind::Adamw(adamw.with_moments(&bytes)?),
            Kind::Sgd(sgd) => {
                let bytes = Bytes::from_bytes_vec(bytes);
                Kind::Sgd(Box::new(sgd.from_bytes(bytes)?))
            }
        };
        Ok(Self { kind, ..self })
    }
}

/// `layer_decay^(depth of the last layer - depth)` for every parameter.
fn shares<E: Encoder>(network: &E, layer_decay: f64) -> HashMap<ParamId, f64> {
    let (depths, last) = network.depths();
    let share = |depth: usize| layer_decay.powi(last.saturating_sub(depth) as i32);
    depths
        .into_iter()
        .map(|(id, depth)| (id, share(depth)))
        .collect()
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
fn vectors<M: Module>(network: &M) -> Vec<ParamId> {
    struct Vectors(Vec<ParamId>);
    impl ModuleVisitor for Vectors {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if D == 1 {
                self.0.push(param.id);
            }
        }
    }
    let mut vectors = Vectors(Vec::new());
    network.visit(&mut vectors);
    vectors.0
}

/// Multiplies every gradient by a factor.
struct Scale<'a> {
    gradients: &'a mut GradientsParams,
    factor: &'a dyn Fn(ParamId) -> f64,
}

impl ModuleVisitor for Scale<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            let scaled = gradient.mul_scalar((self.factor)(param.id));
            self.gradients.register(param.id, scaled);
        }
    }
}
