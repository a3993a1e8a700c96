/// One numbered SQL file of `Migrations/`.
package struct Migration: Sendable, Equatable {
    package let version: Int
    package let name: String
    let sql: String

    /// All of them, in order. The package manager names each resource by its file, with "_" for the first digit.
    package static let all: [Migration] = [
        Migration(version: 1, name: "tables", bytes: PackageResources._001_tables_sql),
        Migration(version: 2, name: "row_level_security", bytes: PackageResources._002_row_level_security_sql),
        Migration(version: 3, name: "management", bytes: PackageResources._003_management_sql),
    ]

    private init(version: Int, name: String, bytes: [UInt8]) {
        self.version = version
        self.name = name
        sql = String(decoding: bytes, as: UTF8.self)
    }
}
