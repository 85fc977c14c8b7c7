"""Small picture networks with random weights in their real folder layout, and what Python makes of them.

    python reference/towers.py

writes crates/nn/tests/models/towers/NAME/ with torch 2.15.0, torchvision 0.29.2 and transformers 5.24.0: the
folder as these libraries save it, and golden.json with embeddings, and of every parameter's gradient of
sum(E * G) its norm, its products with three waves and its first numbers. G[i] = sin(0.7 i) over the numbers of
E in order; the pictures are sin(0.37 i + 0.013 i^2) over the numbers of (n, height, width, 3) in order. Weights
are rounded to 16 bits, so that they are small and exact; arithmetic is in 32.

torchvision's ResNet has 64 channels at least: here its own layers are built with fewer. EfficientNet-Lite0 is
timm 1.0.31's `tf_efficientnet_lite0`, with fewer channels.
"""

import json
import shutil
import tempfile
from functools import partial
from pathlib import Path

import torch
from encoders import summary
from safetensors.torch import load_file, save_file
from timm.models._efficientnet_builder import decode_arch_def
from timm.models.efficientnet import EfficientNet
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet
from transformers import (
    CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPVisionConfig, CLIPVisionModel, CLIPVisionModelWithProjection,
    Dinov2Config, Dinov2Model, SiglipConfig, SiglipModel, SiglipVisionConfig, SiglipVisionModel, ViTConfig,
    ViTForImageClassification, ViTImageProcessor, ViTModel,
)

OUT = Path(__file__).parent.parent / "crates/nn/tests/models/towers"
PICTURES = 3
SIZES = dict(hidden_size=16, num_attention_heads=2, intermediate_size=24, num_hidden_layers=2, image_size=16,
             patch_size=4)
TEXT = dict(hidden_size=8, num_attention_heads=2, intermediate_size=12, num_hidden_layers=1, vocab_size=9,
            max_position_embeddings=4, bos_token_id=7, eos_token_id=8, pad_token_id=1)


def transformers():
    """Name, model, its embedding of pixels (n, 3, height, width), what prepares pictures."""
    vit = dict(SIZES, image_size=[16, 24], patch_size=8, hidden_act="gelu")
    yield "vit", ViTModel(ViTConfig(**vit, pooler_output_size=12)), lambda m, x: m(x).pooler_output, \
        ViTImageProcessor(image_mean=[0.5, 0.4, 0.3], image_std=[0.5, 0.6, 0.7])
    yield "vit-classifier", ViTForImageClassification(ViTConfig(**{**SIZES, "qkv_bias": False})), \
        lambda m, x: m.vit(x).last_hidden_state[:, 0], None
    dino = {key: value for key, value in SIZES.items() if key != "intermediate_size"}
    yield "dinov2", Dinov2Model(Dinov2Config(**dino, mlp_ratio=2)), lambda m, x: m(x).pooler_output, None
    yield "dinov2-gated", Dinov2Model(Dinov2Config(**dino, mlp_ratio=2, use_swiglu_ffn=True)), \
        lambda m, x: m(x).pooler_output, None
    yield "clip", CLIPModel(CLIPConfig(vision_config=SIZES, text_config=TEXT, projection_dim=10)), \
        lambda m, x: m.get_image_features(x).pooler_output, CLIPImageProcessor()
    vision = CLIPVisionConfig(**SIZES, projection_dim=10)
    yield "clip-vision", CLIPVisionModelWithProjection(vision), lambda m, x: m(x).image_embeds, None
    yield "clip-trunk", CLIPVisionModel(vision), lambda m, x: m(x).pooler_output, None
    odd = dict(SIZES, image_size=18)
    yield "siglip", SiglipModel(SiglipConfig(vision_config=odd, text_config=dict(TEXT, projection_size=16))), \
        lambda m, x: m.get_image_features(x).pooler_output, None
    yield "siglip-vision", SiglipVisionModel(SiglipVisionConfig(**odd)), lambda m, x: m(x).pooler_output, None


def resnet(block, counts, width):
    """torchvision's network, its parts made by its own code, with `width` channels in place of 64."""
    network = ResNet.__new__(ResNet)
    nn.Module.__init__(network)
    network._norm_layer = nn.BatchNorm2d
    network.inplanes, network.dilation, network.groups, network.base_width = width, 1, 1, 64
    network.conv1 = nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False)
    network.bn1 = nn.BatchNorm2d(width)
    network.relu = nn.ReLU(inplace=True)
    network.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
    network.layer1 = network._make_layer(block, width, counts[0])
    for stage in (1, 2, 3):
        layer = network._make_layer(block, width << stage, counts[stage], stride=2)
        setattr(network, f"layer{stage + 1}", layer)
    network.avgpool = nn.AdaptiveAvgPool2d((1, 1))
    network.fc = nn.Linear((width << 3) * block.expansion, 5)
    return network


