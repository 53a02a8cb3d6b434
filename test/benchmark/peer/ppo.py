"""An iteration of PPO in eager PyTorch, as extension/trainer/ppo.ts does it: four models (policy, reference, reward model, value model), or three
where policy and value share a trunk with two heads.
"""

import time

import torch
from torch.nn import functional as F

from gpt import Gpt, generate
from tasks import adam, optimizer_step


class Ppo:
    def __init__(self, task):
        shape, self.config = task["shape"], task["config"]
        self.prompts = torch.tensor(task["prompts"])
        self.shared = task["shared"]
        self.policy = Gpt(shape, "policy", "value" if self.shared else None)
        self.reference = Gpt(shape, "policy")
        self.reward_model = Gpt(shape, "reward", "score")
        self.policy_adam = adam(self.policy, self.config, self.config["learningRate"])
        if not self.shared:
            self.value = Gpt(shape, "reward", "score")
            self.value_adam = adam(self.value, self.config, self.config["valueLearningRate"])

    def check(self, given):
        figures = {}
        for i, rollout in enumerate(given["rollouts"], 1):
            prompts, responses = torch.tensor(rollout["prompts"]), torch.tensor(rollout["responses"])
            _, found = self.iteration(prompts, responses)
            figures.update({f"{name}{i}": value for name, value in found.items()})
        return figures

    def run(self):
        seconds, _ = self.iteration(self.prompts)
        return seconds

    def iteration(self, prompts, responses=None):
        """Sample (unless the responses are given), score, update. Seconds of each part, and the means that ours reports too."""
        start = time.perf_counter()
        if responses is None:
            responses, _ = generate(self.policy, prompts, self.config["responseTokens"])
        sampled = time.perf_counter()
        batch = self.measure(prompts, responses)
        scored = time.perf_counter()
        self.estimate(batch)
        updates = self.update(batch)
        updated = time.perf_counter()
        kl = (batch["logprobs"] - batch["reference"]).sum(1).mean()
        means = updates.mean(0).tolist()
        names = ("policyLoss", "valueLoss", "policyGradNorm", "valueGradNorm", "k3", "clipFraction")
        figures = {
            "score": batch["scores"].mean().item(),
            "kl": kl.item(),
            "entropy": batch["entropies"].mean().item(),
            **dict(zip(names, means)),
        }
        seconds = {
            "rollout": sampled - start,
            "scoring": scored - sampled,
            "update": updated - scored,
            "iteration": updated - start,
        }
        return seconds, figures

    @torch.inference_mode()
    def measure(self, prompts, responses):
        """Teacher-forced log-probs of policy and reference, entropies, values, and the reward model's scores."""
        ids = torch.cat([prompts, responses], 1)
        predicting = slice(prompts.shape[1] - 1, ids.shape[1] - 1)
        hidden = self.policy.hidden(ids)[:, predicting]
        policy = F.log_softmax(self.policy.logits(hidden), -1)
        reference = self.reference.logits(self.reference.hidden(ids)[:, predicting])
        if self.shared:
            values = self.policy.scalars(hidden)
        else:
            values = self.value.scalars(self.value.hidden(ids)[:, predicting])
        return {
            "ids": ids,
            "predicting": predicting,
            "responses": responses,
            "logprobs": policy.gather(-1, responses[..., None])[..., 0],
            "entropies": -(policy.exp() * policy).sum(-1),
            "reference": logprobs_of(reference, responses),
            "values": values,
            "scores": self.reward_model.scalars(self.reward_model.hidden(ids)[:, -1]),
        }

    def estimate(self, batch):
        """Rewards per token, advantages and returns by GAE, advantages whitened."""
        gamma, decay = self.config["gamma"], self.config["gamma"] * self.config["lambda"]
        rewards = -self.config["klCoef"] * (batch["logprobs"] - batch["reference"])
        rewards[:, -1] += batch["scores"]
        values, advantages = batch["values"], torch.empty_like(rewards)
        following, advantage = torch.zeros(len(rewards)), torch.zeros(len(rewards))
        for t in reversed(range(rewards.shape[1])):
            advantage = rewards[:, t] + gamma * following - values[:, t] + decay * advantage
            following = values[:, t]
            advantages[:, t] = advantage
        batch["returns"] = advantages + values
        centred = advantages - advantages.mean()
        batch["advantages"] = centred / (centred.square().mean() + 1e-8).sqrt()

    def update(self, batch):
        """ppoEpochs passes in minibatches: a row of statistics for each optimizer step."""
        rows = []
        for _ in range(self.config["ppoEpochs"]):
            for members in torch.randperm(len(batch["ids"])).split(self.config["minibatch"]):
                part = {
                    name: value[members] if torch.is_tensor(value) else value for name, value in batch.items()
                }
                rows.append(self.minibatch(part))
        return torch.tensor(rows)

    def minibatch(self, part):
        max_norm = self.config["maxGradNorm"]
        hidden = self.policy.hidden(part["ids"])[:, part["predicting"]]
        policy_loss, k3, clip_fraction = self.policy_loss(self.policy.logits(hidden), part)
        if self.shared:
            value_loss = self.value_loss(self.policy.scalars(hidden), part)
            (policy_loss + self.config["valueCoef"] * value_loss).backward()
            policy_norm = value_norm = optimizer_step(self.policy, self.policy_adam, max_norm)
        else:
            policy_loss.backward()
            value_hidden = self.value.hidden(part["ids"])[:, part["predicting"]]
            value_loss = self.value_loss(self.value.scalars(value_hidden), part)
            value_loss.backward()
            policy_norm = optimizer_step(self.policy, self.policy_adam, max_norm)
            value_norm = optimizer_step(self.value, self.value_adam, max_norm)
        found = (policy_loss, value_loss, policy_norm, value_norm, k3, clip_fraction)
        return [number.item() for number in found]

    def policy_loss(self, logits, part):
        log_ratio = logprobs_of(logits, part["responses"]) - part["logprobs"]
        ratio = log_ratio.exp()
        clip = self.config["clipRange"]
        plain = -part["advantages"] * ratio
        clipped = -part["advantages"] * ratio.clamp(1 - clip, 1 + clip)
        with torch.no_grad():
            k3 = (ratio - 1 - log_ratio).mean()
            clip_fraction = (clipped > plain).float().mean()
        return torch.maximum(plain, clipped).mean(), k3, clip_fraction

    def value_loss(self, values, part):
        clip, old, returns = self.config["clipRangeValue"], part["values"], part["returns"]
        clipped = old + (values - old).clamp(-clip, clip)
        return 0.5 * torch.maximum((values - returns).square(), (clipped - returns).square()).mean()


def logprobs_of(logits, tokens):
    return -F.cross_entropy(logits.flatten(0, 1), tokens.flatten(), reduction="none").view(tokens.shape)
