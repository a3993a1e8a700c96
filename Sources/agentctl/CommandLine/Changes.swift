/// What an update changes: those fields that were given, also when they were given empty.
struct Changes<Resource, Field> {
    private(set) var resource: Resource
    private(set) var fields: [Field] = []

    init(_ resource: Resource) { self.resource = resource }

    /// Changes nothing when there is no value.
    mutating func set<Value>(_ path: WritableKeyPath<Resource, Value>, _ field: Field, _ value: Value?) {
        guard let value else { return }
        resource[keyPath: path] = value
        fields.append(field)
    }
}
