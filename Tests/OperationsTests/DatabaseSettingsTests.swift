internal import Operations
import Testing

@Suite("Which database")
struct DatabaseSettingsTests {
    private func location(_ environment: [String: String], flags: [String: String] = [:]) throws -> [String] {
        switch try Settings(SettingsSources(flags: flags, environment: environment)).database.location {
        case .embedded: []
        case .external(let application, let platform): [application.conninfo, platform.conninfo]
        }
    }

    @Test(
        "The platform's address is the application's with the other user, unless it is given",
        arguments: [
            (
                "postgresql://agentd_app:secret@db:5433/agentd?sslmode=require",
                "postgresql://agentd_platform:secret@db:5433/agentd?sslmode=require"
            ),
            ("postgres://agentd_app@a,b/agentd", "postgres://agentd_platform@a,b/agentd"),
            ("postgresql:///agentd?host=/run/db&user=agentd_app", "postgresql://agentd_platform@/agentd?host=/run/db"),
            ("host=db user=agentd_app dbname=agentd", "host=db user=agentd_platform dbname=agentd"),
            ("host = db user = 'agentd_app' password='a \\' b'", "host=db user=agentd_platform password='a \\' b'"),
        ])
    func platformAddress(given: String, expected: String) throws {
        #expect(try location(["AGENTD_DATABASE_URL": given])[1] == expected)
        let both = ["AGENTD_DATABASE_URL": given, "AGENTD_PLATFORM_DATABASE_URL": "host=other user=p"]
        #expect(try location(both)[1] == "host=other user=p")
    }

    @Test(
        "An address that names no user is that of agentd_app",
        arguments: [
            ("postgresql://db/agentd", "postgresql://agentd_app@db/agentd", "postgresql://agentd_platform@db/agentd"),
            ("host=db", "host=db user=agentd_app", "host=db user=agentd_platform"),
        ])
    func noUser(given: String, application: String, platform: String) throws {
        #expect(try location(["AGENTD_DATABASE_URL": given]) == [application, platform])
    }

    @Test("The platform's address alone is refused")
    func platformAlone() throws {
        let failure = try #require(throws: SettingsFailure.self) {
            try location(["AGENTD_PLATFORM_DATABASE_URL": "host=db"])
        }
        #expect(failure.description.contains("AGENTD_DATABASE_URL is not"))
    }

    @Test("A data folder on the command line means its own database, whatever the environment says")
    func dataFolderFlag() throws {
        let environment = ["AGENTD_DATABASE_URL": "host=db", "AGENTD_OWNER_DATABASE_URL": "host=db user=postgres"]
        #expect(try location(environment).count == 2)
        #expect(try location(environment, flags: ["--data-dir": "/d"]).isEmpty)
        #expect(
            try location(environment, flags: ["--data-dir": "/d", "--database-url": "host=db"]).count == 2)
        let settings = try Settings(SettingsSources(flags: ["--data-dir": "/d"], environment: environment))
        #expect(settings.database.owner == nil)
    }
}

@Suite("Connection strings")
struct ConnectionStringTests {
    @Test(
        "Passwords are not shown, wherever they stand",
        arguments: [
            ("postgresql://u:p%40ss@h/d", "postgresql://u:redacted@h/d"),
            (
                "postgresql://u@h/d?password=x&connect_timeout=1",
                "postgresql://u@h/d?password=redacted&connect_timeout=1"
            ),
            ("host=h password=x user=u", "host=h password=redacted user=u"),
            ("password = 'x y' sslpassword=z", "password=redacted sslpassword=redacted"),
            ("postgresql://h/d", "postgresql://h/d"),
        ])
    func redaction(given: String, shown: String) throws {
        let connection = try #require(ConnectionString(given))
        #expect(connection.redacted == shown)
    }

    @Test(
        "What is in neither form is refused",
        arguments: ["", "agentd", "mysql://h/d", "host=", "host='h", "=h", "host", "postgresql://h?user", "a=b\\"])
    func refusals(given: String) {
        // libpq takes an empty value.
        if given != "host=" { #expect(ConnectionString(given) == nil) }
    }

    @Test(
        "The user is the one that libpq would take",
        arguments: [
            ("postgresql://a@h?user=b", "b"), ("postgresql://a%2Fb@h", "a/b"), ("user=a user=b", "b"),
        ])
    func user(given: String, user: String) throws {
        #expect(try #require(ConnectionString(given)).user == user)
    }

    @Test("A value survives its quotes", arguments: ["plain", "", "a b", "it's", "back\\slash", "/tmp/a b"])
    func quoting(value: String) throws {
        let connection = try #require(ConnectionString("user=\(ConnectionString.quoted(value))"))
        #expect(connection.user == value)
    }
}
