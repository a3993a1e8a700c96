internal import AgentdCore
internal import Messages
internal import Testing

@testable internal import Services

@Suite("The fields of a new user")
struct CreateUserTests {
    private static func request(_ role: Int32, email: String = "ann@example.com") -> CreateUserRequest {
        var message = UserMessage()
        message.email = email
        message.role = role
        var request = CreateUserRequest()
        request.user = message
        return request
    }

    @Test(
        "A role is MEMBER unless another one is given",
        arguments: [(0, .member), (1, .member), (2, .tenantAdministrator)] as [(Int32, Role)])
    func roles(_ number: Int32, _ role: Role) throws {
        let user = try CreateUser.user(of: Self.request(number), tenantID: Callers.tenantB)
        #expect(user.role == role && user.email == "ann@example.com" && user.tenantID == Callers.tenantB)
    }

    @Test("Nobody becomes a system administrator or something unknown this way", arguments: [3, 4, -1] as [Int32])
    func refusedRoles(_ number: Int32) {
        let fields = refusedFields { () throws(ServiceError) in
            try CreateUser.user(of: Self.request(number), tenantID: Callers.tenantA)
        }
        #expect(fields == ["user.role"])
    }

    @Test("Everything that is wrong is named at once")
    func allViolations() {
        var request = Self.request(9, email: "nobody")
        request.requestID = "?"
        let fields = refusedFields { () throws(ServiceError) in
            try CreateUser.user(of: request, tenantID: Callers.tenantA)
        }
        #expect(fields == ["user.email", "user.role", "request_id"])
        let missing = refusedFields { () throws(ServiceError) in
            try CreateUser.user(of: CreateUserRequest(), tenantID: Callers.tenantA)
        }
        #expect(missing == ["user"])
    }
}
