"""Eager PyTorch as a peer of `rlhf bench` (serve.py has the protocol)."""

import torch

from ppo import Ppo
from serve import serve
from tasks import RewardModel, Sample, Train

serve(
    f"PyTorch {torch.__version__} eager",
    {"train": Train, "sample": Sample, "rewardModel": RewardModel, "ppo": Ppo},
)
