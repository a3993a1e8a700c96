internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore

/// What the administrative server shows. Everything can only be read, and nothing in it is secret or of a tenant.
struct AdminPages: Sendable {
    private static let index = """
        agentd: health and metrics for whoever runs it

        /livez            whether the process answers
        /readyz           whether it takes calls; /readyz?verbose says what is wrong
        /metrics          figures for Prometheus
        /version          which program this is

        """
    private static let methods = "GET, HEAD"

    private let state: AdminState
    private let scrape: Scrape
    private let version: String

    init(state: AdminState, scrape: Scrape, build: BuildInformation) {
        self.state = state
        self.scrape = scrape
        version = build.json
    }

    /// The answer to a request, of which only the method and the target count.
    func answer(to request: Request) async -> Response {
        guard let page = Page(rawValue: request.uri.path) else {
            let text = "There is nothing here. See /livez, /readyz, /metrics and /version.\n"
            let answer = Self.text(.notFound, text)
            return request.method == .head ? answer.createHeadResponse() : answer
        }
        switch request.method {
        case .get: return await response(page, request)
        case .head: return await response(page, request).createHeadResponse()
        default:
            return Self.text(
                .methodNotAllowed, "Everything here is read with GET or HEAD.\n", fields: [.allow: Self.methods])
        }
    }

    private enum Page: String {
        case index = "/"
        case liveness = "/livez"
        case readiness = "/readyz"
        case metrics = "/metrics"
        case version = "/version"
    }

    private func response(_ page: Page, _ request: Request) async -> Response {
        switch page {
        case .index: Self.text(.ok, Self.index)
        case .liveness: Self.text(.ok, "ok\n")
        case .readiness: readiness(isVerbose: Self.hasParameter("verbose", request.uri.query))
        case .metrics: Self.text(.ok, await scrape.text(), type: MetricText.contentType)
        case .version: Self.text(.ok, version, type: "application/json")
        }
    }

    private func readiness(isVerbose: Bool) -> Response {
        let report = state.current
        return Self.text(
            report.isReady ? .ok : .serviceUnavailable, report.summary + (isVerbose ? report.details : ""))
    }

    private static func hasParameter(_ name: String, _ query: String?) -> Bool {
        (query ?? "").split(separator: "&").contains { $0 == name || $0.hasPrefix(name + "=") }
    }

    private static func text(
        _ status: HTTPResponse.Status, _ text: String, type: String = "text/plain; charset=utf-8",
        fields: HTTPFields = [:]
    ) -> Response {
        var fields = fields
        fields[.contentType] = type
        // Each answer is of its moment, and text that no browser is to take for anything else.
        fields[.cacheControl] = "no-store"
        fields[.xContentTypeOptions] = "nosniff"
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
