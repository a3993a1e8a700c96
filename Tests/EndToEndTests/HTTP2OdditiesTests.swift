import Testing

internal import TestSupport

/// What no gRPC library sends, over HTTP/2 as the package h2 for Python speaks it. Each connection must serve
/// afterwards.
@Suite("Oddities of HTTP/2", .timeLimit(.minutes(2)))
struct HTTP2OdditiesTests {
    @Test("Every request that is odd or wrong has the answer that it should, and the connection goes on")
    func oddities() async throws {
        try await World.with { world in
            try await PythonCases.run(
                "http2_oddities.py",
                cases: Self.headers + Self.timeouts + Self.messages + Self.compression + Self.streams,
                environment: world.pythonEnvironment())
        }
    }

    private static let headers = [
        "content type application/grpc", "content type application/grpc+proto",
        "content type application/grpc;charset=utf-8", "content type application/grpc+proto; charset=utf-8",
        "content type application/json", "content type application/grpcx", "content type application/grpc-web",
        "content type text/html", "content type empty", "no content type", "method GET", "method PUT",
        "method HEAD", "no te", "te gzip", "scheme https without TLS", "no authority", "no path", "no method",
        "no scheme", "an unknown pseudo header", "a status in a request", "connection specific header",
        "transfer encoding", "upper case header name", "path empty", "path relative", "path asterisk",
        "path of one slash", "path with a query", "path with more", "pseudo header after others",
        "pseudo header twice", "headers over the limit",
    ]
    private static let timeouts = [
        "grpc-timeout 30S", "grpc-timeout 1M", "grpc-timeout 1H", "grpc-timeout 30000m",
        "grpc-timeout 30000000u", "grpc-timeout 99999999n", "grpc-timeout 99999999H", "grpc-timeout 00000030S",
        "grpc-timeout negative", "grpc-timeout with a plus", "grpc-timeout of nine digits", "grpc-timeout empty",
        "grpc-timeout without a unit", "grpc-timeout without digits", "grpc-timeout of days",
        "grpc-timeout with a space", "grpc-timeout with a fraction", "grpc-timeout in hexadecimal",
        "grpc-timeout in other digits", "grpc-timeout with a unit of two letters", "grpc timeout of nothing",
        "grpc timeout while the message is not there",
    ]
    private static let messages = [
        "message byte by byte", "message with empty frames", "message with padding", "no message",
        "no message in an empty frame", "two messages", "bytes after the message", "message cut short",
        "prefix cut short", "message at the limit", "message over the limit", "other flags",
    ]
    private static let compression = [
        "compressed without an encoding", "encoding that nobody knows",
        "message that is not compressed although it may be", "answer to gzip is gzip",
        "answer to who cannot read gzip", "gzip bombs", "gzip that is broken",
    ]
    private static let streams = [
        "request with trailers", "reset before the answer", "reset after the answer",
        "answer while the request goes on", "many streams in one write", "small windows of the client",
        "answers that wait for windows",
    ]
}
