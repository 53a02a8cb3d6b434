"""The peers' side of `rlhf bench`: a process that does the same work as ours, in turns with ours.

Started by the command, which finds an interpreter through RLHF_PYTHON or as python3; requirements.txt is pinned. The first argument is the
number of threads. The first line of standard output is {"name"}. Then every line of standard input is one of

    {"call": "open", "given": {"task", …}}   makes models and data of a task and drops those of the task before
    {"call": "check", "given": {…}}          figures that must agree with ours for the same weights and tokens
    {"call": "run", "given": {}}             one round of the task: its figures, measured here

and is answered by one line: {"answer", "cpuSeconds" of the process so far, "peakMemoryBytes" or null}, or {"error"}.
"""

import json
import sys
import time

import torch


def peak_memory():
    """Bytes; getrusage would count what the parent had before it started us, so the kernel's own mark comes first."""
    try:
        with open("/proc/self/status") as status:
            line = next(line for line in status if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    except ImportError:
        return None


def serve(name, tasks):
    """Answers calls until standard input ends. What libraries print goes to standard error: standard output is the protocol's."""
    out, sys.stdout = sys.stdout, sys.stderr

    def say(line):
        out.write(json.dumps(line) + "\n")
        out.flush()

    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(1)
    say({"name": name})
    task = None
    for line in sys.stdin:
        request = json.loads(line)
        call, given = request["call"], request["given"]
        try:
            if call == "open":
                task = None
                task = tasks[given["task"]](given)
                answer = {}
            else:
                answer = task.check(given) if call == "check" else task.run()
            say({"answer": answer, "cpuSeconds": time.process_time(), "peakMemoryBytes": peak_memory()})
        except Exception as error:
            say({"error": f"{type(error).__name__}: {error}"})
