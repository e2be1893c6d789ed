"""Google's two APIs over gRPC, as their own clients speak them, answered by the laptop cloud's REST servers.

Every answer passes through Google's message types, strictly: a field the laptop invents, or gives the wrong type, fails
the call. So each test that goes through here also holds the laptop's documents to the published ones.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import grpc
import requests
from google.cloud.run_v2 import ExecutionsClient as RunClient
from google.cloud.run_v2.services.executions.transports import ExecutionsGrpcTransport as RunTransport
from google.cloud.run_v2.types import execution as run_types
from google.cloud.workflows.executions_v1 import ExecutionsClient
from google.cloud.workflows.executions_v1.services.executions.transports import ExecutionsGrpcTransport
from google.cloud.workflows.executions_v1.types import executions as types
from google.longrunning import operations_pb2
from google.protobuf import any_pb2, json_format
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

CODES = {code.value[0]: code for code in grpc.StatusCode}
NAMES = {code.name: code for code in grpc.StatusCode}


class Rest:
    """A REST server of ours; its errors become those of the call."""

    def __init__(self, base, token=""):
        self.base, self.token = base, token

    def __call__(self, context, method, path, body=None, **query):
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.request(method, f"{self.base}/{path}", json=body, params=query, headers=headers, timeout=20)
        if not answer.ok:
            error = answer.json()["error"]
            context.abort(NAMES[error["status"]], error["message"])
        return answer.json()


class GoogleApis:
    """Both services on one port. `refusals` maps a method to what it is refused with: a code, or (code, reason)."""

    def __init__(self, executions, jobs):
        self.refusals = {}
        self.requests = []
        self._executions, self._jobs = executions, jobs
        self._server = grpc.server(ThreadPoolExecutor(4))
        self._server.add_generic_rpc_handlers((self._workflows(), self._run()))
        self._address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._channels = []

    def __enter__(self):
        self._server.start()
        return self

    def __exit__(self, *_):
        for channel in self._channels:
            channel.close()
        self._server.stop(None).wait()

    def workflows_client(self):
        return ExecutionsClient(transport=ExecutionsGrpcTransport(channel=self._channel()))

    def run_client(self):
        return RunClient(transport=RunTransport(channel=self._channel()))

    def _channel(self):
        self._channels.append(grpc.insecure_channel(self._address))
        return self._channels[-1]

    def _handler(self, name, request_type, serializer, answer):
        def call(request, context):
            self.requests.append((name, request))
            refusal = self.refusals.get(name)
            if refusal is not None:
                code, reason = refusal if isinstance(refusal, tuple) else (refusal, "")
                context.abort_with_status(rpc_status.to_status(_status(code, reason)))
            return answer(request, context)

        return grpc.unary_unary_rpc_method_handler(call, request_type.deserialize, serializer)

    def _workflows(self):
        ask = self._executions

        def create(request, context):
            body = {"argument": request.execution.argument}
            return _execution(ask(context, "POST", f"v1/{request.parent}/executions", body))

        def get(request, context):
            return _execution(ask(context, "GET", f"v1/{request.name}"))

        def cancel(request, context):
            return _execution(ask(context, "POST", f"v1/{request.name}:cancel", {}))

        def list_(request, context):
            query = {"pageSize": str(request.page_size), "pageToken": request.page_token or "0"}
            page = ask(context, "GET", f"v1/{request.parent}/executions", **query)
            found = [_execution(one) for one in page["executions"]]
            if request.filter:  # state="FAILED"
                found = [one for one in found if f'state="{one.state.name}"' == request.filter]
            return types.ListExecutionsResponse(executions=found, next_page_token=page.get("nextPageToken", ""))

        one = types.Execution.serialize
        methods = {
            "CreateExecution": (types.CreateExecutionRequest, one, create),
            "GetExecution": (types.GetExecutionRequest, one, get),
            "CancelExecution": (types.CancelExecutionRequest, one, cancel),
            "ListExecutions": (types.ListExecutionsRequest, types.ListExecutionsResponse.serialize, list_),
        }
        handlers = {name: self._handler(name, *parts) for name, parts in methods.items()}
        return grpc.method_handlers_generic_handler("google.cloud.workflows.executions.v1.Executions", handlers)

    def _run(self):
        ask = self._jobs

        def list_(request, context):
            found = ask(context, "GET", f"v2/{request.parent}/executions")["executions"]
            return run_types.ListExecutionsResponse(executions=[_job_execution(one) for one in found])

        def cancel(request, context):
            operation = ask(context, "POST", f"v2/{request.name}:cancel", {})
            packed = any_pb2.Any()
            packed.Pack(run_types.Execution.pb(_job_execution(_untyped(operation["metadata"]))))
            return operations_pb2.Operation(name=operation["name"], metadata=packed)

        methods = {
            "JobsListed": (run_types.ListExecutionsRequest, run_types.ListExecutionsResponse.serialize, list_),
            "JobCancelled": (
                run_types.CancelExecutionRequest,
                operations_pb2.Operation.SerializeToString,
                cancel,
            ),
        }
        named = {"ListExecutions": "JobsListed", "CancelExecution": "JobCancelled"}
        handlers = {method: self._handler(name, *methods[name]) for method, name in named.items()}
        return grpc.method_handlers_generic_handler("google.cloud.run.v2.Executions", handlers)


def _status(code, reason):
    details = []
    if reason:
        info = any_pb2.Any()
        info.Pack(error_details_pb2.ErrorInfo(reason=reason, domain="googleapis.com"))
        details.append(info)
    return status_pb2.Status(code=code.value[0], message="Google's own words", details=details)


def _untyped(document):
    return {name: value for name, value in document.items() if name != "@type"}


def _execution(document):
    return types.Execution(json_format.ParseDict(document, types.Execution.pb(types.Execution())))


def _job_execution(document):
    return run_types.Execution(json_format.ParseDict(document, run_types.Execution.pb(run_types.Execution())))
