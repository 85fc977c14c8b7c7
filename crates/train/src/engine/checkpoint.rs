//! Everything a run needs to go on as if it had never stopped.

use std::path::Path;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

use super::learned::{Learned, to_bytes};
use super::memory::PastRows;
use super::optimizer::Optimizer;
use super::state::State;
use crate::tensor::rows;
use crate::{Error, files};

const MODEL: &str = "model.safetensors";
const BEST: &str = "best.safetensors";
const CRITERION: &str = "criterion.safetensors";
const MEMORY: &str = "memory.bin";
const STATE: &str = "state.toml";

/// All that changes from step to step.
pub(crate) struct Checkpoint<E> {
    pub(crate) network: E,
    /// The weights of the best evaluation so far.
    pub(crate) best: Option<E>,
    pub(crate) optimizer: Optimizer,
    pub(crate) learned: Learned,
    pub(crate) past: Option<PastRows>,
    pub(crate) state: State,
}

impl<E: Module> Checkpoint<E> {
    /// Writes a folder in one piece: it is there whole or not at all.
    ///
    /// # Errors
    /// The folder cannot be written; nothing already saved is lost.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Error> {
        let mut contents = vec![
            (MODEL.to_owned(), weights(&self.network)?),
            moments(folder, "optimizer", &self.optimizer)?,
            (STATE.to_owned(), self.state.to_toml().into_bytes()),
        ];
        if let Some(best) = &self.best {
            contents.push((BEST.to_owned(), weights(best)?));
        }
        if let Some(optimizer) = self.learned.optimizer() {
            contents.push((CRITERION.to_owned(), to_bytes(self.learned.parameters())?));
            contents.push(moments(folder, "criterion-optimizer", optimizer)?);
        }
        if let Some(past) = &self.past {
            contents.push((MEMORY.to_owned(), past.to_bytes()));
        }
        files::write_folder(folder, &contents)
    }

    /// Puts what a folder has in the place of what is here, which has its sizes.
    ///
    /// # Errors
    /// A file is missing or is not what it should be; a frozen part of the network is another than when the run began.
    pub(crate) fn read(self, folder: &Path, state: State) -> Result<Self, Error> {
        let load = |name| tercet_nn::load(self.network.clone(), &folder.join(name));
        let network = load(MODEL)?;
        // What a frozen encoder gives is computed from the folder it came from.
        if frozen(&network) != frozen(&self.network) {
            let checkpoint = folder.to_owned();
            return Err(Error::OtherEncoder { checkpoint });
        }
        let best = state.best.as_ref().map(|_| load(BEST)).transpose()?;
        let mut learned = self.learned;
        if let Some(optimizer) = learned.optimizer().cloned() {
            let optimizer = with_moments(folder, "criterion-optimizer", optimizer)?;
            let values = learned.read(&folder.join(CRITERION))?;
            learned = values.with_optimizer(optimizer);
        }
        let past = self.past.map(|_| PastRows::read(&folder.join(MEMORY)));
        Ok(Self {
            best,
            optimizer: with_moments(folder, "optimizer", self.optimizer)?,
            network,
            learned,
            past: past.transpose()?,
            state,
        })
    }
}

/// The state of a checkpoint.
///
/// # Errors
/// It is not there or not what was written there.
pub(crate) fn state(folder: &Path) -> Result<State, Error> {
    let path = folder.join(STATE);
    let text = fs_err::read_to_string(&path)?;
    toml::from_str(&text).map_err(|source| Error::State {
        path,
        source: source.into(),
    })
}

fn moments(folder: &Path, stem: &str, of: &Optimizer) -> Result<(String, Vec<u8>), Error> {
    let name = format!("{stem}.{}", of.extension());
    let bytes = of.to_bytes().map_err(|source| Error::Optimizer {
        path: folder.join(&name),
        source,
    })?;
    Ok((name, bytes))
}

fn with_moments(folder: &Path, stem: &str, of: Optimizer) -> Result<Optimizer, Error> {
    let path = folder.join(format!("{stem}.{}", of.extension()));
    let bytes = fs_err::read(&path)?;
    of.with_moments(bytes)
        .map_err(|source| Error::Optimizer { path, source })
}

/// A network's weights as a safetensors file.
pub(crate) fn weights<E: Module>(network: &E) -> Result<Vec<u8>, Error> {
    tercet_nn::to_bytes(&tercet_nn::weights(network)).map_err(Error::Weights)
}

/// The numbers of all parameters that are left as they are.
fn frozen<E: Module>(network: &E) -> Vec<f32> {
    struct Frozen(Vec<f32>);
    impl ModuleVisitor for Frozen {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let value = param.val();
            if !value.is_require_grad() {
                self.0.extend(rows(value));
            }
        }
    }
    let mut frozen = Frozen(Vec::new());
    network.visit(&mut frozen);
    frozen.0
}
