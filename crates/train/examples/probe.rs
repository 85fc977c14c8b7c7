use std::sync::atomic::AtomicBool;
use tercet_train::*;
struct Print;
impl Observer for Print {
    fn observe(&mut self, event: &Event) -> Result<(), Error> {
        match event {
            Event::Step(s) if s.step % 50 == 0 || s.step < 4 => println!("step {} loss {:.4} sel {} act {} hard {} semi {} easy {} rank {:.1} msd {:.3} gn {:.3} sps {:.0}", s.step, s.loss, s.selected, s.active, s.hard, s.semi_hard, s.easy, s.effective_rank, s.mean_squared_distance, s.gradient_norm, s.samples_per_second),
            Event::Step(_) => {}
            e => println!("{e:?}"),
        }
        Ok(())
    }
}
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let sets: Vec<(String, String)> = a[3..].iter().map(|s| { let (k, v) = s.split_once('=').unwrap(); (k.into(), v.into()) }).collect();
    let recipe = Recipe::read(a[1].as_ref(), &sets).unwrap();
    let folder = RunFolder::create(a[2].as_ref()).unwrap();
    std::fs::write(folder.recipe(), recipe.to_toml()).unwrap();
    let out = train(&recipe, &folder, &AtomicBool::new(false), &mut [&mut Print]).unwrap();
    println!("{}\n{:?} {:?} {:?}", out.report, out.training, out.total, out.peak_memory);
}
