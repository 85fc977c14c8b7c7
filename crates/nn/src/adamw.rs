//! Adam with decoupled weight decay, in place and on all threads.

use std::collections::{BTreeMap, HashMap};

use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};

use crate::error::Error;
use crate::ops::wide::wide;
use crate::weights::ParameterPath;

/// Numbers that one thread updates at a time, a fixed number.
const BLOCK: usize = 1 << 14;

/// How moments decay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MomentDecay {
    /// Of the first moment; 0.9 in most recipes.
    pub beta_1: f32,
    /// Of the second moment; 0.999 in most recipes.
    pub beta_2: f32,
    /// Added to the root of the second moment; 1e-8 in most recipes.
    pub epsilon: f32,
}

/// How far a parameter goes in a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepRates {
    /// What the update is multiplied by.
    pub learning_rate: f64,
    /// Share of the parameter that is taken away, times the learning rate.
    pub weight_decay: f64,
}

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101): for gradient `g`,
/// in step `t` of a parameter,
///
/// `m = beta_1 m + (1 - beta_1) g`, `v = beta_2 v + (1 - beta_2) g^2`,
/// `p = (1 - rate decay) p - rate (m / (1 - beta_1^t)) / (sqrt(v / (1 - beta_2^t)) + epsilon)`.
///
/// The framework's own makes a dozen passes over memory on one thread; here it is one, in place. A
/// parameter without a gradient stays as it is, moments and step included.
///
/// ```
/// use burn::optim::GradientsParams;
/// use burn::tensor::{Device, Tensor};
/// use tercet_nn::{AdamW, Embedder, MomentDecay, StepRates, VectorNetworkConfig, weights};
///
/// let device = Device::flex().autodiff();
/// let config = VectorNetworkConfig { input: 1, dim: 1, normalize: false, ..Default::default() };
/// let network = config.init(1, &device)?;
/// let before = weights(&network)[1].numbers[0];
/// let rows = network.embed(Tensor::from_data([[3.0]], &device));
/// let gradients = GradientsParams::from_grads(rows.sum().backward(), &network);
/// let decay = MomentDecay { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8 };
/// let rates = StepRates { learning_rate: 0.1, weight_decay: 0.0 };
/// let network = AdamW::new(decay).step(network, gradients, 1.0, |_, _| rates);
/// // The first step is as long as the learning rate, whatever the gradient.
/// assert!((weights(&network)[1].numbers[0] - (before - 0.1)).abs() < 1e-6);
/// # Ok::<(), tercet_nn::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AdamW {
    decay: MomentDecay,
    moments: BTreeMap<String, Moments>,
}

