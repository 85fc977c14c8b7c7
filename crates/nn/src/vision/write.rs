//! A picture model as the files of a folder.

use serde_json::json;

use super::model::PictureModel;
use super::settings::HeadConfig;
use crate::embedder::Embedder;
use crate::json;
use crate::weights::{to_bytes, weights};

impl PictureModel {
    /// The complete folder: every file's path and its bytes, the network's under the names that it was read
    /// by, so that Python reads them too; the head apart. Equal models are equal bytes.
    ///
    /// # Errors
    /// The format of weights refuses them, which cannot come to pass for a model that was opened.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>, safetensors::SafeTensorError> {
        let mut files = self.files.clone();
        for (name, bytes) in &mut files {
            if name == "config.json" {
                json::as_written(bytes);
            }
        }
        let mut all = weights(&self.encoder.tower);
        for weight in &mut all {
            weight.name = self.spelling.of(&weight.name);
        }
        all.extend(self.further.iter().cloned());
        files.push(("model.safetensors".into(), to_bytes(&all)?));
        if let Some(head) = &self.encoder.head {
            files.push(("head.safetensors".into(), to_bytes(&weights(head))?));
        }
        let head = HeadConfig {
            dim: self.encoder.head.as_ref().map(|_| self.encoder.dim()),
            normalize: self.encoder.normalize,
        };
        if head != HeadConfig::default() {
            files.push(("head.json".into(), json::pretty(&json!(head))));
        }
        files.sort();
        Ok(files)
    }
}
