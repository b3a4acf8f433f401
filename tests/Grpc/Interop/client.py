"""Calls the test server with another implementation of gRPC. Prints one line per check; fails at the first surprise."""
import sys
import threading

import grpc

SERVICE = "/orch.test.Echo/"
MIB = 1024 * 1024
channel = grpc.insecure_channel(
    sys.argv[1],
    options=[("grpc.max_receive_message_length", 64 * MIB), ("grpc.max_send_message_length", 64 * MIB)],
)


def unary(name):
    return channel.unary_unary(SERVICE + name, request_serializer=bytes, response_deserializer=bytes)


def stream(name):
    return channel.stream_stream(SERVICE + name, request_serializer=bytes, response_deserializer=bytes)


def expect(name, actual, wanted):
    if actual != wanted:
        sys.exit(f"{name}: got {actual!r}, wanted {wanted!r}")
    print("ok", name)


def failure(call):
    try:
        call()
    except grpc.RpcError as error:
        return error.code(), error.details()
    return None, "no error"


expect("unary", unary("Unary")(b"hello", timeout=10), b"hello")
expect("empty", unary("Unary")(b"", timeout=10), b"")
big = bytes(20 * MIB)
expect("20 MB", unary("Unary")(big, timeout=30) == big, True)
expect("over the limit", failure(lambda: unary("Unary")(bytes(33 * MIB), timeout=30))[0],
       grpc.StatusCode.RESOURCE_EXHAUSTED)
expect("bidi", list(stream("Chat")(iter([b"a", b"b", b"c"]), timeout=10)), [b"a", b"b", b"c"])
expect("server stream", [m[0] for m in stream("Count")(iter([b"\x05"]), timeout=10)], [1, 2, 3, 4, 5])
text = "100 % größer → naïve"
expect("error", failure(lambda: unary("Fail")(text.encode(), timeout=10)),
       (grpc.StatusCode.FAILED_PRECONDITION, text))
late = stream("FailLate")(iter([]), timeout=10)
expect("messages before the status", [next(late), next(late)], [b"\x01", b"\x02"])
expect("status after messages", failure(lambda: next(late)), (grpc.StatusCode.ABORTED, "after two"))
expect("unknown method", failure(lambda: unary("Nope")(b"", timeout=10))[0], grpc.StatusCode.UNIMPLEMENTED)
expect("deadline", failure(lambda: unary("Hang")(b"", timeout=0.2))[0], grpc.StatusCode.DEADLINE_EXCEEDED)
expect("compression refused",
       failure(lambda: unary("Unary")(bytes(1000), timeout=10, compression=grpc.Compression.Gzip))[0],
       grpc.StatusCode.UNIMPLEMENTED)

open_requests = threading.Event()


def never_ending():
    yield b"x"
    open_requests.wait()


call = stream("Chat")(never_ending())
expect("turn", next(call), b"x")
call.cancel()
expect("cancel", failure(lambda: next(call))[0], grpc.StatusCode.CANCELLED)
open_requests.set()
expect("alive after all that", unary("Unary")(b"end", timeout=10), b"end")