/// The state of one parameter.
#[derive(Debug, Clone, PartialEq)]
struct Moments {
    steps: u64,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl AdamW {
    /// An optimiser that has not seen a gradient.
    pub fn new(decay: MomentDecay) -> Self {
        Self {
            decay,
            moments: BTreeMap::new(),
        }
    }

    /// The network after a step along the gradients times `scale`; the rates of a parameter is a function
    /// of which it is and of its number of dimensions.
    ///
    /// Parameters that nobody else holds are updated where they are.
    pub fn step<M: Module>(
        &mut self,
        network: M,
        gradients: GradientsParams,
        scale: f32,
        rates: impl Fn(ParamId, usize) -> StepRates,
    ) -> M {
        network.map(&mut Step {
            path: ParameterPath::default(),
            optimizer: self,
            gradients,
            scale,
            rates,
        })
    }

    /// The moments as a safetensors file: `NAME.first`, `NAME.second` and the count `NAME.steps`.
    ///
    /// # Errors
    /// The format refuses the tensors.
    pub fn to_bytes(&self) -> Result<Vec<u8>, safetensors::SafeTensorError> {
        let bytes = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        let parts: Vec<(String, Dtype, usize, Vec<u8>)> = self
            .moments
            .iter()
            .flat_map(|(name, moments)| {
                let (first, second) = (bytes(&moments.first), bytes(&moments.second));
                let steps = moments.steps.to_le_bytes().to_vec();
                let count = moments.first.len();
                [
                    (format!("{name}.first"), Dtype::F32, count, first),
                    (format!("{name}.second"), Dtype::F32, count, second),
                    (format!("{name}.steps"), Dtype::U64, 1, steps),
                ]
            })
            .collect();
        let views = parts
            .iter()
            .map(|(name, kind, count, bytes)| {
                Ok((name.as_str(), TensorView::new(*kind, vec![*count], bytes)?))
            })
            .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?;
        let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        serialize(views, Some(metadata))
    }

    /// This optimiser with the moments that [`AdamW::to_bytes`] wrote.
    ///
    /// # Errors
    /// The bytes are not such a file.
    pub fn with_moments(self, bytes: &[u8]) -> Result<Self, Error> {
        let wrong = |wanted| Error::Moments { wanted };
        let file = SafeTensors::deserialize(bytes).map_err(|_| wrong("safetensors".into()))?;
        let part = |name: &str, kind: &str, dtype| {
            let name = format!("{name}.{kind}");
            let view = file.tensor(&name).ok();
            let view = view.filter(|view| view.dtype() == dtype);
            view.map(|view| view.data().to_vec()).ok_or(wrong(name))
        };
        let names = file.names().into_iter();
        let names = names.filter_map(|name| name.strip_suffix(".steps"));
        let moments = names.map(|name| {
            let steps = part(name, "steps", Dtype::U64)?;
            let first = floats(&part(name, "first", Dtype::F32)?);
            let second = floats(&part(name, "second", Dtype::F32)?);
            let steps = steps.as_array().copied().map(u64::from_le_bytes);
            match steps {
                Some(steps) if first.len() == second.len() => Ok((
                    name.to_owned(),
                    Moments {
                        steps,
                        first,
                        second,
                    },
                )),
                _ => Err(wrong(format!("{name}.steps and moments of one length"))),
            }
        });
        Ok(Self {
            moments: moments.collect::<Result<_, _>>()?,
            ..self
        })
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks::<4>();
    numbers
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect()
}

/// One step over all parameters of a network.
struct Step<'a, P> {
    path: ParameterPath,
    optimizer: &'a mut AdamW,
    gradients: GradientsParams,
    scale: f32,
    rates: P,
}

impl<P: Fn(ParamId, usize) -> StepRates> ModuleMapper for Step<'_, P> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(gradient) = self.gradients.remove::<D>(param.id) else {
            return param;
        };
        let name = self.path.path();
        let rates = (self.rates)(param.id, D);
        let gradient = gradient.into_data();
        let gradient = gradient
            .as_slice::<f32>()
            .expect("gradients are 32-bit floats");
        let decay = self.optimizer.decay;
        let moments = self
            .optimizer
            .moments
            .entry(name)
            .or_insert_with(|| Moments {
                steps: 0,
                first: vec![0.0; gradient.len()],
                second: vec![0.0; gradient.len()],
            });
        moments.steps += 1;
        let update = Update::new(decay, rates, moments.steps, self.scale);
        param.map(|old| {
            let (device, tracked) = (old.device(), old.is_require_grad());
            let mut data: TensorData = old.inner().into_data();
            let numbers = data
                .as_mut_slice::<f32>()
                .expect("parameters are 32-bit floats");
            update.apply(numbers, gradient, moments);
            let new = Tensor::from_data(data, &device);
            if tracked { new.require_grad() } else { new }
        })
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, container: &str) {
        self.path.exit(container);
    }
}

/// The numbers that a step of one parameter needs.
#[derive(Debug, Clone, Copy)]
struct Update {
    decay: MomentDecay,
    /// What the gradient is multiplied by.
    scale: f32,
    /// `1 - learning rate * weight decay`.
    stays: f32,
    learning_rate: f32,
    /// `1 - beta^t` of both moments.
    seen: [f32; 2],
}

impl Update {
    fn new(decay: MomentDecay, rates: StepRates, steps: u64, scale: f32) -> Self {
        let steps = i32::try_from(steps).unwrap_or(i32::MAX);
        Self {
            decay,
            scale,
            stays: (1.0 - rates.learning_rate * rates.weight_decay) as f32,
            learning_rate: rates.learning_rate as f32,
            seen: [decay.beta_1, decay.beta_2].map(|beta| 1.0 - beta.powi(steps)),
        }
    }

    fn apply(&self, numbers: &mut [f32], gradient: &[f32], moments: &mut Moments) {
        let size = numbers.len();
        let sizes = [gradient.len(), moments.first.len(), moments.second.len()];
        assert_eq!(sizes, [size; 3], "gradient and moments of {size} numbers");
        numbers
            .par_chunks_mut(BLOCK)
            .zip(gradient.par_chunks(BLOCK))
            .zip(moments.first.par_chunks_mut(BLOCK))
            .zip(moments.second.par_chunks_mut(BLOCK))
            .for_each(|(((numbers, gradient), first), second)| {
                block(*self, numbers, gradient, first, second);
            });
    }
}

