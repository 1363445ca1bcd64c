"""Trains torch.nn.Transformer on batches from a file, and prints how fast, as a peer of KernelGen's trainer.

usage: train_torch.py BATCHES DIMENSION HEADS FEED_FORWARD ENCODER_LAYERS DECODER_LAYERS SOURCE_WORDS TARGET_WORDS THREADS STEPS ROUNDS

A line of the file is a pair, "source tokens<TAB>target tokens", and an empty line ends a batch. Batches are padded to their longest source and target; the target's start
token is 1. Whole steps are timed: forward, backward, clipping, Adam. For each line of standard input a round of STEPS steps is run, and a line is printed: target tokens,
seconds, loss of the last step; at the end of the input the peak memory in MB.
"""
import math
import resource
import sys
import time

import torch
from torch import nn


class Translator(nn.Module):
    def __init__(self, dimension, heads, feed_forward, encoder_layers, decoder_layers, source_words, target_words):
        super().__init__()
        self.dimension = dimension
        self.source_embedding = nn.Embedding(source_words, dimension)
        self.target_embedding = nn.Embedding(target_words, dimension)
        self.transformer = nn.Transformer(dimension, heads, encoder_layers, decoder_layers, feed_forward, dropout=0.1, batch_first=True)
        self.generator = nn.Linear(dimension, target_words)
        self.dropout = nn.Dropout(0.1)
        angles = torch.arange(512).unsqueeze(1) * torch.exp(torch.arange(0, dimension, 2) * (-math.log(10000.0) / dimension))
        positions = torch.zeros(512, dimension)
        positions[:, 0::2] = torch.sin(angles)
        positions[:, 1::2] = torch.cos(angles)
        self.register_buffer("positions", positions)

    def embed(self, table, tokens):
        return self.dropout(table(tokens) * math.sqrt(self.dimension) + self.positions[: tokens.shape[1]])

    def forward(self, source, target, source_padding, target_padding, future):
        hidden = self.transformer(
            self.embed(self.source_embedding, source),
            self.embed(self.target_embedding, target),
            tgt_mask=future,
            src_key_padding_mask=source_padding,
            tgt_key_padding_mask=target_padding,
            memory_key_padding_mask=source_padding,
        )
        return self.generator(hidden)


def padded(rows):
    longest = max(len(row) for row in rows)
    return torch.tensor([row + [0] * (longest - len(row)) for row in rows]), any(len(row) < longest for row in rows)


def read(path):
    batches, pairs = [], []
    for line in open(path):
        if line.strip():
            source, target = line.split("\t")
            pairs.append(([int(token) for token in source.split()], [int(token) for token in target.split()]))
        elif pairs:
            source, source_pads = padded([pair[0] for pair in pairs])
            target, target_pads = padded([[1] + pair[1][:-1] for pair in pairs])
            labels, _ = padded([pair[1] for pair in pairs])
            lengths = torch.tensor([len(pair[1]) for pair in pairs])
            inside = torch.arange(labels.shape[1]).unsqueeze(0) < lengths.unsqueeze(1)
            labels[~inside] = -100
            source_inside = torch.arange(source.shape[1]).unsqueeze(0) < torch.tensor([len(pair[0]) for pair in pairs]).unsqueeze(1)
            batches.append((source, target, labels, ~source_inside if source_pads else None, ~inside if target_pads else None, int(lengths.sum())))
            pairs = []
    return batches


def main():
    path = sys.argv[1]
    dimension, heads, feed_forward, encoder_layers, decoder_layers, source_words, target_words, threads, steps = (int(a) for a in sys.argv[2:11])
    torch.manual_seed(1)
    torch.set_num_threads(threads)
    batches = read(path)
    model = Translator(dimension, heads, feed_forward, encoder_layers, decoder_layers, source_words, target_words).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, betas=(0.9, 0.98))
    step = 0
    for _ in sys.stdin:
        begin, tokens = time.perf_counter(), 0
        for _ in range(steps):
            source, target, labels, source_padding, target_padding, count = batches[step % len(batches)]
            step += 1
            future = nn.Transformer.generate_square_subsequent_mask(target.shape[1])
            if target_padding is not None:
                future = torch.isinf(future)
            logits = model(source, target, source_padding, target_padding, future)
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), label_smoothing=0.1, ignore_index=-100)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            tokens += count
        print(tokens, time.perf_counter() - begin, loss.item(), flush=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)


main()
