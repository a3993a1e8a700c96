internal import AgentdCore
internal import Testing

@Suite("A caller")
struct CallerTests {
    @Test("Owns nothing in a tenant that it only selected, whatever its user id")
    func ownership() {
        let principal = Callers.principal(userID: 7, role: .systemAdministrator)
        let home = Caller(principal: principal)
        #expect(home.isAtHome && home.ownerID == 7 && home.userID == 7)
        let away = Caller(principal: principal, selecting: TenantProfile(id: Callers.tenantB))
        #expect(!away.isAtHome && away.ownerID == 0 && away.userID == 7)
    }
}