LITE = [["ds_r1_k3_s1_e1_c{}"], ["ir_r2_k3_s2_e6_c{}"], ["ir_r2_k5_s2_e6_c{}"], ["ir_r3_k3_s2_e6_c{}"],
        ["ir_r3_k5_s1_e6_c{}"], ["ir_r4_k5_s2_e6_c{}"], ["ir_r1_k3_s1_e6_c{}"]]


def efficientnet(stem, channels, head):
    """timm's `tf_efficientnet_lite0` with other numbers of channels."""
    stages = [[block.format(size) for block in stage] for stage, size in zip(LITE, channels)]
    return EfficientNet(decode_arch_def(stages), num_classes=5, num_features=head, stem_size=stem, pad_type="same",
                        fix_stem=True, round_chs_fn=lambda channels: channels, act_layer=nn.ReLU6,
                        norm_layer=partial(nn.BatchNorm2d, eps=1e-3))


def convolutional():
    """Name, model, size of the pictures, configuration."""
    for name, block, counts in (("resnet18", BasicBlock, [2, 2, 2, 2]), ("resnet34", BasicBlock, [3, 4, 6, 3]),
                                ("resnet50", Bottleneck, [3, 4, 6, 3])):
        config = {"model_type": name, "width": 2, "image_size": 40}
        yield name, resnet(block, counts, 2), [40, 33], config
    sizes = dict(stem=4, channels=[4, 4, 8, 4, 8, 4, 8], head=12)
    yield "efficientnet", efficientnet(**sizes), [40, 33], {"model_type": "efficientnet-lite0", **sizes}


def randomise(model, seed, scale=1.5):
    """Numbers large enough that every part has a say."""
    generator = torch.Generator().manual_seed(seed)
    random = lambda tensor: torch.randn(tensor.shape, generator=generator)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            inputs = parameter.numel() / max(1, len(parameter)) if parameter.dim() > 1 else 1
            spread = scale / inputs ** 0.5 if parameter.dim() > 1 else 0.2
            normal = any(part in name for part in ("norm", "layrnorm", "lambda", "bn", "downsample.1"))
            centre = 1.0 if parameter.dim() == 1 and normal and not name.endswith("bias") else 0.0
            parameter.copy_((centre + spread * random(parameter)).half().float())
        for name, buffer in model.named_buffers():
            if name.endswith("running_mean"):
                buffer.copy_((0.2 * random(buffer)).half().float())
            if name.endswith("running_var"):
                buffer.copy_((0.5 + random(buffer).abs()).half().float())


def pictures(size):
    index = torch.arange(PICTURES * size[0] * size[1] * 3, dtype=torch.float64)
    numbers = torch.sin(0.37 * index + 0.013 * index * index).float()
    return numbers.reshape(PICTURES, *size, 3)


def embed(model, of, size):
    """Embeddings, and the gradient of sum(E * G) in every parameter it depends on."""
    rows = of(model, pictures(size).permute(0, 3, 1, 2).contiguous())
    wave = torch.sin(0.7 * torch.arange(rows.numel(), dtype=torch.float64)).float().reshape(rows.shape)
    (rows * wave).sum().backward()
    return rows


def gradients_by_file(model):
    """The gradients under the names of files: saved in the parameters' place, NaN where there is none."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.full_like(parameter, torch.nan) if parameter.grad is None else parameter.grad)
    with tempfile.TemporaryDirectory() as folder:
        model.float().save_pretrained(folder)
        tensors = load_file(f"{folder}/model.safetensors")
    return {name: tensor for name, tensor in tensors.items() if not tensor.isnan().any()}


def golden(folder, size, rows, gradients):
    (folder / "golden.json").write_text(json.dumps({
        "size": list(size),
        "embeddings": [[float(f"{v:.8g}") for v in row] for row in rows.tolist()],
        "gradients": {name: summary(gradient) for name, gradient in gradients.items()},
    }))
    print(folder.name, sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()), "bytes")


def fresh(name):
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def halves(tensors):
    return {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}


def main():
    for seed, (name, model, of, processor) in enumerate(transformers()):
        folder = fresh(name)
        randomise(model.eval(), seed)
        model.half().save_pretrained(folder)
        model.float()
        if processor:
            processor.save_pretrained(folder)
        size = getattr(model.config, "vision_config", model.config).image_size
        size = size if isinstance(size, (list, tuple)) else [size, size]
        rows = embed(model, of, size)
        golden(folder, size, rows, gradients_by_file(model))
    for seed, (name, model, size, config) in enumerate(convolutional()):
        folder = fresh(name)
        randomise(model.eval(), 100 + seed, 1.2)
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        save_file(halves(model.state_dict()), folder / "model.safetensors", {"format": "pt"})
        model.fc = model.classifier = nn.Identity()
        rows = embed(model, lambda m, x: m(x), size)
        golden(folder, size, rows, {name: parameter.grad for name, parameter in model.named_parameters()})


if __name__ == "__main__":
    main()
