//! A stage of the small network in the framework's stock operations: what devices other than the CPU compute,
//! and what the fused one is held against.

use burn::tensor::ops::ConvOptions;
use burn::tensor::{Tensor, activation, module};

use crate::group_norm::EPSILON;
use crate::shape::Geometry;

/// Convolution, group normalisation and rectifier: `(n, h, w, channels)` to `(n, h', w', filters)`, with
/// weight `(kernel * kernel * channels, filters)`, scale and shift `(filters)`.
pub(crate) fn stage(
    images: Tensor<4>,
    weight: Tensor<2>,
    [scale, shift]: [Tensor<1>; 2],
    geometry: Geometry,
) -> Tensor<4> {
    let Geometry {
        kernel,
        stride,
        groups,
    } = geometry;
    let [patch, filters] = weight.dims();
    let weight = weight
        .reshape([kernel, kernel, patch / (kernel * kernel), filters])
        .permute([3, 2, 0, 1]);
    let options = ConvOptions::new([stride; 2], [kernel / 2; 2], [1; 2], 1);
    let images = module::conv2d(images.permute([0, 3, 1, 2]), weight, None, options);
    let [n, _, height, width] = images.dims();
    let grouped = images.reshape([n, groups, filters / groups * height * width]);
    let centred = grouped.clone() - grouped.mean_dim(2);
    let variance = (centred.clone() * centred.clone()).mean_dim(2);
    let normal = centred / (variance + f64::from(EPSILON)).sqrt();
    let normal = normal.reshape([n, filters, height, width]);
    let [scale, shift] = [scale, shift].map(|line| line.reshape([1, filters, 1, 1]));
    activation::relu(normal * scale + shift).permute([0, 2, 3, 1])
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;
    use crate::fused;
    use crate::ops::wave;

    #[test]
    fn the_fused_stage_is_the_stock_one() {
        let device = Device::flex().autodiff();
        for (size, kernel, stride) in [(5, 3, 1), (6, 3, 2), (7, 1, 1), (9, 5, 2)] {
            let geometry = Geometry {
                kernel,
                stride,
                groups: 2,
            };
            let parts = |stage: &dyn Fn(Tensor<4>, Tensor<2>, [Tensor<1>; 2]) -> Tensor<4>| {
                let data = TensorData::new(wave(2 * size * size * 3, 0.7), [2, size, size, 3]);
                let images = Tensor::<4>::from_data(data, &device).require_grad();
                let data =
                    TensorData::new(wave(kernel * kernel * 12, 0.3), [kernel * kernel * 3, 4]);
                let weight = Tensor::<2>::from_data(data, &device).require_grad();
                let lines = [0.9, 0.2].map(|step| {
                    let line = TensorData::new(wave(4, step), [4]);
                    Tensor::<1>::from_data(line, &device).require_grad()
                });
                let y = stage(images.clone(), weight.clone(), lines.clone());
                let slope = TensorData::new(wave(y.dims().iter().product(), 1.1), y.dims());
                let slope = Tensor::<4>::from_data(slope, &device);
                let gradients = (y.clone() * slope).sum().backward();
                let [scale, shift] = lines.map(|line| line.grad(&gradients));
                [
                    y.into_data(),
                    images.grad(&gradients).expect("asked for").into_data(),
                    weight.grad(&gradients).expect("asked for").into_data(),
                    scale.expect("asked for").into_data(),
                    shift.expect("asked for").into_data(),
                ]
                .map(|data| data.try_into_vec::<f32>().expect("32-bit floats"))
            };
            let given = parts(&|x, w, [a, b]| fused::stage(x, w, a, b, geometry));
            let wanted = parts(&|x, w, lines| stage(x, w, lines, geometry));
            for (part, (given, wanted)) in given.iter().zip(&wanted).enumerate() {
                assert_eq!(given.len(), wanted.len(), "part {part}");
                let largest = wanted.iter().fold(1e-3, |most, x: &f32| x.abs().max(most));
                for (given, wanted) in given.iter().zip(wanted) {
                    let apart = (given - wanted).abs();
                    assert!(apart <= 2e-5 * largest, "part {part}: {given}, {wanted}");
                }
            }
        }
    }
}
