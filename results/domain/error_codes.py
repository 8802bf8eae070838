"""What Trigger.dev's internal error codes mean to the person whose run failed; it must not know error shapes."""

from __future__ import annotations

from dataclasses import dataclass

SITE = "https://trigger.dev"


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """A code in a few words, in a sentence, and where to read on (a path below SITE, or None)."""

    words: str
    meaning: str
    path: str | None = None


_MACHINES = "/docs/v3/machines"
_CONTACT = "/contact"

CODES: dict[str, CodeFacts] = {
    "COULD_NOT_FIND_EXECUTOR": CodeFacts(
        "task not registered",
        "The task's file was loaded, but nothing in it registered this task. Importing a task dynamically does that.",
    ),
    "COULD_NOT_FIND_TASK": CodeFacts(
        "task not found",
        "The deployed version holds no task with this id: it was renamed, removed, or is not exported.",
    ),
    "COULD_NOT_IMPORT_TASK": CodeFacts(
        "task file failed to load",
        "The file that holds the task threw an error while it was being loaded.",
    ),
    "CONFIGURED_INCORRECTLY": CodeFacts(
        "wrong configuration",
        "The runtime was not set up correctly, or the error that was stored could not be read back.",
    ),
    "TASK_ALREADY_RUNNING": CodeFacts(
        "worker still busy",
        "The worker process got this run while it was still busy with another.",
    ),
    "TASK_EXECUTION_FAILED": CodeFacts(
        "execution failed",
        "The worker failed in a way that has no code of its own; the message says what is known.",
    ),
    "TASK_EXECUTION_ABORTED": CodeFacts(
        "execution aborted",
        "The process was shut down before the run had finished.",
    ),
    "TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE": CodeFacts(
        "process exited with an error code",
        "The process of the task ended by itself with an error code; its last lines of output say more.",
    ),
    "TASK_PROCESS_SIGKILL_TIMEOUT": CodeFacts(
        "process had to be killed",
        "The process was asked to stop, did not, and was killed.",
    ),
    "TASK_PROCESS_SIGSEGV": CodeFacts(
        "segmentation fault",
        "The process crashed inside native code, most likely in a package or program that the task uses.",
        _CONTACT,
    ),
    "TASK_PROCESS_SIGTERM": CodeFacts(
        "stopped from outside",
        "Something outside the task told its process to stop (SIGTERM). If it happens again, ask Trigger.dev.",
        _CONTACT,
    ),
    "TASK_PROCESS_OOM_KILLED": CodeFacts(
        "out of memory",
        "The run needed more memory than its machine has. Use less, or choose a larger machine for the task.",
        _MACHINES,
    ),
    "TASK_PROCESS_MAYBE_OOM_KILLED": CodeFacts(
        "probably out of memory",
        "The process was killed, most likely because it needed more memory than its machine has.",
        _MACHINES,
    ),
    "TASK_RUN_CANCELLED": CodeFacts(
        "cancelled",
        "A person or a program cancelled the run.",
    ),
    "TASK_INPUT_ERROR": CodeFacts(
        "payload not usable",
        "The payload could not be fetched or decoded, or does not fit the schema of the task.",
    ),
    "TASK_OUTPUT_ERROR": CodeFacts(
        "output not usable",
        "The task finished, but what it returned could not be encoded or stored.",
    ),
    "TASK_MIDDLEWARE_ERROR": CodeFacts(
        "middleware failed",
        "A middleware around the task threw an error.",
    ),
    "HANDLE_ERROR_ERROR": CodeFacts(
        "error handler failed",
        "The task's own hook for handling errors threw an error itself.",
    ),
    "GRACEFUL_EXIT_TIMEOUT": CodeFacts(
        "process too slow to stop",
        "The process did not end within the time it was given to stop in order.",
    ),
    "TASK_RUN_HEARTBEAT_TIMEOUT": CodeFacts(
        "no sign of life",
        "The worker stopped giving signs of life. Only older engines use this code.",
    ),
    "TASK_RUN_CRASHED": CodeFacts(
        "run crashed",
        "The run crashed, or has used up all the attempts it may ever have.",
    ),
    "TASK_RUN_UNCAUGHT_EXCEPTION": CodeFacts(
        "uncaught exception",
        "An error was thrown where nothing awaited it, for example by a client without an error listener.",
        "/docs/troubleshooting#uncaught-exceptions",
    ),
    "MAX_DURATION_EXCEEDED": CodeFacts(
        "time limit reached",
        "The run used more compute time than the task's maxDuration allows.",
    ),
    "DISK_SPACE_EXCEEDED": CodeFacts(
        "disk full",
        "The run filled the disk of its machine.",
    ),
    "POD_EVICTED": CodeFacts(
        "machine taken away",
        "The cluster removed the machine that the run was on.",
    ),
    "POD_UNKNOWN_ERROR": CodeFacts(
        "machine failed",
        "The machine failed, and nobody knows why.",
    ),
    "TASK_HAS_N0_EXECUTION_SNAPSHOT": CodeFacts(
        "run record missing",
        "Trigger.dev had no record of how far the run had come.",
    ),
    "TASK_DEQUEUED_INVALID_STATE": CodeFacts(
        "not in a state to start",
        "The run was taken from its queue while it was in a state from which no run can start.",
    ),
    "TASK_DEQUEUED_QUEUE_NOT_FOUND": CodeFacts(
        "queue not found",
        "The queue that the run belongs to does not exist any more.",
    ),
    "TASK_RUN_DEQUEUED_MAX_RETRIES": CodeFacts(
        "never started",
        "The run was taken from its queue many times and did not start once.",
    ),
    "TASK_RUN_STALLED_EXECUTING": CodeFacts(
        "stalled",
        "The run gave no sign of life for minutes. Usually the code blocks the event loop; in dev, the CLI was stopped.",
        "/docs/troubleshooting#task-run-stalled-executing",
    ),
    "TASK_RUN_STALLED_EXECUTING_WITH_WAITPOINTS": CodeFacts(
        "stalled while waiting",
        "The run gave no sign of life for minutes while it was also waiting for something.",
    ),
    "OUTDATED_SDK_VERSION": CodeFacts(
        "SDK too old",
        "The task was deployed with a version of the SDK that the platform does not support any more.",
        "/docs/upgrading-beta",
    ),
    "TASK_DID_CONCURRENT_WAIT": CodeFacts(
        "two waits at once",
        "The task awaited two waits at the same time, for example with Promise.all, which is not supported.",
        "/docs/troubleshooting#parallel-waits-are-not-supported",
    ),
    "RECURSIVE_WAIT_DEADLOCK": CodeFacts(
        "waiting for itself",
        "The run can never start: it was triggered from its own queue, which has no place left until it has run.",
        "/docs/queue-concurrency#waiting-for-a-subtask-on-the-same-queue",
    ),
    "BATCH_ITEM_COULD_NOT_TRIGGER": CodeFacts(
        "batch item not started",
        "This item of a batch could not be turned into a run.",
    ),
    "PAYLOAD_TOO_LARGE": CodeFacts(
        "payload too large",
        "The payload of this item of a batch is over the size limit.",
    ),
    "UNSPECIFIED_ERROR": CodeFacts(
        "no reason given",
        "The run was recorded as failed before it started, without a reason.",
    ),
}

