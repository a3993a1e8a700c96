/// An agent where it lies in the memory of somebody else, who lends it: in the rows of an answer of the database. Good
/// only for as long as that says. Its texts are UTF-8 without NUL and end with one, as PostgreSQL and C keep them.
package struct AgentView {
    package let id: Int64
    package let tenantID: TenantID
    package let ownerID: Int64
    package let name: UnsafePointer<CChar>
    package let description: UnsafePointer<CChar>
    package let type: AgentType
    package let status: AgentStatus
    package let systemPrompt: UnsafePointer<CChar>
    /// A JSON object, byte for byte as it was given.
    package let config: UnsafePointer<CChar>
    package let isPublic: Bool
    package let isActive: Bool
    package let createTime: Timestamp
    package let updateTime: Timestamp
    package let deleteTime: Timestamp?
    /// Counts the changes; its text is the etag.
    package let revision: Int64

    package init(
        id: Int64, tenantID: TenantID, ownerID: Int64, name: UnsafePointer<CChar>, description: UnsafePointer<CChar>,
        type: AgentType, status: AgentStatus, systemPrompt: UnsafePointer<CChar>, config: UnsafePointer<CChar>,
        isPublic: Bool, isActive: Bool, createTime: Timestamp, updateTime: Timestamp, deleteTime: Timestamp?,
        revision: Int64
    ) {
        self.id = id
        self.tenantID = tenantID
        self.ownerID = ownerID
        self.name = name
        self.description = description
        self.type = type
        self.status = status
        self.systemPrompt = systemPrompt
        self.config = config
        self.isPublic = isPublic
        self.isActive = isActive
        self.createTime = createTime
        self.updateTime = updateTime
        self.deleteTime = deleteTime
        self.revision = revision
    }
}
