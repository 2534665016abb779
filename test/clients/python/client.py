"""What a Python user does with a node: create, reload, run, evaluate, stream a batch. Takes the node's address."""

import sys

import grpc
from google.protobuf import struct_pb2
from google.rpc import error_details_pb2, status_pb2
from petri.v1 import (
    admin_service_pb2,
    admin_service_pb2_grpc,
    evaluation_pb2,
    module_pb2,
    run_pb2,
    sandbox_pb2,
    sandbox_service_pb2 as service,
    sandbox_service_pb2_grpc,
)

DEADLINE = 30


def value(json):
    """A JSON value as a google.protobuf.Value."""
    message = struct_pb2.Value()
    if json is None:
        message.null_value = struct_pb2.NULL_VALUE
    elif isinstance(json, bool):
        message.bool_value = json
    elif isinstance(json, (int, float)):
        message.number_value = json
    elif isinstance(json, str):
        message.string_value = json
    elif isinstance(json, list):
        message.list_value.values.extend(value(each) for each in json)
        message.list_value.SetInParent()
    else:
        message.struct_value.SetInParent()
        for name, member in json.items():
            message.struct_value.fields[name].CopyFrom(value(member))
    return message


def call(function, *arguments, **limits):
    arguments = [value(each) for each in arguments]
    return run_pb2.RunSpec(call=run_pb2.FunctionCall(function=function, arguments=arguments), **limits)


def genome(source):
    return module_pb2.Genome(modules=[module_pb2.Module(javascript=source)])


def details(error):
    """The details of a failed call, by the name of their type."""
    for name, content in error.trailing_metadata():
        if name == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(content)
            return {any.TypeName(): any.value for any in status.details}
    return {}


def fails(code, request, *arguments):
    """Makes the call, which must fail with the code; its details."""
    try:
        request(*arguments, timeout=DEADLINE)
    except grpc.RpcError as error:
        assert error.code() == code, (error.code(), error.details())
        return details(error)
    raise AssertionError(f"the call should have failed with {code}")


def life_cycle(sandboxes):
    create = service.CreateSandboxRequest(
        id="py-1",
        genome=genome("""
            import { state } from 'petri:sandbox';
            export const add = (n) => (state.total = (state.total ?? 0) + n);
            export const echo = (...args) => args;
            export const spin = () => { for (;;); };
        """),
        labels={"from": "python"},
        state=value({"total": 10}),
    )
    created = sandboxes.CreateSandbox(create, timeout=DEADLINE).sandbox
    assert created.status == sandbox_pb2.SANDBOX_STATUS_RUNNING, created
    assert created.labels["from"] == "python"
    assert created.limits.memory_bytes == 128 * 1024 * 1024

    found = fails(grpc.StatusCode.ALREADY_EXISTS, sandboxes.CreateSandbox, create)
    existing = sandbox_pb2.Sandbox.FromString(found["petri.v1.Sandbox"])
    assert existing.id == "py-1" and existing.revision == created.revision, existing

    found = fails(grpc.StatusCode.NOT_FOUND, sandboxes.GetSandbox, service.GetSandboxRequest(id="nobody"))
    info = error_details_pb2.ErrorInfo.FromString(found["google.rpc.ErrorInfo"])
    assert info.reason == "SANDBOX_NOT_FOUND" and info.domain == "petri", info

    bad = service.CreateSandboxRequest(id="!", labels={"": ""}, state=struct_pb2.Value())
    found = fails(grpc.StatusCode.INVALID_ARGUMENT, sandboxes.CreateSandbox, bad)
    violations = error_details_pb2.BadRequest.FromString(found["google.rpc.BadRequest"]).field_violations
    assert sorted(each.field for each in violations) == ["id", 'labels[""]', "state"], violations


def runs(sandboxes):
    def run(spec):
        return sandboxes.Run(service.RunRequest(id="py-1", spec=spec), timeout=DEADLINE).result

    assert run(call("add", 5)).value.number_value == 15
    everything = [None, True, -0.5, "ü🧫", [], {}, {"a": [1, {"__proto__": 2}]}]
    assert run(call("echo", *everything)).value == value(everything)
    assert run(run_pb2.RunSpec(expression="add(0)")).value.number_value == 15

    spun = run(call("spin", timeout_ms=100))
    assert spun.outcome == run_pb2.OUTCOME_TIMEOUT, spun
    threw = run(run_pb2.RunSpec(expression="add(1), nothing.at.all"))
    assert threw.outcome == run_pb2.OUTCOME_THREW and threw.error.name == "ReferenceError", threw
    assert run(call("add", 0)).value.number_value == 15, "a run that fails leaves no trace in the state"


