//! x
#![allow(clippy::unwrap_used, reason = "tests")]
use tercet_data::*;
#[test]
fn x() {
    let e = emoji().unwrap();
    let names: std::collections::HashSet<&str> = e.items().iter().map(|i| i.name.as_str()).chain(e.dropped().iter().map(String::as_str)).collect();
    for l in std::fs::read_to_string("../../assets/emoji/classes.tsv").unwrap().lines().skip(1) {
        let f: Vec<&str> = l.split('\t').collect();
        for v in f[6].split(',') { let n = format!("{v}/{}", f[1]); if !names.contains(n.as_str()) { eprintln!("missing {n}"); } }
    }
    eprintln!("{}", Description::of(&e, &e.report(), 2));
    let t = std::time::Instant::now();
    emoji().unwrap(); eprintln!("open {:?}", t.elapsed());
    let mut m = std::collections::BTreeMap::new();
    for n in e.dropped() { *m.entry(n.split('/').next().unwrap()).or_insert(0) += 1; }
    eprintln!("{m:?} {}", e.items().len());
    let items: Vec<usize> = (0..e.items().len()).collect();
    let labels: Vec<u32> = items.iter().map(|&i| e.items()[i].class).collect();
    let plan = Plan::new(&Sampler::default(), &labels, 1).unwrap();
    let a = Augment { hue: Fraction::new(0.1).unwrap(), erase: Fraction::new(0.5).unwrap(), ..Augment::gentle() };
    let feed = Feed { dataset: std::sync::Arc::new(e), plan: plan.into(), items: items.into(), preprocess: Preprocess::square(32).unwrap(), augment: Some(a), seed: 1 };
    for s in 0..5 { let t = std::time::Instant::now(); let b = feed.minibatch(s).unwrap(); eprintln!("batch {} {:?}", b.labels.len(), t.elapsed()); }
    let dd: Vec<_> = feed.items[..360].iter().map(|&i| feed.dataset.image(i).unwrap()).collect();
    let t = std::time::Instant::now(); for i in 0..360 { feed.dataset.image(i).unwrap(); } eprintln!("cells {:?}", t.elapsed());
    let t = std::time::Instant::now(); for i in 0..360 { a.apply(&dd[i], 32, i as u64); } eprintln!("aug {:?}", t.elapsed());
    let a2 = Augment { crop: a.crop, rotate: a.rotate, ..Augment::default() };
    let t = std::time::Instant::now(); for i in 0..360 { a2.apply(&dd[i], 32, i as u64); } eprintln!("warp {:?}", t.elapsed());
    let mut o = vec![0.0; 32*32*3]; let t = std::time::Instant::now(); for i in 0..360 { feed.preprocess.apply(&dd[i], &mut o); } eprintln!("pre {:?}", t.elapsed());
    let t = std::time::Instant::now(); for s in 0..1000 { feed.plan.batch(s); } eprintln!("plan x1000 {:?}", t.elapsed());
}
