internal import AgentdCore
internal import Messages
internal import Storage
internal import Testing

@testable internal import Services

@Suite("The update mask of a user")
struct UpdateUserTests {
    private static func update(
        _ paths: [String]?, _ change: (inout UserMessage) -> Void = { _ in }
    ) throws(ServiceError) -> (user: User, fields: UserFields, revision: Int64?) {
        var message = UserMessage()
        message.id = 5
        message.role = Role.tenantAdministrator.rawValue
        message.displayName = "New"
        change(&message)
        var request = UpdateUserRequest()
        request.user = message
        request.updateMask = paths
        return try UpdateUser.update(of: request, tenantID: Callers.tenantA)
    }

    private static let masks: [(paths: [String]?, fields: UserFields)] = [
        (["role"], .role), (["display_name"], .displayName), (["is_active"], .isActive), (["*"], .all),
        (["role", "role", "is_active"], [.role, .isActive]), (nil, [.role, .displayName]), ([], [.role, .displayName]),
    ]

    @Test("A mask names the fields that change; without one they are those that are populated", arguments: masks)
    func readsMask(_ paths: [String]?, _ fields: UserFields) throws {
        #expect(try Self.update(paths).fields == fields)
    }

    @Test("A user as it was read may be sent back: what nobody may set is not looked at without a mask")
    func readBack() throws {
        var user = User(tenantID: Callers.tenantA)
        user.id = 5
        user.email = "ann@example.com"
        user.displayName = "Ann"
        user.revision = 3
        let update = try Self.update(nil) { $0 = UserMessage(user) }
        #expect(update.fields == .all && update.revision == 3)
        #expect(update.user.displayName == "Ann" && update.user.role == .member && update.user.isActive)
    }

    @Test("Unknown and read-only paths are refused, each by its place")
    func wrongPaths() {
        let paths = [
            "role", "roles", "id", "email", "tenant_id", "create_time", "update_time", "delete_time", "etag", "",
        ]
        let violations = violations { () throws(ServiceError) in try Self.update(paths) }
        #expect(violations.map(\.field) == (1..<paths.count).map { "update_mask.paths[\($0)]" })
        #expect(violations[0].description.contains("no field of the user that can be changed"))
        #expect(violations[2].description.contains("cannot be changed"))
    }

    @Test("A role is MEMBER or TENANT_ADMIN", arguments: [0, 3, 4, -1] as [Int32])
    func roles(_ role: Int32) {
        let violations = violations { () throws(ServiceError) in try Self.update(["role"]) { $0.role = role } }
        #expect(violations.map(\.field) == ["user.role"])
        #expect(violations[0].description.contains("MEMBER or TENANT_ADMIN"))
    }

    @Test("Everything that is wrong is named at once, and only what is asked for is looked at")
    func allViolations() {
        let fields = refusedFields { () throws(ServiceError) in
            try Self.update(["*"]) {
                $0.id = 0
                $0.role = 9
                $0.displayName = String(repeating: "x", count: 256)
            }
        }
        #expect(fields == ["user.id", "user.role", "user.display_name"])
        let none = refusedFields { () throws(ServiceError) in try Self.update(["is_active"]) { $0.role = 9 } }
        #expect(none == [])
        let missing = refusedFields { () throws(ServiceError) in
            try UpdateUser.update(of: UpdateUserRequest(), tenantID: Callers.tenantA)
        }
        #expect(missing == ["user"])
    }
}
