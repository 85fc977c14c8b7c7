//! The update of the weights.

use std::collections::HashMap;

use burn::module::{Module, ModuleVisitor, Param, ParamGroup, ParamId};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::{Bytes, Device, Tensor};
use tercet_nn::{AdamW, Decay, Pace, gradient_norm};

use crate::bridge::{Network, rows};
use crate::run::{OptimizerKind, OptimizerRecipe};

/// The identity of the logarithm of a loss's scale.
const LOG_SCALE: u64 = 0x7e2c_e71c_5ca1_e000;

/// The logarithm of a loss's scale as something with a parameter.
#[derive(Module, Debug)]
struct LogScale {
    log_scale: Param<Tensor<1>>,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// An optimiser with clipping by global norm.
#[derive(Clone)]
pub(crate) struct Optimizer {
    kind: Kind,
    clip_norm: Option<f64>,
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
    /// Weight decay is for matrices; scales, shifts and biases go without.
    pub(crate) fn new(settings: &OptimizerRecipe, network: &Network) -> Self {
        let kind = match settings.kind {
            OptimizerKind::Adamw => Kind::Adamw(AdamW::new(Decay {
                beta_1: settings.beta_1 as f32,
                beta_2: settings.beta_2 as f32,
                epsilon: settings.epsilon as f32,
            })),
            OptimizerKind::Sgd => {
                let vectors = ParamGroup::from_ids(network.vectors());
                let plain = sgd(settings, 0.0).build();
                let decayed = sgd(settings, settings.weight_decay as f32).init();
                Kind::Sgd(Box::new(decayed.with_group(vectors, plain, None)))
            }
        };
        Self {
            kind,
            clip_norm: settings.clip(),
            weight_decay: settings.weight_decay,
            shares: shares(network, settings.layer_decay),
        }
    }

    /// Updates the network; gives the global norm that the gradient had before clipping.
    pub(crate) fn update(
        &mut self,
        network: &mut Network,
        gradients: GradientsParams,
        learning_rate: f64,
    ) -> f64 {
        let norm = gradient_norm(&network.inner, &gradients);
        let limit = self.clip_norm.filter(|&limit| norm > limit);
        let scale = limit.map_or(1.0, |limit| limit / norm);
        let inner = network.inner.clone();
        network.inner = match &mut self.kind {
            Kind::Adamw(adamw) => {
                let pace = |id, dimensions| Pace {
                    learning_rate: learning_rate * self.shares.get(&id).unwrap_or(&1.0),
                    weight_decay: if dimensions > 1 {
                        self.weight_decay
                    } else {
                        0.0
                    },
                };
                adamw.step(inner, gradients, scale as f32, pace)
            }
            Kind::Sgd(sgd) => {
                let mut gradients = gradients;
                let factor = scale;
                network.inner.visit(&mut Scale {
                    gradients: &mut gradients,
                    factor,
                });
                sgd.step(learning_rate, inner, gradients)
            }
        };
        norm
    }

    /// The logarithm of a loss's scale after a step along its slope.
    pub(crate) fn update_scale(&mut self, log: f32, slope: f64, learning_rate: f64) -> f32 {
        let device = Device::flex().autodiff();
        let one = |number: f32, device: &Device| Tensor::<1>::from_floats([number], device);
        let id = ParamId::from(LOG_SCALE);
        let scale = LogScale {
            log_scale: Param::initialized(id, one(log, &device).require_grad()),
        };
        let mut gradients = GradientsParams::new();
        gradients.register(id, one(slope as f32, &device.inner()));
        let scale = match &mut self.kind {
            Kind::Adamw(adamw) => {
                let pace = |_, _| Pace {
                    learning_rate,
                    weight_decay: 0.0,
                };
                adamw.step(scale, gradients, 1.0, pace)
            }
            Kind::Sgd(sgd) => sgd.step(learning_rate, scale, gradients),
        };
        rows(scale.log_scale.val())[0]
    }

    /// The name of the file that a checkpoint keeps the moments in.
    pub(crate) fn file_name(&self) -> &'static str {
        match self.kind {
            Kind::Adamw(_) => "optimizer.safetensors",
            Kind::Sgd(_) => "optimizer.bpk",
        }
    }

    /// The moments, as [`with_moments`](Self::with_moments) reads them.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Failure> {
        Ok(match &self.kind {
            Kind::Adamw(adamw) => adamw.to_bytes()?,
            Kind::Sgd(sgd) => sgd.into_bytes()?.to_vec(),
        })
    }

    /// The same optimiser with its moments read from bytes.
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
fn shares(network: &Network, layer_decay: f64) -> HashMap<ParamId, f64> {
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