DEADLOCK = CodeFacts(
    "concurrency deadlock",
    "The run waits for a run that cannot start, because the queue has no free place until this one ends.",
    "/docs/queue-concurrency#deadlock",
)


def facts_of(code: str) -> CodeFacts:
    """What is known of a code, in any case; a code that nobody has described is at least readable."""
    known = CODES.get(code.upper())
    if known is not None:
        return known
    words = " ".join(code.replace("_", " ").lower().split()) or "unknown error"
    return CodeFacts(
        words, "Trigger.dev reported an internal error with a code that is not known here."
    )


EXIT_CODES = frozenset(
    {
        "TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE",
        "TASK_PROCESS_SIGKILL_TIMEOUT",
        "TASK_PROCESS_SIGSEGV",
        "TASK_PROCESS_SIGTERM",
        "TASK_PROCESS_OOM_KILLED",
        "TASK_PROCESS_MAYBE_OOM_KILLED",
    }
)
"""Codes with which the stack field holds the last lines that the process wrote, which are no stack."""

_SIGNALS = (
    ("SIGTERM", "TASK_PROCESS_SIGTERM"),
    ("SIGSEGV", "TASK_PROCESS_SIGSEGV"),
    ("SIGKILL", "TASK_PROCESS_MAYBE_OOM_KILLED"),
    ("SIGABRT", "TASK_PROCESS_MAYBE_OOM_KILLED"),
)
# Trigger.dev looks no further either; what comes later in a message may be anybody's words.
_SIGNAL_WINDOW = 100


def behind_error(name: str, message: str, trace: str) -> str | None:
    """The code of the cause that an ordinary-looking error really has; None for an ordinary error."""
    if name == "UnexpectedExitError" and message.startswith("Unexpected exit with code -1"):
        return _signal(trace)
    out_of_memory = message == "MANUAL_OOM_KILL_ERROR" or (
        name == "Error" and message == "ffmpeg was killed with signal SIGKILL"
    )
    return "TASK_PROCESS_OOM_KILLED" if out_of_memory else None


def behind_exit(code: str, message: str) -> str:
    """The more telling code when a process ended by a signal; the code itself otherwise."""
    if code != "TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE":
        return code
    return _signal(message) or code


def _signal(text: str) -> str | None:
    beginning = text[:_SIGNAL_WINDOW]
    return next((code for word, code in _SIGNALS if word in beginning), None)
