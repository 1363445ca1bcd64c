"""Writes what PyTorchFileTests reads. The files here were written by PyTorch 1.13.

    python3 write_torch_files.py samples FOLDER
    python3 write_torch_files.py convert model.safetensors FOLDER       # pytorch_model.bin, and the same in two shards in FOLDER/sharded
"""

import json
import os
import struct
import sys

import torch
from torch import nn


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(4, 3)
        self.head = nn.Linear(3, 4, bias=False)
        self.head.weight = self.embedding.weight
        self.register_buffer("position_ids", torch.arange(4).expand((1, -1)))


def ramp(*shape):
    count = 1
    for size in shape:
        count *= size
    return torch.arange(count, dtype=torch.float32).reshape(shape)


def samples(folder):
    model = Tied()
    with torch.no_grad():
        model.embedding.weight.copy_(ramp(4, 3))
    state = model.state_dict()
    state["half"] = (ramp(2, 2) - 1.5).half()
    state["brain"] = torch.tensor([1.0, -2.5], dtype=torch.bfloat16)
    state["double"] = torch.ones(2, dtype=torch.float64)
    state["view"] = ramp(4, 3)[2:]
    state["transposed"] = ramp(2, 3).t()
    state["number"] = torch.tensor(42.0)
    state["nothing"] = torch.zeros(0, 5)
    state["parameter"] = nn.Parameter(ramp(2))
    torch.save(state, os.path.join(folder, "state_dict.bin"))
    torch.save(
        {"model": dict(state), "optimizer": {"state": {0: {"step": torch.tensor(1.0), "values": [1, 2.5, None, True, (-(2**40), "x")]}}}, "epoch": 3},
        os.path.join(folder, "nested.bin"),
        pickle_protocol=4,
    )
    torch.save(state, os.path.join(folder, "old.bin"), _use_new_zipfile_serialization=False)
    torch.save(model, os.path.join(folder, "module.bin"))
    torch.save(ramp(2), os.path.join(folder, "tensor.bin"))
    torch.jit.save(torch.jit.script(nn.Linear(2, 2)), os.path.join(folder, "script.bin"))


def convert(path, folder):
    with open(path, "rb") as file:
        contents = file.read()
    length = struct.unpack("<Q", contents[:8])[0]
    header = json.loads(contents[8 : 8 + length])
    state = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + length + offset for offset in entry["data_offsets"])
            state[name] = torch.frombuffer(bytearray(contents[begin:end]), dtype=torch.float32).reshape(entry["shape"])
    torch.save(state, os.path.join(folder, "pytorch_model.bin"))

    sharded = os.path.join(folder, "sharded")
    os.makedirs(sharded)
    names = list(state)
    weight_map = {}
    for number, part in enumerate([names[: len(names) // 2], names[len(names) // 2 :]], 1):
        file = f"pytorch_model-{number:05d}-of-00002.bin"
        torch.save({name: state[name] for name in part}, os.path.join(sharded, file))
        weight_map.update(dict.fromkeys(part, file))
    with open(os.path.join(sharded, "pytorch_model.bin.index.json"), "w") as file:
        json.dump({"metadata": {"total_size": len(contents)}, "weight_map": weight_map}, file, indent=2)


if __name__ == "__main__":
    samples(sys.argv[2]) if sys.argv[1] == "samples" else convert(sys.argv[2], sys.argv[3])
