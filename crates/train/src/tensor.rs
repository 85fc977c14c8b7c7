//! Between plain rows of numbers and the framework's tensors.

use burn::tensor::{Device, Tensor, TensorData};

/// The processor, as a device whose tensors can have gradients.
pub fn cpu() -> Device {
    Device::flex().autodiff()
}

/// The numbers of a tensor, row-major, on the host.
pub(crate) fn rows<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    let data = tensor.into_data().convert::<f32>();
    data.try_into_vec::<f32>()
        .expect("converted to 32-bit floats")
}

/// Rows of `width` numbers as a tensor.
pub(crate) fn matrix(numbers: Vec<f32>, width: usize, device: &Device) -> Tensor<2> {
    let n = numbers.len() / width;
    Tensor::from_data(TensorData::new(numbers, [n, width]), device)
}
