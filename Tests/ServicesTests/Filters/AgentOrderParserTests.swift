internal import Storage
internal import Testing

@testable internal import Services

@Suite("The order of a list of agents")
struct AgentOrderParserTests {
    private static let understood: [(text: String, field: AgentQuery.OrderField, descending: Bool)] = [
        ("", .id, false), ("id", .id, false), ("name", .name, false), ("create_time", .createTime, false),
        ("update_time", .updateTime, false), ("name asc", .name, false), ("id desc", .id, true),
        ("  update_time   desc ", .updateTime, true),
    ]

    @Test("One field with a direction is an order", arguments: understood)
    func reads(_ text: String, _ field: AgentQuery.OrderField, _ descending: Bool) {
        let order = AgentOrderParser.parse(text)
        #expect(order?.field == field)
        #expect(order?.descending == descending)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "status", "name, id", "name,id", "name DESC", "desc", "name descending", "name desc id", "name;", "Name",
            "name\tdesc", "a.name", "1",
        ])
    func refuses(_ text: String) {
        #expect(AgentOrderParser.parse(text) == nil)
    }
}
