use tercet_nn::*;
use burn::tensor::*;
use burn::optim::*;
use std::time::Instant;
fn main() {
    let device = Device::flex().autodiff();
    let mut net = ConvNetConfig::default().init(0, &device).unwrap();
    let mut opt = AdamWConfig::new().with_epsilon(1e-8).init();
    let n = 360;
    let px: Vec<f32> = (0..n*32*32*3).map(|i| ((i as f32)*0.37).sin()).collect();
    let g: Vec<f32> = (0..n*128).map(|i| ((i as f32)*0.11).sin()).collect();
    for _ in 0..6 {
        let t = Instant::now();
        let x = Tensor::<4>::from_data(TensorData::new(px.clone(), [n,32,32,3]), &device);
        let e = net.embed(x);
        let fwd = t.elapsed();
        let gt = Tensor::<2>::from_data(TensorData::new(g.clone(), [n,128]), &device);
        let loss = (e*gt).sum();
        let grads = loss.backward();
        let bwd = t.elapsed();
        let grads = GradientsParams::from_grads(grads, &net);
        net = opt.step(1e-3, net, grads);
        println!("{:?} {:?} {:?} {}", fwd, bwd, t.elapsed(), grads_len());
    }
}
fn grads_len() -> usize { 0 }
