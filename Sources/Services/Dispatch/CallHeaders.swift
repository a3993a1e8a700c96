package import Messages

/// The headers of a call: its own, and behind them those that hold for every call of its connection.
package struct CallHeaders {
    private let own: HeaderList
    private let connection: HeaderList

    package init(_ own: HeaderList, connection: HeaderList = HeaderList()) {
        self.own = own
        self.connection = connection
    }

    /// The value of a header, nil when there is none.
    package subscript(_ key: StaticString) -> [UInt8]? { own[key] ?? connection[key] }

    /// Lends the value of a header.
    func withValue<R>(of key: StaticString, _ body: (UnsafeRawBufferPointer) -> R) -> R? {
        own.withValue(of: key, body) ?? connection.withValue(of: key, body)
    }
}
