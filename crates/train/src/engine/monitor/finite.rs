//! Which gradient is not a number.

use burn::module::Module;
use burn::optim::GradientsParams;
use tercet_kernels::Cost;

/// Refuses a gradient that holds a number which is not finite, by the name of what it is of.
pub(crate) fn finite<M: Module>(
    network: &M,
    gradients: &GradientsParams,
    norm: f64,
    cost: &Cost<f32>,
) -> Result<(), String> {
    if !cost.value.is_finite() {
        return Err("the loss".to_owned());
    }
    let of_criterion = cost.parameters.iter().flatten();
    if !of_criterion.copied().all(f32::is_finite) {
        return Err("a parameter of the criterion".to_owned());
    }
    if norm.is_finite() {
        return Ok(());
    }
    let name = tercet_nn::first_not_finite(network, gradients);
    Err(name.unwrap_or_else(|| "all weights together".to_owned()))
}
