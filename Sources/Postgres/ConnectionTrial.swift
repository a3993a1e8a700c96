internal import CLibPQ

/// One attempt to connect, which finds out when it fails whether waiting may mend that. It blocks its thread.
package enum ConnectionTrial {
    package enum Outcome: Sendable, Equatable {
        case connected
        /// Nobody answers, or who does is starting, stopping or full. Why, in a line.
        case notNow(String)
        /// It would be refused again: for what the connection string says, its user, its password or its database.
        case refused(String)
    }

    /// Of the whole attempt; looking up the name of the host comes on top.
    private static let timeoutMilliseconds = 5_000
    /// Classes of SQLSTATE, or whole ones, that no waiting mends: authorization, the name of the database, privileges,
    /// and parameters that do not exist.
    private static let lastingStates = ["28", "3D", "42", "22"]

    /// - Parameter conninfo: A libpq connection string or URL.
    package static func run(conninfo: String) -> Outcome {
        let attempt = ConnectionAttempt(
            conninfo: conninfo, applicationName: "agentd start", timeoutMilliseconds: timeoutMilliseconds)
        var said: (text: String, asksForPassword: Bool)?
        do throws(PostgresError) {
            // The SQLSTATE of a refused connection is in a verbose message alone.
            let connection = try attempt.connect(verbosity: PQERRORS_VERBOSE) { connection in
                said = (String(cString: PQerrorMessage(connection)), PQconnectionNeedsPassword(connection) == 1)
            }
            PQfinish(connection)
            return .connected
        } catch {
            guard let said, !said.text.isEmpty else {
                let reason = if case .unavailable(let reason) = error { reason } else { "\(error)" }
                return .notNow(reason)
            }
            return outcome(of: attempt, said.text, asksForPassword: said.asksForPassword)
        }
    }

    private static func outcome(of attempt: ConnectionAttempt, _ text: String, asksForPassword: Bool) -> Outcome {
        let (reason, state) = explained(text)
        if let state { return lastingStates.contains { state.hasPrefix($0) } ? .refused(reason) : .notNow(reason) }
        let isLasting = asksForPassword || problem(in: attempt.conninfo) != nil || isUnusable(attempt)
        return isLasting ? .refused(reason) : .notNow(reason)
    }

    /// A verbose message as a line for people, and the SQLSTATE in it that was the last.
    static func explained(_ text: String) -> (reason: String, sqlState: String?) {
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("LOCATION:") }
        let states = lines.compactMap { $0.firstMatch(of: #/:  ([0-9A-Z]{5}): /#)?.1 }
        let plain = lines.map { $0.replacing(#/:  [0-9A-Z]{5}: /#, with: ": ") }
        return (plain.joined(separator: " ").asOneLine, states.last.map(String.init))
    }

    /// Whether libpq does not even try to connect with these words.
    private static func isUnusable(_ attempt: ConnectionAttempt) -> Bool {
        // In front, so that what the connection string says has precedence.
        let entries = [("connect_timeout", "2")] + attempt.entries
        return withCStrings(entries.map(\.0)) { names in
            withCStrings(entries.map(\.1)) { PQpingParams(names, $0, 1) == PQPING_NO_ATTEMPT }
        }
    }
}

// MARK: Without connecting

extension ConnectionTrial {
    /// What keeps libpq from reading a connection string; nil when it can be read. Without the parts of the string that
    /// libpq would show, which may be of a password.
    package static func problem(in conninfo: String) -> String? {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(conninfo, &message) else {
            defer { PQfreemem(message) }
            return message.map { withoutQuotations(String(cString: $0).asOneLine) } ?? "out of memory"
        }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            if String(cString: keyword) == "port", let value = option.pointee.val,
                !String(cString: value).split(separator: ",").allSatisfy({ (1...65_535).contains(Int($0) ?? 0) })
            {
                return "its port is no number from 1 to 65535"
            }
            option += 1
        }
        return nil
    }

    private static func withoutQuotations(_ text: String) -> String {
        guard let first = text.firstIndex(of: "\""), let last = text.lastIndex(of: "\""), first < last else {
            return text
        }
        return text[..<first] + "..." + text[text.index(after: last)...]
    }
}
