internal import AgentdClient

/// How a list of some kind is shown.
struct ListFormat<Resource: Sendable> {
    struct Column {
        let heading: Table.Column
        let cell: (Resource) -> String

        init(
            _ title: String, alignsRight: Bool = false, mayBeCut: Bool = false, cell: @escaping (Resource) -> String
        ) {
            heading = Table.Column(title: title, alignsRight: alignsRight, mayBeCut: mayBeCut)
            self.cell = cell
        }
    }

    /// The field of the answer that holds them, such as `tokens`.
    let field: String
    /// What people call them, such as "API keys".
    let plural: String
    let json: (Resource) -> JSONValue
    let columns: [Column]

    func table(of resources: [Resource]) -> Table {
        var table = Table(columns.map(\.heading))
        for resource in resources { table.add(columns.map { $0.cell(resource) }) }
        return table
    }
}
