internal import AgentdCore
internal import Metrics

/// What counts the calls of one method, or those of all paths that are no method. Its handles are made once, so that
/// counting a call builds no text.
final class CallMeasures {
    /// In place of the names of a method that there is not: whoever calls could else make as many series as he likes.
    private static let unknown = "unknown"

    /// Kept so that no other method can come to be at its address, by which these measures are found.
    let method: CallMethod?
    private let metrics: any MetricsFactory
    private let dimensions: [(String, String)]
    private let started: Counter
    private let duration: Metrics.Timer
    /// By the number of their code; each is made when it comes up first.
    private var handled = [Counter?](repeating: nil, count: StatusCode.allCases.count)

    init(of method: CallMethod?, _ metrics: any MetricsFactory) {
        self.method = method
        self.metrics = metrics
        dimensions = [
            ("grpc_type", (method?.kind ?? .unary).metricName),
            ("grpc_service", method.map { String($0.service) } ?? Self.unknown),
            ("grpc_method", method.map { String($0.name) } ?? Self.unknown),
        ]
        started = Counter(label: "grpc_server_started_total", dimensions: dimensions, factory: metrics)
        duration = Metrics.Timer(
            label: "grpc_server_handling_seconds", dimensions: dimensions, factory: metrics)
    }

    func began() { started.increment() }

    func ended(_ code: StatusCode, nanoseconds: Int64) {
        counter(of: code).increment()
        duration.recordNanoseconds(nanoseconds)
    }

    private func counter(of code: StatusCode) -> Counter {
        let row = Int(code.rawValue)
        if let counter = handled[row] { return counter }
        let counter = Counter(
            label: "grpc_server_handled_total", dimensions: dimensions + [("grpc_code", code.metricName)],
            factory: metrics)
        handled[row] = counter
        return counter
    }
}

extension MethodKind {
    fileprivate var metricName: String {
        switch self {
        case .unary: "unary"
        case .serverStream: "server_stream"
        case .exchange: "bidi_stream"
        }
    }
}

extension StatusCode {
    /// As dashboards for gRPC servers expect it, which took it from the gRPC library of Go.
    var metricName: String {
        switch self {
        case .ok: "OK"
        case .cancelled: "Canceled"
        case .unknown: "Unknown"
        case .invalidArgument: "InvalidArgument"
        case .deadlineExceeded: "DeadlineExceeded"
        case .notFound: "NotFound"
        case .alreadyExists: "AlreadyExists"
        case .permissionDenied: "PermissionDenied"
        case .resourceExhausted: "ResourceExhausted"
        case .failedPrecondition: "FailedPrecondition"
        case .aborted: "Aborted"
        case .outOfRange: "OutOfRange"
        case .unimplemented: "Unimplemented"
        case .internal: "Internal"
        case .unavailable: "Unavailable"
        case .dataLoss: "DataLoss"
        case .unauthenticated: "Unauthenticated"
        }
    }
}
