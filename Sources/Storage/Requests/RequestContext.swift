package import AgentdCore
internal import Postgres

/// What every change carries besides its own fields: who, for which call, and how a retry is recognised.
package struct ChangeContext: Sendable {
    /// The client's request id; nil when the call must not be repeated.
    package let requestID: UUIDValue?
    /// SHA-256 of the request message: the same id with another payload is refused.
    package let payloadDigest: [UInt8]

    package init(requestID: UUIDValue?, payloadDigest: [UInt8]) {
        self.requestID = requestID
        self.payloadDigest = payloadDigest
    }
}

/// The SQL that every change shares. A change is one statement: it looks for the first answer of the same request id,
/// makes the change unless there is one, writes the audit row and keeps the answer, or does none of it.
///
/// Parameters 1 to 7 are the same in all of them: tenant, caller, request id, digest of the payload, token, call id and
/// the tenant of the caller.
enum Change {
    static let parameterTypes: [ParameterType] = [.uuid, .int8, .uuid, .bytea, .text, .text, .uuid]

    /// The first answer to the same request id, if there is one.
    static let prior = """
        prior AS (
            SELECT method, payload_digest, response FROM request_ids
            WHERE tenant_id = $1 AND user_id = $2 AND request_id = $3
        )
        """

    /// Keeps what `changed` returned as the answer to the request id.
    static func remembered(_ method: String, response: String = "row_to_json(changed)") -> String {
        """
        remembered AS (
            INSERT INTO request_ids (tenant_id, user_id, request_id, method, payload_digest, response)
            SELECT $1, $2, $3, '\(method)', $4, \(response) FROM changed WHERE $3::uuid IS NOT NULL
        )
        """
    }

    /// One audit row for the row of `changed`; `changes` is an SQL expression of type json.
    static func audited(
        _ method: String, objectType: String, tenant: String = "$1::uuid", changes: String, from: String = "changed"
    ) -> String {
        """
        audited AS (
            INSERT INTO audit_events (tenant_id, actor_tenant_id, actor_user_id, token_id, action, object_type,
                object_id, changes, call_id)
            SELECT \(tenant), $7, $2, $5, '\(method)', '\(objectType)', changed.id::text, \(changes), $6 FROM \(from)
        )
        """
    }

    /// The first answer, of `prior AS p`, as a row of the table that it was made from. It is a row of NULLs when the id
    /// belongs to another method, whose answer need not fit the table.
    static func firstAnswer(_ method: String, _ table: String) -> String {
        "json_populate_record(NULL::\(table), CASE WHEN p.method = '\(method)' THEN p.response END)"
    }

    /// `done` for the answer of an earlier call, `reused` when the id belongs to another payload.
    static func priorOutcome(_ method: String) -> String {
        "CASE WHEN p.method = '\(method)' AND p.payload_digest = $4 THEN 'done' ELSE 'reused' END"
    }

    static func bind(_ context: ChangeContext, of session: TenantSession, to parameters: inout Parameters) {
        bind(
            context, tenant: session.caller.tenantID, principal: session.caller.principal, callID: session.callID,
            to: &parameters)
    }

    static func bind(
        _ context: ChangeContext, tenant: TenantID, principal: Principal, callID: CallID,
        to parameters: inout Parameters
    ) {
        parameters.append(tenant)
        parameters.append(int8: principal.userID)
        parameters.append(context.requestID)
        parameters.append(bytea: context.payloadDigest)
        parameters.append(text: principal.tokenID)
        parameters.append(callID)
        parameters.append(principal.tenantID)
    }
}

/// What became of a change. `value` is set exactly when it is `done`.
package enum ChangeOutcome<Value: Sendable>: Sendable {
    /// Made now, or earlier under the same request id.
    case done(Value)
    /// The request id belongs to another request.
    case requestIDReused
    /// Not there, or not visible to the caller.
    case absent
    /// Visible, but somebody else's.
    case foreign
    /// Changed by somebody else since the etag was read.
    case stale
    /// It is not in the state that the change starts from.
    case unsuitable
    /// The tenant has as many of them as its limit allows.
    case exhausted
    /// It is the last administrator.
    case protected
    /// What it would change is fixed for this one, whoever asks.
    case fixed
    /// The change was sent without the lock that it needs, or another transaction holds that: nothing happened.
    case unlocked

    /// - Parameter value: Reads the value; only called when it is done.
    init(
        _ name: String, decoding rows: borrowing Rows,
        value: (borrowing Rows) throws(DecodingFailure) -> Value
    ) throws(DecodingFailure) {
        switch name {
        case "done": self = .done(try value(rows))
        case "reused": self = .requestIDReused
        case "absent": self = .absent
        case "foreign": self = .foreign
        case "stale": self = .stale
        case "unsuitable": self = .unsuitable
        case "exhausted": self = .exhausted
        case "protected": self = .protected
        case "fixed": self = .fixed
        case "unlocked": self = .unlocked
        default: throw DecodingFailure("the outcome \(name) is unknown")
        }
    }
}

extension Parameters {
    mutating func append(_ tenant: TenantID) { append(uuidHigh: tenant.value.high, low: tenant.value.low) }

    mutating func append(_ callID: CallID) {
        switch callID {
        case .given(let text): append(text: text)
        case .made(let uuid): append(textOf: uuid)
        }
    }

    /// Its canonical form, for a parameter of type text.
    mutating func append(textOf uuid: UUIDValue) { append(textOf: UUIDValue.textBytes) { uuid.write(to: $0) } }

    mutating func append(_ uuid: UUIDValue?) {
        if let uuid { append(uuidHigh: uuid.high, low: uuid.low) } else { appendNull() }
    }
}

extension Rows {
    func tenantID(_ row: Int, _ column: Int) throws(DecodingFailure) -> TenantID {
        let (high, low) = try uuid(row, column)
        return TenantID(UUIDValue(high: high, low: low))
    }

    func timestamp(_ row: Int, _ column: Int) throws(DecodingFailure) -> Timestamp {
        Timestamp(microseconds: try timestamptz(row, column))
    }

    func optionalTimestamp(_ row: Int, _ column: Int) throws(DecodingFailure) -> Timestamp? {
        try optionalTimestamptz(row, column).map { Timestamp(microseconds: $0) }
    }
}

extension RecordReader {
    mutating func tenantID() throws(DecodingFailure) -> TenantID {
        let (high, low) = try uuid()
        return TenantID(UUIDValue(high: high, low: low))
    }

    mutating func timestamp() throws(DecodingFailure) -> Timestamp { Timestamp(microseconds: try timestamptz()) }

    mutating func optionalTimestamp() throws(DecodingFailure) -> Timestamp? {
        try optionalTimestamptz().map { Timestamp(microseconds: $0) }
    }
}
