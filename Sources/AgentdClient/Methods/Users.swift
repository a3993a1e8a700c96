internal import AgentdCore
internal import Messages

/// `agentd.v1.UserService`: the users of the tenant of the call. Every change carries a request id, made here when the
/// caller gives none, so that it can be tried again without being made twice.
extension AgentdClient {
    /// Creates a user. Administrators only.
    /// - Parameter requestID: A UUID that makes repeating it safe; made here when there is none.
    public func createUser(
        _ user: User, requestID: String? = nil, options: CallOptions = .standard
    ) async throws(AgentdError) -> User {
        var text = TextFields()
        var request = CreateUserRequest()
        request.user = user.message(&text, field: "user")
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        return try await change("/agentd.v1.UserService/CreateUser", request, options)
    }

    /// Reads a user, also a deleted one. Who is no administrator reads itself alone.
    public func getUser(id: Int64, options: CallOptions = .standard) async throws(AgentdError) -> User {
        let message: UserMessage = try await call(
            "/agentd.v1.UserService/GetUser", GetUserRequest(id: id), kind: .read, options: options)
        return User(message)
    }

    /// One page of the users, by id. Administrators only.
    /// - Parameters:
    ///   - query: Its filter takes `role = MEMBER`, `is_active = true`, `email = "ann@*"`.
    ///   - showDeleted: Deleted users too.
    ///   - pageToken: Of the page before; empty for the first one.
    public func listUsers(
        _ query: ListQuery = ListQuery(), showDeleted: Bool = false, pageToken: String = "",
        options: CallOptions = .standard
    ) async throws(AgentdError) -> Page<User> {
        var text = TextFields()
        var request = ListUsersRequest()
        request.pageSize = query.pageSize
        request.pageToken = text.checked(pageToken, "page_token")
        request.filter = text.checked(query.filter, "filter")
        request.showDeleted = showDeleted
        try text.finish()
        let response: ListUsersResponse = try await call(
            "/agentd.v1.UserService/ListUsers", request, kind: .read, options: options)
        return Page(resources: response.users.map { User($0) }, nextPageToken: response.nextPageToken)
    }

    /// All users, fetched page by page. Administrators only.
    public func allUsers(
        _ query: ListQuery = ListQuery(), showDeleted: Bool = false, options: CallOptions = .standard
    ) -> PageSequence<User> {
        PageSequence { (token) throws(AgentdError) in
            try await self.listUsers(query, showDeleted: showDeleted, pageToken: token, options: options)
        }
    }

    /// Changes role, display name and whether the user may call. Administrators only; the last active administrator of
    /// a tenant keeps its role and stays active.
    /// - Parameters:
    ///   - user: `id` says which; `etag`, when there is one, must match.
    ///   - fields: Those that change, also to an empty value.
    ///   - requestID: A UUID.
    public func updateUser(
        _ user: User, fields: [UserField], requestID: String? = nil, options: CallOptions = .standard
    ) async throws(AgentdError) -> User {
        var text = TextFields()
        var request = UpdateUserRequest()
        request.user = user.message(&text, field: "user")
        request.updateMask = text.checkedMask(fields)
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        return try await change("/agentd.v1.UserService/UpdateUser", request, options)
    }

    /// Marks a user deleted: its tokens die, its agents stay, its email is free. Administrators only; the last active
    /// administrator of a tenant stays.
    /// - Parameters:
    ///   - etag: When it is not empty it must match.
    ///   - requestID: A UUID.
    public func deleteUser(
        id: Int64, etag: String = "", requestID: String? = nil, options: CallOptions = .standard
    ) async throws(AgentdError) -> User {
        var text = TextFields()
        var request = DeleteUserRequest(id: id)
        request.etag = text.checked(etag, "etag")
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        return try await change("/agentd.v1.UserService/DeleteUser", request, options)
    }

    /// The caller: its user and the tenant that this user belongs to.
    public func whoAmI(options: CallOptions = .standard) async throws(AgentdError) -> Identity {
        let response: WhoAmIResponse = try await call(
            "/agentd.v1.UserService/WhoAmI", WhoAmIRequest(), kind: .read, options: options)
        return Identity(user: User(response.user ?? UserMessage()), tenant: Tenant(response.tenant ?? TenantMessage()))
    }

    private func change(
        _ path: String, _ request: some EncodableMessage, _ options: CallOptions
    ) async throws(AgentdError) -> User {
        let message: UserMessage = try await call(path, request, kind: .repeatableChange, options: options)
        return User(message)
    }
}
