"""TRL's PPOTrainer as a peer of `rlhf bench` (serve.py has the protocol): an iteration of PPO with four models.

The same as ours: sizes and starting weights of policy, reference, reward and value model; prompts; tokens sampled for each (no token ends a
response); epochs, minibatches and one optimizer step for each of them; γ, λ, clip ranges, KL coefficient; Adam's settings; fp32; threads.

Turned off, for they would slow it down: bfloat16 and gradient checkpointing (its defaults, meant for GPUs), logging, saving, samples of
completions, the progress bar. Its default optimizer is PyTorch's fused one, as is the plain peer's.

What cannot be the same, none of which changes the work by more than a trifle:
- It samples by transformers' generate(), from a stream of random numbers of its own, so that its responses are others from the first token.
- One learning rate, the policy's, and one optimizer serve policy and value model. It does not clip gradients; ours measures and clips the
  norm of both.
- It takes the log-probs of the policy from sampling; ours measures them in a pass of its own.
- A round is a call of train() for one batch, which takes some milliseconds more than an iteration in the middle of a long call.
"""

import os
import tempfile
import time

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch
import trl
from datasets import Dataset
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from torch import nn
from transformers import (
    GPT2Config,
    GPT2ForSequenceClassification,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    PrinterCallback,
)
from trl.experimental.ppo import PPOConfig, PPOTrainer
from trl.experimental.ppo.ppo_trainer import forward, get_reward
from trl.trainer.utils import selective_log_softmax

from gpt import made_up
from serve import serve


def architecture(shape):
    """GPT-2 as extension/model/gpt.ts has it. There is neither begin nor end of a text, so that nothing ends a response."""
    return GPT2Config(
        vocab_size=shape["vocabulary"],
        n_positions=shape["context"],
        n_embd=shape["width"],
        n_layer=shape["layers"],
        n_head=shape["heads"],
        num_labels=1,
        bos_token_id=None,
        eos_token_id=None,
        **dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), 0.0),
    )


def with_weights(model, seed):
    """The weights that gpt.py and extension/cli/benchWeights.ts make up."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            plain = name.removeprefix("transformer.")
            parameter.copy_(made_up(f"{seed}/{plain}", parameter.shape, model.config.n_embd))
    return model


class Policy(GPT2LMHeadModel):
    """Counts the tokens that it samples, and the seconds that it takes."""

    sampled, seconds = 0, 0.0

    def generate(self, input_ids, **options):
        start = time.perf_counter()
        output = super().generate(input_ids=input_ids, **options)
        self.seconds += time.perf_counter() - start
        self.sampled += output.sequences.numel() - input_ids.numel()
        return output


def scalar_model(shape):
    """A model that gives one number a position, by a head with a bias as ours; reward and value model start the same."""
    model = GPT2ForSequenceClassification(architecture(shape))
    model.score = nn.Linear(shape["width"], 1)
    return with_weights(model, "reward")


def tokenizer(vocabulary):
    """TRL wants one for the ids of padding and end; both lie behind the vocabulary, and neither ever comes up."""
    words = {str(i): i for i in range(vocabulary)} | {"<pad>": vocabulary, "<end>": vocabulary + 1}
    model = Tokenizer(WordLevel(words, unk_token="<pad>"))
    return PreTrainedTokenizerFast(tokenizer_object=model, pad_token="<pad>", eos_token="<end>")


class Ppo:
    def __init__(self, task):
        shape, config, prompts = task["shape"], task["config"], task["prompts"]
        self.folder = tempfile.TemporaryDirectory()  # Nothing is written to it, but TRL makes it.
        words = tokenizer(shape["vocabulary"])
        self.padding = words.pad_token_id
        self.temperature = config["temperature"]
        self.policy = with_weights(Policy(architecture(shape)), "policy")
        self.trainer = PPOTrainer(
            args=settings(config, len(prompts), self.folder.name),
            processing_class=words,
            model=self.policy,
            ref_model=with_weights(GPT2LMHeadModel(architecture(shape)), "policy"),
            reward_model=scalar_model(shape),
            value_model=scalar_model(shape),
            train_dataset=Dataset.from_dict({"input_ids": prompts}),
            eval_dataset=Dataset.from_dict({"input_ids": prompts[:1]}),
        )
        self.trainer.remove_callback(PrinterCallback)

    def check(self, given):
        """What the starting weights say of a rollout of ours, by TRL's own functions; then how much work an iteration is."""
        rollout = given["rollouts"][0]
        prompts, responses = torch.tensor(rollout["prompts"]), torch.tensor(rollout["responses"])
        figures = self.measure(prompts, responses)
        steps = self.steps()
        self.run()
        return {**figures, "steps": self.steps() - steps, "tokens": self.policy.sampled}

    @torch.no_grad()
    def measure(self, prompts, responses):
        ids = torch.cat([prompts, responses], 1)
        first = prompts.shape[1]
        logits = forward(self.policy, ids, self.padding).logits[:, first - 1 : -1] / self.temperature
        logprobs = selective_log_softmax(logits, responses)
        values, _, _ = get_reward(self.trainer.value_model, ids, self.padding, first)
        _, scores, _ = get_reward(self.trainer.reward_model, ids, self.padding, first)
        return {
            "logprob": logprobs.mean().item(),
            "entropy": torch.distributions.Categorical(logits=logits).entropy().mean().item(),
            "value": values[:, first - 1 : -1].mean().item(),
            "score": scores.mean().item(),
        }

    def steps(self):
        """Optimizer steps so far."""
        states = self.trainer.optimizer.state.values()
        return max((int(state["step"]) for state in states), default=0)

    def run(self):
        self.policy.sampled, self.policy.seconds = 0, 0.0
        start = time.perf_counter()
        self.trainer.train()
        return {"iteration": time.perf_counter() - start, "rollout": self.policy.seconds}


def settings(config, episodes, folder):
    """One batch a call of train(): a minibatch is an optimizer step when a device's batch is the whole one and nothing accumulates."""
    return PPOConfig(
        output_dir=folder,
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        report_to=[],
        disable_tqdm=True,
        logging_strategy="no",
        save_strategy="no",
        num_sample_generations=0,
        dataloader_pin_memory=False,
        per_device_train_batch_size=episodes,
        gradient_accumulation_steps=1,
        num_mini_batches=episodes // config["minibatch"],
        total_episodes=episodes,
        local_rollout_forward_batch_size=episodes,
        response_length=config["responseTokens"],
        temperature=config["temperature"],
        num_ppo_epochs=config["ppoEpochs"],
        learning_rate=config["learningRate"],
        lr_scheduler_type="constant",
        adam_beta1=config["adamBeta1"],
        adam_beta2=config["adamBeta2"],
        adam_epsilon=config["adamEpsilon"],
        weight_decay=0.0,
        kl_coef=config["klCoef"],
        gamma=config["gamma"],
        lam=config["lambda"],
        cliprange=config["clipRange"],
        cliprange_value=config["clipRangeValue"],
        vf_coef=1.0,
    )


serve(f"TRL {trl.__version__}", {"ppo": Ppo})
