"""Writes openai.pt: the weights of model.safetensors, rounded to float16, as OpenAI's whisper saves its models. The file here was written by PyTorch 1.13.

    python3 write_openai_file.py FOLDER
"""

import json
import os
import struct
import sys

import torch

IN_BLOCKS = {
    "self_attn.q_proj": "attn.query", "self_attn.k_proj": "attn.key", "self_attn.v_proj": "attn.value", "self_attn.out_proj": "attn.out", "self_attn_layer_norm": "attn_ln",
    "encoder_attn.q_proj": "cross_attn.query", "encoder_attn.k_proj": "cross_attn.key", "encoder_attn.v_proj": "cross_attn.value", "encoder_attn.out_proj": "cross_attn.out",
    "encoder_attn_layer_norm": "cross_attn_ln", "fc1": "mlp.0", "fc2": "mlp.2", "final_layer_norm": "mlp_ln",
}


def tensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    for name, tensor in header.items():
        if name != "__metadata__":
            first, last = tensor["data_offsets"]
            yield name, torch.frombuffer(bytearray(data[first:last]), dtype=torch.float32).reshape(tensor["shape"])


def renamed(name):
    name = name[len("model."):]
    if ".layers." in name:
        side, _, number, rest = name.split(".", 3)
        module, kind = rest.rsplit(".", 1)
        return f"{side}.blocks.{number}.{IN_BLOCKS[module]}.{kind}"
    return (name.replace("embed_tokens", "token_embedding").replace("embed_positions.weight", "positional_embedding")
            .replace("encoder.layer_norm", "encoder.ln_post").replace("decoder.layer_norm", "decoder.ln"))


folder = sys.argv[1]
with open(os.path.join(folder, "config.json")) as file:
    config = json.load(file)
state = {renamed(name): tensor.half() for name, tensor in tensors(os.path.join(folder, "model.safetensors")) if name != "proj_out.weight"}
dims = {
    "n_mels": config["num_mel_bins"], "n_vocab": config["vocab_size"],
    "n_audio_ctx": config["max_source_positions"], "n_audio_state": config["d_model"], "n_audio_head": config["encoder_attention_heads"], "n_audio_layer": config["encoder_layers"],
    "n_text_ctx": config["max_target_positions"], "n_text_state": config["d_model"], "n_text_head": config["decoder_attention_heads"], "n_text_layer": config["decoder_layers"],
}
torch.save({"dims": dims, "model_state_dict": state}, os.path.join(folder, "openai.pt"))
