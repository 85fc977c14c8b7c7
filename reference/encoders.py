"""Small text encoders with random weights in their real folder layout, and what Python makes of them.

    python reference/encoders.py            # or: python reference/encoders.py NAME ..

writes crates/nn/tests/models/NAME/ with torch 2.15.0, transformers 5.24.0, sentence-transformers 6.2.0 and
tokenizers 0.23.3: the folder as these libraries save it, and golden.json with token ids, embeddings, and of
every parameter's gradient of sum(E * G) its norm, its products with three waves and its first numbers.
G[i] = sin(0.7 i) over the numbers of E in order. Weights are rounded to 16 bits, so that they are small and
exact; the model `bert` keeps 32.
"""

import json
import re
import shutil
import sys
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer
from tokenizers import SentencePieceUnigramTokenizer, Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers, processors, trainers
from transformers import (
    BertConfig, BertForMaskedLM, BertModel, DistilBertConfig, DistilBertModel, ModernBertConfig,
    ModernBertModel, MPNetConfig, MPNetModel, NomicBertConfig, NomicBertModel, PreTrainedTokenizerFast,
    RobertaConfig, RobertaModel, XLMRobertaConfig, XLMRobertaModel,
)

OUT = Path(__file__).parent.parent / "crates/nn/tests/models"
SENTENCES = [
    "A tercet is a stanza of three lines.",
    "",
    "anchor, positive, negative",
    "Embeddings of near things are near; those of far things are far away from each other.",
    "Größe, façade, naïve, Ångström",
    "中文句子没有空格",
    "Привет, мир! Как дела?",
    "😀🚀 emoji",
    "x",
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty one two three four five six seven eight nine ten eleven twelve",
    "UPPER and lower CASE 12345 3.14",
    "  spaces   and\ttabs \n",
]
HIDDEN, HEADS, INNER, LONGEST = 32, 4, 48, 40
SIZES = dict(hidden_size=HIDDEN, num_attention_heads=HEADS, intermediate_size=INNER, num_hidden_layers=2)


def word_pieces(cls, sep, pad, unk, mask):
    tokenizer = Tokenizer(models.WordPiece(unk_token=unk))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = [cls, pad, sep, unk, mask]
    tokenizer.train_from_iterator(SENTENCES, trainers.WordPieceTrainer(
        vocab_size=170, special_tokens=special, show_progress=False))
    return finish(tokenizer, cls, sep, pad, unk, mask)


