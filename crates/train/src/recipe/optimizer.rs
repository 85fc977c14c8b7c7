//! How weights follow the gradient.

use serde::{Deserialize, Serialize};

/// `[optimizer]`: how weights follow the gradient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptimizerRecipe {
    /// Default `adamw`.
    pub kind: OptimizerKind,
    /// The highest learning rate, reached after the warm-up; above 0, default 1e-3.
    pub learning_rate: f64,
    /// Decoupled weight decay, at least 0, times the learning rate, per step; not on scales, shifts and
    /// biases. Default 1e-2.
    pub weight_decay: f64,
    /// `sgd` alone: share of the last step's direction that is kept, in `[0, 1)`; default 0.9.
    pub momentum: f64,
    /// `adamw` alone: memory of the mean gradient, in `[0, 1)`; default 0.9.
    pub beta_1: f64,
    /// `adamw` alone: memory of the mean squared gradient, in `[0, 1)`; default 0.999.
    pub beta_2: f64,
    /// `adamw` alone: keeps the division from one by 0; above 0, default 1e-8.
    pub epsilon: f64,
    /// Text encoders with `adamw` alone: what the learning rate of a layer is multiplied with for each layer that
    /// stands above it, in `(0, 1]`; default 1, the same rate for all.
    pub layer_decay: f64,
    /// Whether the scale of the loss (one over its temperature) is learnt, too: from that of `[loss]`, as its logarithm,
    /// without decay, up to 100. For `info-nce`, `nt-xent`, `sup-con`, `cosent`; default false.
    pub learn_scale: bool,
    /// What the learning rate is multiplied with for proxies and class weights, which losses learn beside the network;
    /// above 0, default 10.
    pub criterion_rate: f64,
    /// Decoupled weight decay of proxies and class weights, at least 0; default 0.
    pub criterion_decay: f64,
    /// The gradient of all weights together is shortened to this Euclidean norm if it is longer; 0
    /// leaves it as it is. Default 1.
    pub clip_norm: f64,
    /// How the learning rate falls after the warm-up; default `cosine`.
    pub schedule: Schedule,
    /// Steps in which the learning rate grows linearly from near 0; default 50.
    pub warmup_steps: u64,
    /// `step` alone: steps between two falls, at least 1; default 500.
    pub step_every: u64,
    /// `step` alone: what the learning rate is multiplied with at each fall, in `(0, 1]`; default 0.1.
    pub step_factor: f64,
    /// `cosine` and `linear` alone: the last learning rate as a share of the highest, in `[0, 1]`; default 0.01.
    pub final_fraction: f64,
}

impl Default for OptimizerRecipe {
    fn default() -> Self {
        Self {
            kind: OptimizerKind::Adamw,
            learning_rate: 1e-3,
            weight_decay: 1e-2,
            momentum: 0.9,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            layer_decay: 1.0,
            learn_scale: false,
            criterion_rate: 10.0,
            criterion_decay: 0.0,
            clip_norm: 1.0,
            schedule: Schedule::Cosine,
            warmup_steps: 50,
            step_every: 500,
            step_factor: 0.1,
            final_fraction: 0.01,
        }
    }
}

impl OptimizerRecipe {
    /// The longest gradient; `None` where it is left as it is.
    pub fn clip(&self) -> Option<f64> {
        (self.clip_norm > 0.0).then_some(self.clip_norm)
    }
}

/// Which optimiser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OptimizerKind {
    /// Adam with decoupled weight decay (Loshchilov, Hutter 2019, arXiv:1711.05101).
    #[default]
    Adamw,
    /// Stochastic gradient descent with momentum.
    Sgd,
}

/// How the learning rate falls after the warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Schedule {
    /// Along a straight line, to `final_fraction` of the highest at the end.
    Linear,
    /// Along half a cosine, to `final_fraction` of the highest at the end (Loshchilov, Hutter 2017,
    /// arXiv:1608.03983, without restarts).
    #[default]
    Cosine,
    /// By `step_factor` every `step_every` steps after the warm-up.
    Step,
    /// Not at all.
    Constant,
}
