"""Errors that runs of the scenarios ended with, as a server stores them; it must not know runs."""

from __future__ import annotations

HTTP_STACK = (
    "HttpError: Request to https://billing.example.com/v2/invoices failed with status 503\n"
    "    at raiseForStatus (file:///app/src/lib/http.ts:48:11)\n"
    "    at fetchInvoice (file:///app/src/trigger/invoices.ts:31:9)\n"
    "    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)\n"
    "    at async withRetry (file:///app/src/lib/retry.ts:22:14)\n"
    "    at async Promise.all (index 3)\n"
    "    at async collectInvoices (file:///app/src/trigger/invoices.ts:58:20)\n"
    "    at async Object.collect [as run] (file:///app/src/trigger/invoices.ts:77:18)\n"
    "    at async Array.map (<anonymous>)\n"
    "    at async new Ledger (file:///app/src/lib/ledger.ts:12:5)\n"
    "    at async Ledger.open (file:///app/src/lib/ledger.ts:29:12)\n"
    "    at async get entries [as entries] (file:///app/src/lib/ledger.ts:44:7)\n"
    "    at async eval (eval at compile (file:///app/node_modules/tinytemplate/lib/compile.js:9:3), <anonymous>:3:15)\n"
    "    at async render (file:///app/node_modules/tinytemplate/lib/render.js:71:10)\n"
    "    at async Template.stream (file:///app/node_modules/tinytemplate/lib/render.js:102:22)\n"
    "    at async pipeline (node:internal/streams/pipeline:417:3)\n"
    "    at async Agent.dispatch (file:///app/node_modules/undici/lib/dispatcher/agent.js:88:16)\n"
    "    at async fetchFinale (file:///app/node_modules/undici/lib/web/fetch/index.js:1220:5)\n"
    "    at async mainFetch (file:///app/node_modules/undici/lib/web/fetch/index.js:682:24)\n"
    "    at async fetching (file:///app/node_modules/undici/lib/web/fetch/index.js:590:5)\n"
    "    at async Queue.drain (file:///app/node_modules/p-queue/dist/index.js:214:9)\n"
    "    at async Queue.next (file:///app/node_modules/p-queue/dist/index.js:187:13)\n"
    "    at async file:///app/src/trigger/invoices.ts:84:3\n"
    "    at async file:///app/node_modules/@trigger.dev/core/dist/esm/v3/tracer.js:83:28\n"
    "    at async _tracer.startActiveSpan.attributes (file:///app/node_modules/@trigger.dev/core/dist/esm/v3/workers/taskExecutor.js:255:30)\n"
    "    at async TaskExecutor.execute (file:///app/node_modules/@trigger.dev/core/dist/esm/v3/workers/taskExecutor.js:121:18)\n"
    "    at async ConsoleInterceptor.intercept (file:///app/node_modules/@trigger.dev/core/dist/esm/v3/consoleInterceptor.js:40:20)\n"
    "    at async file:///app/node_modules/trigger.dev/dist/esm/entryPoints/managed-run-worker.js:331:38\n"
    "    at async ZodIpcConnection.handle (file:///app/node_modules/@trigger.dev/core/dist/esm/v3/zodIpc.js:174:9)\n"
    "    at async process.<anonymous> (file:///app/node_modules/@trigger.dev/core/dist/esm/v3/zodIpc.js:210:13)"
)
HTTP_ERROR = {
    "type": "BUILT_IN_ERROR",
    "name": "HttpError",
    "message": "Request to https://billing.example.com/v2/invoices failed with status 503",
    "stackTrace": HTTP_STACK,
}
WINDOWS_ERROR = {
    "type": "BUILT_IN_ERROR",
    "name": "TypeError",
    "message": "Cannot read properties of undefined (reading 'price')",
    "stackTrace": "TypeError: Cannot read properties of undefined (reading 'price')\n"
    "    at toLine (C:\\Users\\Zoë\\code\\my shop\\src\\trigger\\price list.ts:14:31)\n"
    "    at Array.map (<anonymous>)\n"
    "    at get lines [as lines] (C:\\Users\\Zoë\\code\\my shop\\src\\trigger\\price list.ts:19:26)\n"
    "    at PriceList.print (C:\\Users\\Zoë\\code\\my shop\\src\\trigger\\price list.ts:33:12)",
}
AGGREGATE_ERROR = {
    "type": "BUILT_IN_ERROR",
    "name": "AggregateError",
    "message": "All promises were rejected",
    "stackTrace": "AggregateError: All promises were rejected",
}
MULTILINE_ERROR = {
    "type": "BUILT_IN_ERROR",
    "name": "QueryError",
    "message": "syntax error\n  at character 27\n    at the end of input: SELECT *",
    "stackTrace": "QueryError: syntax error\n  at character 27\n    at the end of input: SELECT *\n"
    "    at parse (file:///app/src/lib/sql.ts:90:11)\n"
    "    at async run (file:///app/src/trigger/query.ts:12:3)",
}
SILENT_ERROR = {"type": "BUILT_IN_ERROR", "name": "Error", "message": "", "stackTrace": ""}
THROWN_TEXT = {"type": "STRING_ERROR", "raw": "the customer has no address"}
THROWN_OBJECT = {
    "type": "CUSTOM_ERROR",
    "raw": '{"code":"E_PAYMENT","detail":{"amount":12.5,"card":"visa","retryable":false},'
    '"causes":["limit exceeded","3-D Secure refused"]}',
}
THROWN_UNPRINTABLE = {"type": "CUSTOM_ERROR", "raw": "[object Object]"}
CODE_ONLY = {"type": "INTERNAL_ERROR", "code": "TASK_EXECUTION_ABORTED"}
NOT_IN_UNION = {"type": "INTERNAL_ERROR", "code": "SOME_NEW_CODE", "message": "from the future"}
BAD_PAYLOAD = {
    "type": "INTERNAL_ERROR",
    "code": "TASK_INPUT_ERROR",
    "message": "payload.userId: expected a text, received a number",
}
IMPORT_FAILED = {
    "type": "INTERNAL_ERROR",
    "code": "COULD_NOT_IMPORT_TASK",
    "message": "STRIPE_SECRET_KEY is not set",
    "stackTrace": "Error: STRIPE_SECRET_KEY is not set\n"
    "    at required (file:///app/src/env.ts:6:9)\n"
    "    at file:///app/src/trigger/charge.ts:4:18\n"
    "    at ModuleJob.run (node:internal/modules/esm/module_job:343:25)",
}
OUT_OF_MEMORY = {"type": "INTERNAL_ERROR", "code": "TASK_PROCESS_OOM_KILLED"}
PROCESS_EXIT = {
    "type": "INTERNAL_ERROR",
    "code": "TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE",
    "message": "Process exited with code 137",
    "stackTrace": "<--- Last few GCs --->\n\n"
    "[41:0x6b2f000]    81234 ms: Mark-Compact 2046.1 (2081.9) -> 2045.8 (2082.2) MB, 1210.3 ms\n\n"
    "<--- JS stacktrace --->\n\n"
    "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n"
    "----- Native stack trace -----\n\n"
    " 1: 0xb8d0a3 node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]\n"
    " 2: 0xf06250 v8::Utils::ReportOOMFailure(v8::internal::Isolate*, char const*) [node]\n",
}
PROCESS_TERMINATED = {
    "type": "INTERNAL_ERROR",
    "code": "TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE",
    "message": "Process exited with signal SIGTERM",
}
NO_HEARTBEAT = {
    "type": "INTERNAL_ERROR",
    "code": "TASK_RUN_HEARTBEAT_TIMEOUT",
    "message": "The worker has not given a sign of life for 60 seconds",
}
STALLED = {
    "type": "INTERNAL_ERROR",
    "code": "TASK_RUN_STALLED_EXECUTING",
    "message": "Run stalled while executing. No heartbeat for 5 minutes.",
}
UNCAUGHT = {
    "type": "INTERNAL_ERROR",
    "code": "TASK_RUN_UNCAUGHT_EXCEPTION",
    "message": "Uncaught exception: read ECONNRESET",
    "stackTrace": "Error: read ECONNRESET\n"
    "    at TCP.onStreamRead (node:internal/stream_base_commons:216:20)",
}
SESSION_ENDED = {
    "type": "INTERNAL_ERROR",
    "code": "TASK_RUN_CRASHED",
    "message": "The development session ended",
}
RAN_TOO_LONG = {
    "type": "INTERNAL_ERROR",
    "code": "MAX_DURATION_EXCEEDED",
    "message": "Run exceeded its maximum compute time of 300 seconds",
}
NEVER_STARTED = {
    "type": "STRING_ERROR",
    "raw": "Run expired because the TTL (10m) was reached",
}
CANCELLED_BY_USER = {"type": "STRING_ERROR", "raw": "Canceled by user"}
CANCELLED_BECAUSE = {
    "type": "STRING_ERROR",
    "raw": "Superseded by a newer import of the same catalogue",
}
