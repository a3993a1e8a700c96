internal import AgentdClient

/// Shows a list, page after page as far as is wanted. As JSON the pages are written as they come, so that a long list
/// takes no memory; as a table the rows are gathered, because the columns depend on all of them.
struct Listing<Resource: Sendable> {
    private let session: Session
    private let format: ListFormat<Resource>
    private let paging: PagingOptions

    init(_ session: Session, _ format: ListFormat<Resource>, _ paging: PagingOptions) {
        self.session = session
        self.format = format
        self.paging = paging
    }

    func show(
        page: (_ size: Int32, _ token: String) async throws(AgentdError) -> AgentdClient.Page<Resource>
    ) async throws(AgentdError) {
        var rows: [Resource] = []
        var list = JSONList(format.field)
        var token = paging.pageToken
        var shown = 0
        var isFirst = true
        while isFirst || !token.isEmpty, let size = paging.nextPageSize(shown: shown, isFirst: isFirst) {
            let answer = try await page(size, token)
            isFirst = false
            token = answer.nextPageToken
            shown += answer.resources.count
            switch session.output {
            case .json: for resource in answer.resources { list.add(format.json(resource)) }
            case .table: rows += answer.resources
            }
        }
        switch session.output {
        case .json: list.finish(["next_page_token": .string(token)])
        case .table:
            Terminal.standardOutput(format.table(of: rows).text())
            if rows.isEmpty { Terminal.standardError("No \(format.plural).\n") }
            if !token.isEmpty { Terminal.standardError("More follow: --all, or --page-token \(token)\n") }
        }
    }
}