def bytes_pairs(cls, sep, pad, unk, mask, after):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(SENTENCES, trainers.BpeTrainer(
        vocab_size=290, special_tokens=[cls, pad, sep, unk, mask], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer = finish(tokenizer, cls, sep, pad, unk, mask, after)
    return tokenizer


def unigrams():
    tokenizer = SentencePieceUnigramTokenizer()
    tokenizer.train_from_iterator(SENTENCES, vocab_size=190, unk_token="<unk>", show_progress=False,
                                  special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    return finish(tokenizer._tokenizer, "<s>", "</s>", "<pad>", "<unk>", "<mask>", "template")


def finish(tokenizer, cls, sep, pad, unk, mask, after="template"):
    ids = {token: tokenizer.token_to_id(token) for token in (cls, sep)}
    if after == "roberta":
        tokenizer.post_processor = processors.RobertaProcessing((sep, ids[sep]), (cls, ids[cls]))
    elif after == "bert":
        tokenizer.post_processor = processors.BertProcessing((sep, ids[sep]), (cls, ids[cls]))
    else:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{cls} $A {sep}", pair=f"{cls} $A {sep} $B:1 {sep}:1", special_tokens=list(ids.items()))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, cls_token=cls, sep_token=sep, pad_token=pad, unk_token=unk, mask_token=mask,
        bos_token=cls, eos_token=sep, model_max_length=LONGEST)


BERT = ("[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]")
ROBERTA = ("<s>", "</s>", "<pad>", "<unk>", "<mask>")


def families():
    """Name, transformer, tokenizer, modules after the transformer (`None`: a plain folder), kind of weights."""
    bert = word_pieces(*BERT)
    size = dict(vocab_size=len(bert), pad_token_id=1, **SIZES)
    yield "bert", BertModel(BertConfig(max_position_embeddings=LONGEST, **size)), bert, [
        Pooling(HIDDEN, "mean"), Normalize()], torch.float32
    yield "plain", BertForMaskedLM(BertConfig(max_position_embeddings=LONGEST, hidden_act="gelu_new", **size)), bert, \
        None, torch.bfloat16
    roberta = bytes_pairs(*ROBERTA, "roberta")
    size = dict(vocab_size=len(roberta), pad_token_id=1, type_vocab_size=1, **SIZES)
    yield "roberta", RobertaModel(RobertaConfig(max_position_embeddings=LONGEST + 2, **size)), roberta, [
        Pooling(HIDDEN, ("cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"))], torch.float16
    xlmr = unigrams()
    size = dict(vocab_size=len(xlmr), pad_token_id=1, type_vocab_size=1, **SIZES)
    yield "xlm-roberta", XLMRobertaModel(XLMRobertaConfig(max_position_embeddings=LONGEST + 2, **size)), xlmr, [
        Pooling(HIDDEN, "weightedmean"), Dense(HIDDEN, 24), Dense(24, 20, activation_function=torch.nn.Identity(),
                                                                   bias=False), Normalize()], torch.float16
    yield "distilbert", DistilBertModel(DistilBertConfig(
        vocab_size=len(bert), dim=HIDDEN, n_heads=HEADS, hidden_dim=INNER, n_layers=3, pad_token_id=1,
        max_position_embeddings=LONGEST)), bert, [
        Pooling(HIDDEN, "cls"), Dense(HIDDEN, 20, activation_function=torch.nn.GELU(), use_residual=True)], torch.float16
    mpnet = word_pieces(*ROBERTA)
    yield "mpnet", MPNetModel(MPNetConfig(
        vocab_size=len(mpnet), max_position_embeddings=LONGEST + 2, pad_token_id=1, **SIZES)), mpnet, [
        Pooling(HIDDEN, "mean"), Normalize()], torch.float16
    modern = bytes_pairs(*BERT, "template")
    size = {**SIZES, "num_hidden_layers": 4}
    yield "modernbert", ModernBertModel(ModernBertConfig(
        vocab_size=len(modern), max_position_embeddings=LONGEST, local_attention=8, pad_token_id=1, cls_token_id=0,
        bos_token_id=0, eos_token_id=2, sep_token_id=2, **size)), modern, [
        Pooling(HIDDEN, ("lasttoken", "mean"))], torch.float16
    # The inner width is one that the model's first code does not round up.
    size = {**SIZES, "intermediate_size": 256}
    yield "nomic-bert", NomicBertModel(NomicBertConfig(
        vocab_size=len(bert), max_position_embeddings=LONGEST, pad_token_id=1, **size)), bert, [
        Pooling(HIDDEN, "mean"), Normalize()], torch.float16


def randomise(module, seed, kind):
    """Numbers large enough that every part has a say."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            scale = 1.5 / parameter.shape[-1] ** 0.5 if parameter.dim() > 1 else 0.2
            centre = 1.0 if parameter.dim() == 1 and "norm" in name.lower() and name.endswith("weight") else 0.0
            parameter.copy_((centre + scale * noise).to(kind).float())


def save(name, transformer, tokenizer, modules, kind, seed):
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    randomise(transformer, seed, kind)
    for index, module in enumerate(modules or []):
        randomise(module, 100 * seed + index, kind)
    if modules is None:
        transformer.to(kind).save_pretrained(folder, max_shard_size="20KB")
        tokenizer.save_pretrained(folder)
        return folder
    passage = folder / "temporary"
    transformer.save_pretrained(passage)
    tokenizer.save_pretrained(passage)
    model = SentenceTransformer(modules=[Transformer(str(passage)), *modules], device="cpu",
                                prompts={"query": "query: ", "document": ""})
    model.to(kind).save(str(folder), create_model_card=False)
    shutil.rmtree(passage)
    return folder


# What transformers calls the parameters of Nomic-BERT, and what its files do.
NOMIC = {
    "transformer.layers.": "transformer.encoder.layers.", "embeddings.LayerNorm": "emb_ln",
    "self_attn.o_proj": "attn.out_proj", "up_proj": "fc11", "gate_proj": "fc12", "down_proj": "fc2",
    "post_attention_layernorm": "norm1", "post_mlp_layernorm": "norm2",
}


def in_files(gradients):
    """Nomic-BERT's gradients under its files' names, those of queries, keys and values one below the other."""
    found = {}
    for name, gradient in gradients.items():
        for here, there in NOMIC.items():
            name = name.replace(here, there)
        name = re.sub(r"self_attn\.[qkv]_proj", "attn.Wqkv", name)
        found.setdefault(name, []).append(gradient)
    return {name: torch.cat(parts) for name, parts in found.items()}


def summary(gradient):
    numbers = gradient.double().flatten()
    index = torch.arange(len(numbers), dtype=torch.float64)
    waves = [(numbers * torch.sin(step * index + 1)).sum().item() for step in (0.3, 0.7, 1.9)]
    return {"norm": numbers.norm().item(), "waves": waves, "first": numbers[:4].tolist()}


def golden(folder):
    # Files say 16 bits; arithmetic is in 32.
    model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": torch.float32}).float().eval()
    features = model.preprocess(SENTENCES)
    ids = [row[mask.bool()].tolist() for row, mask in zip(features["input_ids"], features["attention_mask"])]
    rows = model(features)["sentence_embedding"]
    wave = torch.sin(0.7 * torch.arange(rows.numel(), dtype=torch.float64)).float().reshape(rows.shape)
    (rows * wave).sum().backward()
    gradients = {}
    for index, module in enumerate(model):
        inside = module.model if index == 0 else module
        place = "transformer" if index == 0 else f"dense.{index - 2}"
        for name, parameter in inside.named_parameters():
            if parameter.grad is not None:
                gradients[f"{place}.{name}"] = parameter.grad
    if folder.name == "nomic-bert":
        gradients = in_files(gradients)
    query = model.encode(SENTENCES[:2], prompt_name="query") if model.prompts.get("query") else None
    (folder / "golden.json").write_text(json.dumps({
        "ids": ids,
        "embeddings": [[float(f"{v:.8g}") for v in row] for row in rows.tolist()],
        "query": None if query is None else [[float(f"{v:.8g}") for v in row] for row in query.tolist()],
        "gradients": {name: summary(gradient) for name, gradient in gradients.items()},
    }, indent=None))


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    (OUT / "sentences.json").write_text(json.dumps(SENTENCES, ensure_ascii=False, indent=1) + "\n")
    for seed, (name, transformer, tokenizer, modules, kind) in enumerate(families()):
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        golden(save(name, transformer, tokenizer, modules, kind, seed))
        print(name, sum(f.stat().st_size for f in (OUT / name).rglob("*") if f.is_file()), "bytes")
