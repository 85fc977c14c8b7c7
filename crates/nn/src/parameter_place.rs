//! Where in the network a parameter is: for rates by depth, and for what stays as it is.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

use crate::weights::ParameterPath;

/// Where a parameter is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterPlace {
    /// The parameter.
    pub id: ParamId,
    /// Its name, such as `transformer.embeddings.LayerNorm.bias`.
    pub name: String,
    /// 0 for what all layers share (embeddings, the bias by distance) or what comes before the first,
    /// `i + 1` for layer `i` counted from 0, the number of layers for the normalisation after the last,
    /// that and one for what comes after pooling.
    pub depth: usize,
    /// Whether it is a matrix: biases and normalisations are not, and are usually spared weight decay.
    pub matrix: bool,
}

/// Every parameter's place.
pub(crate) fn places<M: Module>(network: &M, depth: &dyn Fn(&str) -> usize) -> Vec<ParameterPlace> {
    let mut collect = Collect {
        path: ParameterPath::default(),
        depth,
        places: Vec::new(),
    };
    network.visit(&mut collect);
    collect.places
}

/// The network with the parameters of which `frozen` says so by name left as they are by training; the
/// statistics of batch normalisation always are.
pub(crate) fn freeze<M: Module>(network: M, frozen: &dyn Fn(&str) -> bool) -> M {
    network.map(&mut Freeze {
        path: ParameterPath::default(),
        frozen,
    })
}

struct Collect<'a> {
    path: ParameterPath,
    depth: &'a dyn Fn(&str) -> usize,
    places: Vec<ParameterPlace>,
}

impl ModuleVisitor for Collect<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let name = self.path.path();
        self.places.push(ParameterPlace {
            id: param.id,
            depth: (self.depth)(&name),
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
    path: ParameterPath,
    frozen: &'a dyn Fn(&str) -> bool,
}

impl ModuleMapper for Freeze<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.path();
        let statistics = name.ends_with(".running_mean") || name.ends_with(".running_var");
        let frozen = statistics || (self.frozen)(&name);
        param.set_require_grad(!frozen)
    }

    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, container: &str) {
        self.path.exit(container);
    }
}
