"""GPT-2 in plain PyTorch, as the peer of `rlhf bench`: the same architecture, parameter names and starting weights as extension/model/gpt.ts.

Pre-norm blocks, learned positions, tanh GELU, the output projection tied to the token embedding; matrices are [in, out] as in GPT-2's
checkpoints. Attention is PyTorch's own scaled_dot_product_attention.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Projection(nn.Module):
    """x·W + b with W [in, out]."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.empty(outputs))

    def forward(self, x):
        return torch.addmm(self.bias, x.reshape(-1, x.shape[-1]), self.weight).view(*x.shape[:-1], -1)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.c_attn = Projection(width, 3 * width)
        self.c_proj = Projection(width, width)

    def forward(self, x, cache, start):
        """x [B, T, C]; with a cache, keys and values of positions start … start+T−1 are put into it and those before are read from it."""
        batch, length, width = x.shape
        qkv = self.c_attn(x).view(batch, length, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        if cache is not None:
            end = start + length
            cache[0][:, :, start:end] = k
            cache[1][:, :, start:end] = v
            k, v = cache[0][:, :, :end], cache[1][:, :, :end]
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=length > 1)
        return self.c_proj(attended.transpose(1, 2).reshape(batch, length, width))


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.c_fc = Projection(width, 4 * width)
        self.c_proj = Projection(4 * width, width)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = Mlp(width)

    def forward(self, x, cache, start):
        x = x + self.attn(self.ln_1(x), cache, start)
        return x + self.mlp(self.ln_2(x))


class Gpt(nn.Module):
    """`seed` names the weights; `head` is "score" or "value" for a linear head that gives one number a position, or None."""

    def __init__(self, shape, seed, head=None):
        super().__init__()
        self.shape, self.head = shape, head
        width = shape["width"]
        self.wte = nn.Embedding(shape["vocabulary"], width)
        self.wpe = nn.Embedding(shape["context"], width)
        self.h = nn.ModuleList(Block(width, shape["heads"]) for _ in range(shape["layers"]))
        self.ln_f = nn.LayerNorm(width)
        if head is not None:
            self.add_module(head, nn.Linear(width, 1))
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                parameter.copy_(made_up(f"{seed}/{name}", parameter.shape, width))

    def hidden(self, ids, caches=None, start=0):
        """[B, T] -> [B, T, C] after the final layer norm."""
        x = self.wte(ids) + self.wpe(torch.arange(start, start + ids.shape[1]))
        for layer, block in enumerate(self.h):
            x = block(x, None if caches is None else caches[layer], start)
        return self.ln_f(x)

    def logits(self, hidden):
        return F.linear(hidden, self.wte.weight)

    def scalars(self, hidden):
        return getattr(self, self.head)(hidden).squeeze(-1)

    def new_caches(self, batch, slots):
        heads = self.shape["heads"]
        size = (2, batch, heads, slots, self.shape["width"] // heads)
        return [torch.empty(size) for _ in self.h]


@torch.inference_mode()
def generate(model, prompts, count, forced=None):
    """Samples `count` tokens a row with a key/value cache at temperature 1: tokens and their log-probs, both [B, count].

    `forced` are tokens to take instead of sampled ones: what would their log-probs have been?
    """
    batch, length = prompts.shape
    caches = model.new_caches(batch, length + count)
    hidden = model.hidden(prompts, caches)[:, -1]
    tokens, chosen = [], []
    for t in range(count):
        logprobs = F.log_softmax(model.logits(hidden), dim=-1)
        if forced is None:
            # The largest of p/Exponential(1) is a draw from p; faster than torch.multinomial.
            token = (logprobs.exp() / torch.empty_like(logprobs).exponential_()).argmax(-1)
        else:
            token = forced[:, t]
        tokens.append(token)
        chosen.append(logprobs.gather(-1, token[:, None])[:, 0])
        if t + 1 < count:
            hidden = model.hidden(token[:, None], caches, length + t)[:, 0]
    return torch.stack(tokens, 1), torch.stack(chosen, 1)


def made_up(name, shape, width):
    """The weights that extension/cli/benchWeights.ts makes from the same name: uniform, from integer arithmetic alone."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & MASK
    index = torch.arange(math.prod(shape), dtype=torch.int64)
    h = mix(torch.tensor(seed ^ 0x9E3779B9, dtype=torch.int64))
    h = mix(h ^ (((index + 1) * 0xC2B2AE35) & MASK))
    h = mix(h ^ 0x27D4EB2F)
    uniform = ((h >> 8).double() + 0.5) / 16777216 * 2 - 1
    if len(shape) == 2:
        values = uniform * math.sqrt(3 / width)
    else:
        values = uniform * 0.1 + (1 if ".weight" in name and "ln_" in name else 0)
    return values.float().view(shape)


MASK = 0xFFFFFFFF


def mix(x):
    """Wellons's "lowbias32" on integers of 64 bits: products wrap, and their lower 32 bits are right."""
    x = x ^ (x >> 16)
    x = (x * 0x7FEB352D) & MASK
    x = x ^ (x >> 15)
    x = (x * 0x846CA68B) & MASK
    return x ^ (x >> 16)
