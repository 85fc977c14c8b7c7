//! Where operations of our own run.

use burn::tensor::Device;

/// Whether a device is the CPU, on which operations are fused; on others they are made of stock ones.
pub(crate) fn on_cpu(device: &Device) -> bool {
    *device == Device::flex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_is_known_with_and_without_a_graph() {
        assert!(on_cpu(&Device::flex()));
        assert!(on_cpu(&Device::flex().autodiff()));
    }
}
