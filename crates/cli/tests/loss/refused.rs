//! What is refused, and in which words.

use super::{doubles, npy, raw, singles, six, tensors};

#[test]
fn files_that_do_not_fit() {
    let place = six();
    let whole = doubles(&raw());
    place.write("empty.npy", "");
    place.write("empty.txt", "");
    place.write("short.npy", &whole[..whole.len() - 1]);
    place.write("header.npy", &whole[..60]);
    place.write("noise.npy", "no array at all");
    place.write(
        "huge.npy",
        npy("<f8", false, "(4611686018427387904, 4)", &[0; 64]),
    );
    place.write("long.npy", npy("<f16", false, "(6, 4)", &[0; 384]));
    place.write("ints.npy", npy("<i8", false, "(6, 4)", &[0; 192]));
    place.write("flat.npy", npy("<f8", false, "(24,)", &[0; 192]));
    place.write("none.npy", npy("<f8", false, "(0, 4)", &[]));
    place.write("narrow.npy", npy("<f8", false, "(6, 0)", &[]));
    place.write("rows.txt", "1 2 3\n");
    let little: Vec<u8> = raw().iter().flat_map(|x| x.to_le_bytes()).collect();
    let two = tensors(&[
        ("a", "F64", "[6,4]", &little),
        ("b", "F64", "[6,4]", &little),
    ]);
    place.write("short.safetensors", &two[..two.len() - 1]);
    place.write("two.safetensors", two);
    for (name, parts) in [
        ("absent.npy", &["absent.npy"][..]),
        ("empty.npy", &["empty.npy", "empty file"]),
        (
            "short.npy",
            &["short.npy", "(6, 4) numbers of 8 bytes", "ends after 191"],
        ),
        ("header.npy", &["header.npy", "whole .npy"]),
        ("noise.npy", &["noise.npy", "whole .npy"]),
        ("huge.npy", &["huge.npy", "ends after 64"]),
        ("long.npy", &["long.npy", "32- or 64-bit floats", "<f16"]),
        ("ints.npy", &["ints.npy", "32- or 64-bit floats", "<i8"]),
        (
            "flat.npy",
            &["flat.npy", "(rows, numbers per row)", "(24,)"],
        ),
        ("none.npy", &["none.npy", "(0, 4)"]),
        ("narrow.npy", &["narrow.npy", "(6, 0)"]),
        ("rows.txt", &["rows.txt", ".npy or .safetensors"]),
        (
            "short.safetensors",
            &["short.safetensors", "whole .safetensors"],
        ),
        (
            "two.safetensors",
            &["two.safetensors", "one called embeddings", "a, b"],
        ),
    ] {
        place.run(&format!("loss {name} labels.txt")).fails(parts);
    }
    for (at, given, parts) in [
        (9, f64::NAN, "given NaN in row 2, column 1"),
        (4, f64::INFINITY, "given inf in row 1, column 0"),
        (23, 1e200, "overflow, given one in row 5"),
    ] {
        let mut rows = raw();
        rows[at] = given;
        place.write("odd.npy", doubles(&rows));
        place
            .run("loss odd.npy labels.txt")
            .fails(&["odd.npy", parts]);
        place
            .run("loss odd.npy labels.txt --normalize")
            .fails(&["odd.npy", parts]);
    }
    let mut rows = raw();
    rows[23] = 1e154;
    place.write("long.npy", doubles(&rows));
    for more in ["", "--normalize"] {
        place
            .run(&format!("loss long.npy labels.txt {more}"))
            .fails(&["long.npy", "overflow", "row 5"]);
    }
}

#[test]
fn labels_that_do_not_fit() {
    let place = six();
    place.write("empty.txt", "");
    place.write("five.txt", "a\na\nb\nb\nc\n");
    place.write("blank.txt", "a\na\n\nb\nc\nc\n");
    place.write("latin.txt", b"caf\xe9\n");
    place.write("floats.npy", npy("<f8", false, "(6,)", &[0; 48]));
    place.write("words.npy", npy("<U1", false, "(6,)", &[0; 24]));
    place.write("wide.npy", npy("<i8", false, "(6, 2)", &[0; 96]));
    place.write("short.npy", npy("<i8", false, "(6,)", &[0; 47]));
    for (name, parts) in [
        ("absent.txt", &["absent.txt"][..]),
        ("empty.txt", &["empty.txt", "empty file"]),
        (
            "five.txt",
            &["five.txt", "wanted 6 labels", "rows.npy", "given 5"],
        ),
        ("blank.txt", &["blank.txt, line 3", "blank line"]),
        ("latin.txt", &["latin.txt", "UTF-8"]),
        ("floats.npy", &["floats.npy", "whole numbers", "<f8"]),
        ("words.npy", &["words.npy", "whole numbers", "<U1"]),
        ("wide.npy", &["wide.npy", "(rows,)", "(6, 2)"]),
        ("short.npy", &["short.npy", "ends after 47"]),
    ] {
        place.run(&format!("loss rows.npy {name}")).fails(parts);
    }
    place.write("sets.txt", "a,b\na,\nb\nb\nc\nc\n");
    place
        .run("loss rows.npy sets.txt --labels-are sets")
        .fails(&["sets.txt, line 2", "given a,"]);
    place.write("paths.txt", "a//b\na\nb\nb\nc\nc\n");
    place
        .run("loss rows.npy paths.txt --labels-are paths")
        .fails(&["paths.txt, line 1", "given a//b"]);
    place
        .run("loss rows.npy wide.npy --labels-are sets")
        .fails(&["wide.npy", "--labels-are"]);
    place
        .run("loss rows.npy labels.txt --labels-are things")
        .fails(&["--labels-are", "classes, sets, paths"]);
}

