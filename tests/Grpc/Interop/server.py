"""Serves the test methods with another implementation of gRPC. Prints its port and ends with its standard input."""
import sys
import time
from concurrent import futures

import grpc

MIB = 1024 * 1024


def chat(requests, context):
    for message in requests:
        yield message


def count(requests, context):
    for limit in requests:
        for i in range(1, limit[0] + 1):
            yield bytes([i])


def fail(request, context):
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, request.decode())


def fail_late(requests, context):
    yield b"\x01"
    yield b"\x02"
    context.abort(grpc.StatusCode.ABORTED, "after two")


def hang(requests, context):
    while context.is_active():
        time.sleep(0.02)
    print("hang ended", flush=True)
    return iter([])


def compressed(request, context):
    context.set_compression(grpc.Compression.Gzip)
    return bytes(1000)


handlers = {
    "Unary": grpc.unary_unary_rpc_method_handler(lambda request, context: request),
    "Chat": grpc.stream_stream_rpc_method_handler(chat),
    "Count": grpc.stream_stream_rpc_method_handler(count),
    "Fail": grpc.unary_unary_rpc_method_handler(fail),
    "FailLate": grpc.stream_stream_rpc_method_handler(fail_late),
    "Hang": grpc.stream_stream_rpc_method_handler(hang),
    "Compressed": grpc.unary_unary_rpc_method_handler(compressed),
}
server = grpc.server(
    futures.ThreadPoolExecutor(8),
    options=[("grpc.max_receive_message_length", 21 * MIB), ("grpc.max_send_message_length", 64 * MIB)],
)
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("orch.test.Echo", handlers),))
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
sys.stdin.read()
server.stop(0)