wide! {
    /// Updates some numbers and their moments.
    fn block<'w>(
        update: Update,
        numbers: &'w mut [f32],
        gradient: &'w [f32],
        first: &'w mut [f32],
        second: &'w mut [f32],
    ) -> () {
        let Update { decay, scale, stays, learning_rate, seen } = update;
        let MomentDecay { beta_1, beta_2, epsilon } = decay;
        let all = numbers.iter_mut().zip(gradient).zip(first).zip(second);
        for (((number, gradient), first), second) in all {
            let gradient = gradient * scale;
            *first = *first * beta_1 + gradient * (1.0 - beta_1);
            *second = *second * beta_2 + gradient * gradient * (1.0 - beta_2);
            let step = (*first / seen[0]) / ((*second / seen[1]).sqrt() + epsilon);
            *number = *number * stays - step * learning_rate;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::backend::Flex;
    use burn::optim::AdamWConfig;
    use burn::tensor::Device;

    #[derive(Module, Debug)]
    struct Two {
        weight: Param<Tensor<2>>,
        bias: Param<Tensor<1>>,
        frozen: Param<Tensor<1>>,
    }

    const DECAY: MomentDecay = MomentDecay {
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-8,
    };

    fn two() -> Two {
        let device = Device::flex().autodiff();
        let numbers = |count: usize| -> Vec<f32> {
            let angles = (0..count).map(|place| (place as f32 * 0.37).sin());
            angles.collect()
        };
        let vector = |len| Tensor::<1>::from_data(TensorData::new(numbers(len), [len]), &device);
        let weight = TensorData::new(numbers(300 * 70), [300, 70]);
        Two {
            weight: Param::from_tensor(Tensor::from_data(weight, &device).require_grad()),
            bias: Param::from_tensor(vector(70).require_grad()),
            frozen: Param::from_tensor(vector(5).require_grad()),
        }
    }

    /// Gradients that change from step to step; none of `frozen`.
    fn gradients(network: &Two, step: usize) -> GradientsParams {
        let bias = network.bias.val().unsqueeze::<2>();
        let value = (network.weight.val() * (step as f64).cos() + bias).powi_scalar(2);
        GradientsParams::from_grads(value.sum().backward(), network)
    }

    fn rates(_: ParamId, dims: usize) -> StepRates {
        StepRates {
            learning_rate: 0.01,
            weight_decay: if dims == 2 { 0.1 } else { 0.0 },
        }
    }

    #[test]
    fn ten_steps_agree_with_the_framework() {
        let (mut ours, mut theirs) = (two(), two());
        let mut optimizer = AdamW::new(DECAY);
        let config = |decay| {
            AdamWConfig::new()
                .with_epsilon(1e-8)
                .with_weight_decay(decay)
        };
        let vectors = burn::module::ParamGroup::from_ids(vec![theirs.bias.id]);
        let mut framework = config(0.1)
            .init()
            .with_group(vectors, config(0.0).build(), None);
        for step in 0..10 {
            let given = gradients(&ours, step);
            ours = optimizer.step(ours, given, 1.0, rates);
            let given = gradients(&theirs, step);
            theirs = framework.step(0.01, theirs, given);
        }
        for (ours, theirs) in crate::weights(&ours).iter().zip(&crate::weights(&theirs)) {
            for (ours, theirs) in ours.numbers.iter().zip(&theirs.numbers) {
                assert!((ours - theirs).abs() <= 1e-6, "{ours}, {theirs}");
            }
        }
        assert_eq!(crate::weights(&ours)[2], crate::weights(&two())[2]);
    }

    #[test]
    fn moments_survive_being_written() {
        let mut network = two();
        let mut optimizer = AdamW::new(DECAY);
        for step in 0..3 {
            let given = gradients(&network, step);
            network = optimizer.step(network, given, 0.5, rates);
        }
        let bytes = optimizer.to_bytes().expect("names are unequal");
        let read = AdamW::new(DECAY)
            .with_moments(&bytes)
            .expect("what was written");
        assert_eq!(read, optimizer);
        let broken = AdamW::new(DECAY).with_moments(&bytes[..40]);
        let message = broken.expect_err("a part of a file").to_string();
        assert_eq!(message, "moments: wanted safetensors, given none");
    }

    #[test]
    fn a_parameter_that_nobody_else_holds_stays_where_it_is() {
        let mut network = two();
        let place = |network: &Two| {
            let tensor = network.weight.val().inner().try_into_primitive::<Flex>();
            let tensor = tensor.expect("on the CPU");
            tensor.as_slice::<f32>().expect("32-bit floats").as_ptr() as usize
        };
        let before = place(&network);
        let given = gradients(&network, 0);
        network = AdamW::new(DECAY).step(network, given, 1.0, rates);
        assert_eq!(place(&network), before);
    }
}
