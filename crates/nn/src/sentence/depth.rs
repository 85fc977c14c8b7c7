//! Where in the network a parameter is: for rates by depth, and for what stays as it is.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

use crate::weights::Names;

/// Where a parameter is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The parameter.
    pub id: ParamId,
    /// Its name, such as `transformer.embeddings.LayerNorm.bias`.
    pub name: String,
    /// 0 for what all layers share (embeddings, the bias by distance), `i + 1` for layer `i` counted from
    /// 0, the number of layers for the normalisation after the last, that and one for dense layers.
    pub depth: usize,
    /// Whether it is a matrix: biases and normalisations are not, and are usually spared weight decay.
    pub matrix: bool,
}

/// The depth of a parameter's name in a network of `layers` layers.
fn depth(name: &str, layers: usize) -> usize {
    let mut parts = name.split('.');
    match parts.next() {
        Some("transformer") => {}
        _ => return layers + 1,
    }
    let index = |mut parts: std::str::Split<'_, char>| {
        parts.find(|part| matches!(*part, "layer" | "layers"))?;
        parts.next()?.parse::<usize>().ok()
    };
    match index(parts.clone()) {
        Some(layer) => layer + 1,
        None if parts.next() == Some("final_norm") => layers,
        None => 0,
    }
}

/// Every parameter's place.
pub(crate) fn places<M: Module>(network: &M, layers: usize) -> Vec<Place> {
    let mut collect = Collect {
        path: Names::default(),
        layers,
        places: Vec::new(),
    };
    network.visit(&mut collect);
    collect.places
}

/// The network with the parameters of some depths left as they are by training.
pub(crate) fn freeze<M: Module>(network: M, layers: usize, frozen: &dyn Fn(usize) -> bool) -> M {
    network.map(&mut Freeze {
        path: Names::default(),
        layers,
        frozen,
    })
}

struct Collect {
    path: Names,
    layers: usize,
    places: Vec<Place>,
}

impl ModuleVisitor for Collect {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let name = self.path.path();
        self.places.push(Place {
            id: param.id,
            depth: depth(&name, self.layers),
            name,
            matrix: D > 1,
        });
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, container: &str) {
        self.path.exit(container);
    }
}

struct Freeze<'a> {
    path: Names,
    layers: usize,
    frozen: &'a dyn Fn(usize) -> bool,
}

impl ModuleMapper for Freeze<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let frozen = (self.frozen)(depth(&self.path.path(), self.layers));
        param.set_require_grad(!frozen)
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, container: &str) {
        self.path.exit(container);
    }
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn depths_by_hand() {
        for (name, wanted) in [
            ("transformer.embeddings.LayerNorm.bias", 0),
            ("transformer.encoder.relative_attention_bias.weight", 0),
            ("transformer.encoder.layer.0.output.dense.weight", 1),
            ("transformer.transformer.layer.5.ffn.lin1.weight", 6),
            ("transformer.layers.3.attn.Wqkv.weight", 4),
            ("transformer.final_norm.weight", 6),
            ("dense.0.linear.weight", 7),
        ] {
            assert_eq!(depth(name, 6), wanted, "{name}");
        }
    }
}
