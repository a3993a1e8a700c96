import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// Changes that PostgreSQL ends because they collide with others (40001): a trigger stands for the others.
@Suite("Conflicts", .bothDoors, .timeLimit(.minutes(2)))
struct ConflictTests {
    /// Lets a change through after so many have failed; a sequence counts them, which no rollback takes back.
    private static func trigger(failures: Int) -> String {
        """
        CREATE SEQUENCE attempts;
        GRANT USAGE ON SEQUENCE attempts TO agentd_app;
        CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF nextval('attempts') <= \(failures) THEN RAISE 'a collision' USING ERRCODE = '40001'; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER collide BEFORE INSERT ON agents FOR EACH ROW EXECUTE FUNCTION collide();
        """
    }

    private static let agentsAndAttempts = "SELECT count(*), (SELECT last_value FROM attempts) FROM agents"

    @Test("A change that collided twice is made all the same, once")
    func repeated() async throws {
        try await World.with { world in
            try world.database.execute(Self.trigger(failures: 2))
            _ = try await world.speak(as: world.ada) { try await $0.createAgent("agent") }
            #expect(
                try world.database.rows(Self.agentsAndAttempts) == [
                    ["1", "3"]
                ])
        }
    }

    @Test("One that collides again and again is ABORTED after three attempts, and says when to try again")
    func givenUp() async throws {
        try await World.with { world in
            try world.database.execute(Self.trigger(failures: 1_000))
            try await world.speak(as: world.ada) { ada in
                do {
                    _ = try await ada.createAgent("agent")
                    Issue.record("the agent was created")
                } catch let refusal as Refusal {
                    #expect(refusal.code == .aborted && refusal.reason == "TX_CONFLICT")
                    #expect(refusal.status.retryAfterMilliseconds == 50)
                    #expect(!refusal.status.message.contains("collision"))
                }
            }
            #expect(
                try world.database.rows(Self.agentsAndAttempts) == [
                    ["0", "3"]
                ])
        }
    }
}
