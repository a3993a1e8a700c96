internal import AgentdCore
internal import Messages

extension Caller {
    func createUser(
        _ email: String, role: Role? = nil, displayName: String = "", requestID: String = "", headers: [Header] = []
    ) async throws -> UserMessage {
        var request = CreateUserRequest()
        var user = UserMessage()
        user.email = email
        user.role = role?.rawValue ?? 0
        user.displayName = displayName
        request.user = user
        request.requestID = requestID
        return try await call("UserService/CreateUser", request, headers: headers)
    }

    func getUser(_ id: Int64) async throws -> UserMessage {
        try await call("UserService/GetUser", GetUserRequest(id: id))
    }

    func listUsers(_ change: (inout ListUsersRequest) -> Void = { _ in }) async throws -> ListUsersResponse {
        var request = ListUsersRequest()
        change(&request)
        return try await call("UserService/ListUsers", request)
    }

    func updateUser(
        _ id: Int64, mask: [String]? = nil, requestID: String = "", _ change: (inout UserMessage) -> Void
    ) async throws -> UserMessage {
        var request = UpdateUserRequest()
        var user = UserMessage()
        user.id = id
        change(&user)
        request.user = user
        request.updateMask = mask
        request.requestID = requestID
        return try await call("UserService/UpdateUser", request)
    }

    func setRole(_ role: Role, of id: Int64) async throws -> UserMessage {
        try await updateUser(id, mask: ["role"]) { $0.role = role.rawValue }
    }

    func setActive(_ isActive: Bool, of id: Int64) async throws -> UserMessage {
        try await updateUser(id, mask: ["is_active"]) { $0.isActive = isActive }
    }

    func deleteUser(_ id: Int64, etag: String = "", requestID: String = "") async throws -> UserMessage {
        var request = DeleteUserRequest(id: id)
        request.etag = etag
        request.requestID = requestID
        return try await call("UserService/DeleteUser", request)
    }
}
