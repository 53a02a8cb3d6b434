"""Loads a model folder with Python's transformers and says what it computes: the other side of transformers.test.ts.

Reads one JSON object from standard input: folder, ids (sequences of equal length), texts, train ({texts, size}), saveTo.
Writes one: logits (flat), tokens and decoded of the texts, endToken, and the merges that tokenizers' own trainer learns.
Saves model and tokenizer to saveTo as transformers writes them.
"""

import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer

request = json.loads(sys.stdin.buffer.read())

model, loading = AutoModelForCausalLM.from_pretrained(request["folder"], output_loading_info=True)
tokenizer = AutoTokenizer.from_pretrained(request["folder"])
with torch.no_grad():
    logits = model.eval()(torch.tensor(request["ids"])).logits

learner = Tokenizer(models.BPE())
learner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
learner.train_from_iterator(
    request["train"]["texts"],
    trainers.BpeTrainer(
        vocab_size=request["train"]["size"] - 1,  # the end token is the last one
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    ),
)

tokens = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in request["texts"]]
model.save_pretrained(request["saveTo"])
tokenizer.save_pretrained(request["saveTo"])
answer = {
    "missing": sorted(map(str, loading["missing_keys"])) + sorted(map(str, loading["unexpected_keys"])),
    "logits": logits.flatten().tolist(),
    "tokens": tokens,
    "decoded": [
        tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False) for ids in tokens
    ],
    "endToken": tokenizer.convert_tokens_to_ids("<|endoftext|>"),
    "merges": json.loads(learner.to_str())["model"]["merges"],
}
sys.stdout.buffer.write(json.dumps(answer).encode())
