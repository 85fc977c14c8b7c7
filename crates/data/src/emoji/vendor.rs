/// One vendor's drawings.
pub(super) struct Vendor {
    pub(super) name: &'static str,
    /// The design: two finishes of one design are no evidence about another.
    pub(super) family: &'static str,
    /// Where the atlas lies in the repository.
    pub(super) path: &'static str,
    pub(super) atlas: &'static [u8],
}

macro_rules! vendor {
    ($name:literal, $family:literal, $folder:literal) => {
        Vendor {
            name: $name,
            family: $family,
            path: concat!("assets/", $folder, "/", $name, ".png"),
            atlas: include_bytes!(concat!("../../../../assets/", $folder, "/", $name, ".png")),
        }
    };
}

/// In the order of the sources.
pub(super) const VENDORS: [Vendor; 10] = [
    vendor!("noto", "noto", "emoji"),
    vendor!("twemoji", "twemoji", "emoji"),
    vendor!("openmoji", "openmoji", "openmoji"),
    vendor!("fluentflat", "fluent", "emoji"),
    vendor!("fluent", "fluent", "emoji"),
    vendor!("fluenthc", "fluent", "emoji"),
    vendor!("notov1", "notov1", "emoji"),
    vendor!("emojione2", "emojione2", "emoji"),
    vendor!("emojionemono", "emojione2", "emoji"),
    vendor!("fxemoji", "fxemoji", "emoji"),
];
