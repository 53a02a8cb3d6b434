"""The supervised work and the sampling of `rlhf bench` in eager PyTorch: the same as extension/cli/benchTasks.ts asks of our own code.

Each task has check(given) -> figures that must agree with ours for the same weights and tokens, and run() -> one round's figures.
"""

import time

import torch
from torch.nn import functional as F

from gpt import Gpt, generate


def adam(model, settings, learning_rate):
    betas = (settings["adamBeta1"], settings["adamBeta2"])
    return torch.optim.Adam(
        model.parameters(), lr=learning_rate, betas=betas, eps=settings["adamEpsilon"], fused=True
    )


def optimizer_step(model, optimizer, max_norm):
    """Clips to the global norm, steps, and returns the norm before clipping."""
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    optimizer.zero_grad()
    return norm


class Steps:
    """Rounds of optimizer steps on one batch; a subclass says what the loss is."""

    head = None

    def __init__(self, task):
        self.task = task
        self.ids = torch.tensor(task["ids"])
        self.model = Gpt(task["shape"], task["name"], self.head)
        self.optimizer = adam(self.model, task["optimizer"], task["learningRate"])

    def step(self):
        loss = self.loss()
        loss.backward()
        norm = optimizer_step(self.model, self.optimizer, self.task["optimizer"]["maxGradNorm"])
        return loss.item(), norm.item()

    def check(self, _given):
        (first, norm), (second, _), (third, _) = (self.step() for _ in range(3))
        return {"loss": first, "gradNorm": norm, "loss2": second, "loss3": third}

    def run(self):
        start = time.perf_counter()
        for _ in range(self.task["steps"]):
            self.step()
        return {"step": (time.perf_counter() - start) * 1000 / self.task["steps"]}


class Train(Steps):
    """One optimizer step of language modelling: every token but the first is a target."""

    def loss(self):
        logits = self.model.logits(self.model.hidden(self.ids)[:, :-1])
        return F.cross_entropy(logits.flatten(0, 1), self.ids[:, 1:].flatten())


class RewardModel(Steps):
    """One optimizer step on rankings: K responses of each prompt, all pairs, −log σ(r(better) − r(worse)), scored at the last token."""

    head = "score"

    def loss(self):
        scores = self.model.scalars(self.model.hidden(self.ids)[:, -1]).view(-1, self.task["k"])
        better, worse = torch.triu_indices(self.task["k"], self.task["k"], 1)
        return -F.logsigmoid(scores[:, better] - scores[:, worse]).mean()


class Sample:
    """Cached sampling at temperature 1 with the log-prob of every sampled token; a prompt and so many new tokens a row."""

    def __init__(self, task):
        self.task = task
        self.prompts = torch.tensor(task["prompts"])
        self.model = Gpt(task["shape"], task["name"])

    def check(self, given):
        forced = torch.tensor(given["responses"])
        _, logprobs = generate(self.model, self.prompts[: len(forced)], forced.shape[1], forced)
        return {"logprob": logprobs.mean().item(), "lastLogprob": logprobs[:, -1].mean().item()}

    def run(self):
        figures = {}
        for batch in self.task["batches"]:
            rows, times = batch["rows"], batch["times"]
            start = time.perf_counter()
            for _ in range(times):
                generate(self.model, self.prompts[:rows], self.task["newTokens"])
            seconds = time.perf_counter() - start
            figures[f"batch{rows}"] = times * rows * self.task["newTokens"] / seconds
        return figures
