"""Reads a folder of event files with TensorBoard itself: the other side of tensorboard.test.ts.

Reads one JSON object from standard input: folder. Writes one: by run (the subfolder's name) the scalars as
[wall time, step, value as text] by tag, and the texts as [step, text] by tag.
"""

import json
import sys

from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

request = json.loads(sys.stdin.buffer.read())
multiplexer = EventMultiplexer(size_guidance={"scalars": 0, "tensors": 0})
multiplexer.AddRunsFromDirectory(request["folder"])
multiplexer.Reload()
answer = {}
for run in multiplexer.Runs():
    events = multiplexer.GetAccumulator(run)
    texts = events.PluginTagToContent("text")
    answer[run] = {
        "scalars": {
            tag: [[e.wall_time, e.step, repr(e.value)] for e in events.Scalars(tag)]
            for tag in events.Tags()["scalars"]
        },
        "texts": {
            tag: [[e.step, e.tensor_proto.string_val[0].decode()] for e in events.Tensors(tag)] for tag in texts
        },
    }
sys.stdout.buffer.write(json.dumps(answer).encode())