#[test]
fn flags_that_do_not_fit() {
    let place = six();
    for (words, parts) in [
        (
            "--loss tripled",
            &["--loss", "triplet", "contrastive", "given tripled"][..],
        ),
        (
            "--select easy",
            &["--select", "semi-hard:nearest-above", "given easy"],
        ),
        (
            "--distance manhattan",
            &["--distance", "squared-euclidean", "manhattan"],
        ),
        ("--reduce median", &["--reduce", "mean-active", "median"]),
        ("--margin -0.1", &["--margin", "at least 0", "-0.1"]),
        ("--margin nan", &["--margin", "at least 0", "nan"]),
        ("--margin wide", &["--margin", "number or soft", "wide"]),
        ("--loss contrastive --margin soft", &["--margin", "soft"]),
        (
            "--loss contrastive --select all",
            &["--select", "contrastive has no select", "margin"],
        ),
        (
            "--loss contrastive --distance negative-dot",
            &["--distance", "never negative", "negative-dot"],
        ),
        (
            "--set margins=1",
            &["--set margins", "triplet has no margins", "margin, select"],
        ),
        ("--set margin", &["--set", "KEY=VALUE", "margin"]),
        ("--set kind=triplet", &["--set", "--loss"]),
        (
            "--margin 1 --set margin=2",
            &["--set margin=2", "once", "--margin"],
        ),
        (
            "--loss contrastive --set form=cubic",
            &["--set form", "cubic", "squared"],
        ),
        (
            "--loss contrastive --set positive_margin=0.1",
            &["positive_margin", "squared"],
        ),
        (
            "--loss ladder --set thresholds=0.8,0.5 --set margins=1,2,3 --set betas=1,2",
            &["--set betas: wanted 3 numbers, one more than there are thresholds, given 2"],
        ),
        (
            "--loss ladder --set margins=[0.2,-1]",
            &["--set margins: wanted", "at least 0, given -1"],
        ),
        (
            "--loss ladder --set margins=wide,narrow",
            &["--set margins: wanted numbers with commas between them, given wide,narrow"],
        ),
        (
            "--loss vse --set hinges=min",
            &["--set hinges: wanted one of max, sum, given min"],
        ),
        (
            "--loss multi-similarity --set mining=2",
            &["--set mining: wanted true or false, given 2"],
        ),
        (
            "--loss margin --select hardest",
            &["--select: wanted one of all, triplets, distance-weighted, given hardest\n"],
        ),
        (
            "--loss arc-face --distance euclidean",
            &["--distance: wanted cosine for this loss, given euclidean"],
        ),
        (
            "--loss lifted --candidates rows.npy --candidate-labels labels.txt",
            &[
                "--loss lifted",
                "compared with one another, given --candidates",
            ],
        ),
        (
            "--loss cosent",
            &["--loss cosent: wanted scored pairs, given class ids; --labels-are"],
        ),
        (
            "--loss cosent --candidates rows.npy --candidate-labels labels.txt",
            &["--loss cosent", "scored pairs"],
        ),
        ("--recipe absent.toml", &["absent.toml"]),
        (
            "--recipe labels.txt --loss triplet",
            &["--recipe", "--loss"],
        ),
        (
            "--loss soft-triple --candidates rows.npy --candidate-labels labels.txt",
            &["--loss soft-triple: labels.txt: wanted 10 neighbours of each class"],
        ),
        (
            "--gradient out.csv",
            &["--gradient", ".npy or .safetensors", "out.csv"],
        ),
        ("--gradient no/where.npy", &["gradient", "no/where.npy"]),
        ("--candidates rows.npy", &["--candidate-labels"]),
        ("--candidate-gradient c.npy", &["--candidates"]),
        ("--seed -1", &["--seed"]),
    ] {
        place
            .run(&format!("loss rows.npy labels.txt {words}"))
            .fails(parts);
    }
    place.write("single.npy", singles(&raw()));
    place.write("narrow.npy", npy("<f8", false, "(6, 2)", &[0; 96]));
    let other = "loss rows.npy labels.txt --candidate-labels labels.txt --candidates";
    place
        .run(&format!("{other} single.npy"))
        .fails(&["single.npy", "64 bits", "rows.npy"]);
    place
        .run(&format!("{other} narrow.npy"))
        .fails(&["narrow.npy", "wanted 4", "given 2"]);
    place
        .run(&format!("{other} absent.npy"))
        .fails(&["absent.npy"]);
    let other = "loss rows.npy labels.txt --candidates rows.npy --candidate-labels";
    place
        .run(&format!(
            "{other} labels.txt --gradient g.npy --candidate-gradient g.npy"
        ))
        .fails(&["--candidate-gradient", "another file", "g.npy"]);
    assert!(!place.path("g.npy").exists());
    place.write("five.txt", "a\na\nb\nb\nc\n");
    place
        .run(&format!("{other} five.txt"))
        .fails(&["five.txt", "wanted 6", "given 5"]);
}