def reloads(sandboxes):
    module = module_pb2.Module(typescript="""
        import { state } from 'petri:sandbox';
        export const add = (n: number): number => (state.total += 100 * n);
    """)
    request = service.ReloadSourceRequest(id="py-1", modules=[module])
    assert sandboxes.ReloadSource(request, timeout=DEADLINE).result == service.RELOAD_RESULT_RELOADED
    assert sandboxes.ReloadSource(request, timeout=DEADLINE).result == service.RELOAD_RESULT_NO_CHANGE
    answer = sandboxes.Run(service.RunRequest(id="py-1", spec=call("add", 1)), timeout=DEADLINE)
    assert answer.result.value.number_value == 115, answer

    broken = service.ReloadSourceRequest(id="py-1", modules=[module_pb2.Module(javascript="this is not")])
    fails(grpc.StatusCode.FAILED_PRECONDITION, sandboxes.ReloadSource, broken)
    history = sandboxes.ListModuleVersions(service.ListModuleVersionsRequest(id="py-1"), timeout=DEADLINE).history
    assert (history.active_version, len(history.versions)) == (2, 2), history


def batches(sandboxes):
    ids = [f"py-batch-{index}" for index in range(10)]
    source = "export default (x) => { if (x === 13) for (;;); return x * x; }"
    requests = [service.CreateSandboxRequest(id=id, genome=genome(source)) for id in ids]
    created = sandboxes.BatchCreate(service.BatchCreateRequest(requests=requests), timeout=DEADLINE)
    assert [item.sandbox.id for item in created.items] == ids, created

    entries = [
        service.BatchRunEntry(id=ids[index % 10], spec=call("default", index, timeout_ms=200 if index == 13 else 60_000))
        for index in range(1000)
    ]
    entries.append(service.BatchRunEntry(id="nobody", spec=call("default", 1)))
    items, summary = {}, None
    for message in sandboxes.BatchRun(service.BatchRunRequest(entries=entries), timeout=DEADLINE):
        items.update((item.index, item) for item in message.items)
        summary = message.summary
    assert len(items) == 1001, len(items)
    for index in range(1000):
        run = items[index].run
        if index == 13:
            assert run.outcome == run_pb2.OUTCOME_TIMEOUT, run
        else:
            assert run.value.number_value == index * index, run
    assert items[1000].error.code == grpc.StatusCode.NOT_FOUND.value[0], items[1000]
    assert (summary.total, summary.errors) == (1001, 1), summary
    counts = {each.outcome: each.count for each in summary.outcomes}
    assert counts == {run_pb2.OUTCOME_COMPLETED: 999, run_pb2.OUTCOME_TIMEOUT: 1}, counts

    case = evaluation_pb2.Case(call=run_pb2.FunctionCall(arguments=[value(4)]), expected=value(16))
    spec = evaluation_pb2.EvaluationSpec(suite=evaluation_pb2.Suite(cases=[case]))
    candidates = [
        service.Candidate(id=id, genome=genome(source))
        for id, source in {"right": "export default (x) => x * x", "wrong": "export default (x) => x"}.items()
    ]
    scores = {}
    request = service.EvaluateSourcesRequest(candidates=candidates, spec=spec)
    for message in sandboxes.EvaluateSources(request, timeout=DEADLINE):
        scores.update((item.id, item.evaluation.score) for item in message.items)
    assert scores == {"right": 1, "wrong": 0}, scores

    destroyed = sandboxes.BatchDestroy(service.BatchDestroyRequest(ids=ids), timeout=DEADLINE)
    assert all(item.sandbox.status == sandbox_pb2.SANDBOX_STATUS_STOPPED for item in destroyed.items), destroyed


def main():
    channel = grpc.insecure_channel(sys.argv[1])
    sandboxes = sandbox_service_pb2_grpc.SandboxServiceStub(channel)
    life_cycle(sandboxes)
    runs(sandboxes)
    reloads(sandboxes)
    batches(sandboxes)
    admin = admin_service_pb2_grpc.AdminServiceStub(channel)
    status = admin.GetNodeStatus(admin_service_pb2.GetNodeStatusRequest(), timeout=DEADLINE)
    assert status.workers and not status.draining, status
    print("all is well")


main()
