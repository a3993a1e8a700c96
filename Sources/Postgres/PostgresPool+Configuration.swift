extension PostgresPool {
    package struct Configuration: Sendable {
        /// A libpq connection string or URL; several hosts and `target_session_attrs` follow a failover.
        package var conninfo: String
        package var applicationName = "agentd"
        /// What the log calls the pool.
        package var name = "database"
        /// Connections of reads, and of writes where these have none of their own.
        package var connections = 2
        /// Connections of writes.
        package var writeConnections = 0
        /// Calls in flight on one connection, at most: fewer are while answers take long.
        package var pipelineDepth = 192
        /// Calls that wait for a connection, over all shares. More are refused at once, those of the share with the
        /// most first.
        package var queueCapacity = 4_096
        package var queueWaitMilliseconds = 5_000
        /// The longest that PostgreSQL works on a statement.
        package var statementTimeoutMilliseconds = 30_000
        package var connectTimeoutMilliseconds = 10_000

        package init(conninfo: String) { self.conninfo = conninfo }
    }
}
