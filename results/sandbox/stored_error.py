"""The stored error of a run, as each endpoint shows it; it must not know run rows or HTTP."""

from __future__ import annotations

from collections.abc import Mapping

INTERNAL_CODES = frozenset(
    {
        "COULD_NOT_FIND_EXECUTOR",
        "COULD_NOT_FIND_TASK",
        "COULD_NOT_IMPORT_TASK",
        "CONFIGURED_INCORRECTLY",
        "TASK_ALREADY_RUNNING",
        "TASK_EXECUTION_FAILED",
        "TASK_EXECUTION_ABORTED",
        "TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE",
        "TASK_PROCESS_SIGKILL_TIMEOUT",
        "TASK_PROCESS_SIGSEGV",
        "TASK_PROCESS_SIGTERM",
        "TASK_PROCESS_OOM_KILLED",
        "TASK_PROCESS_MAYBE_OOM_KILLED",
        "TASK_RUN_CANCELLED",
        "TASK_INPUT_ERROR",
        "TASK_OUTPUT_ERROR",
        "TASK_MIDDLEWARE_ERROR",
        "HANDLE_ERROR_ERROR",
        "GRACEFUL_EXIT_TIMEOUT",
        "TASK_RUN_HEARTBEAT_TIMEOUT",
        "TASK_RUN_CRASHED",
        "TASK_RUN_UNCAUGHT_EXCEPTION",
        "MAX_DURATION_EXCEEDED",
        "DISK_SPACE_EXCEEDED",
        "POD_EVICTED",
        "POD_UNKNOWN_ERROR",
        "TASK_HAS_N0_EXECUTION_SNAPSHOT",
        "TASK_DEQUEUED_INVALID_STATE",
        "TASK_DEQUEUED_QUEUE_NOT_FOUND",
        "TASK_RUN_DEQUEUED_MAX_RETRIES",
        "TASK_RUN_STALLED_EXECUTING",
        "TASK_RUN_STALLED_EXECUTING_WITH_WAITPOINTS",
        "OUTDATED_SDK_VERSION",
        "TASK_DID_CONCURRENT_WAIT",
        "RECURSIVE_WAIT_DEADLOCK",
        "BATCH_ITEM_COULD_NOT_TRIGGER",
        "PAYLOAD_TOO_LARGE",
        "UNSPECIFIED_ERROR",
    }
)
SIGNALS = {
    "SIGTERM": "TASK_PROCESS_SIGTERM",
    "SIGSEGV": "TASK_PROCESS_SIGSEGV",
    "SIGKILL": "TASK_PROCESS_MAYBE_OOM_KILLED",
    "SIGABRT": "TASK_PROCESS_MAYBE_OOM_KILLED",
}
OOM_MESSAGES = frozenset({"ffmpeg was killed with signal SIGKILL", "MANUAL_OOM_KILL_ERROR"})


def fitting(stored: object) -> dict[str, object] | None:
    """The stored error cut to the members of its union; None when it does not fit the union."""
    if not isinstance(stored, Mapping):
        return None
    match stored.get("type"):
        case "BUILT_IN_ERROR":
            return _members(stored, required=("name", "message", "stackTrace"))
        case "STRING_ERROR" | "CUSTOM_ERROR":
            return _members(stored, required=("raw",))
        case "INTERNAL_ERROR" if stored.get("code") in INTERNAL_CODES:
            return _members(stored, required=("code",), optional=("message", "stackTrace"))
        case _:
            return None


def flattened(stored: object) -> dict[str, object] | None:
    """The error object of the retrieve endpoint; None when the stored error does not fit the union.

    Internal errors keep nothing but their code there.
    """
    error = fitting(stored)
    if error is None:
        return None
    code = _internal_code(error)
    if code is not None:
        return {"message": f"trigger.dev internal error ({code})"}
    if error["type"] != "BUILT_IN_ERROR":
        return {"message": error["raw"]}
    if error["name"] == "TriggerApiError" and str(error["message"]).startswith(
        "Deadlock detected:"
    ):
        return {
            "name": "Concurrency Deadlock Error",
            "message": error["message"],
            "stackTrace": "",
        }
    return {key: error[key] for key in ("name", "message", "stackTrace")}


def _internal_code(error: Mapping[str, object]) -> str | None:
    """The code that the server files an error under, after its rewrites of killed processes."""
    message = str(error.get("message", ""))
    if error["type"] == "INTERNAL_ERROR":
        code = str(error["code"])
        if code == "TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE":
            return _signal(message) or code
        return code
    if error["type"] != "BUILT_IN_ERROR":
        return None
    if error["name"] == "Error" and message in OOM_MESSAGES:
        return "TASK_PROCESS_OOM_KILLED"
    if error["name"] == "UnexpectedExitError" and message.startswith(
        "Unexpected exit with code -1"
    ):
        return _signal(str(error["stackTrace"]))
    return None


def _signal(text: str) -> str | None:
    start = text[:100]
    return next((code for name, code in SIGNALS.items() if name in start), None)


def _members(
    stored: Mapping[str, object], *, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> dict[str, object] | None:
    kept: dict[str, object] = {"type": stored["type"]}
    for key in (*required, *optional):
        value = stored.get(key)
        if isinstance(value, str):
            kept[key] = value
        elif key in required or value is not None:
            return None
    return kept
