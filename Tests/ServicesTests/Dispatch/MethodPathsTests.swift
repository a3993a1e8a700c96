import Testing

@testable internal import Services

@Suite("Paths of methods")
struct MethodPathsTests {
    private static let methods = (0..<100).map { CallMethod(path: "/a.b/Method\($0)", kind: .unary) }

    private static func found(_ path: String, in paths: MethodPaths) -> CallMethod? {
        var path = path
        return path.withUTF8 { paths[UnsafeRawBufferPointer($0)] }
    }

    @Test("Each method is found by its path")
    func each() {
        let paths = MethodPaths(Self.methods)
        for method in Self.methods { #expect(Self.found(method.path, in: paths) === method) }
    }

    @Test(
        "What is no path of a method finds nothing",
        arguments: [
            "", "/", "/a.b/Method", "/a.b/Method100", "/a.b/Method7 ", "/A.b/Method7", "a.b/Method7", "/c.b/Method7",
        ])
    func none(_ path: String) { #expect(Self.found(path, in: MethodPaths(Self.methods)) == nil) }

    @Test("A table without methods finds nothing and ends")
    func empty() { #expect(Self.found("/a.b/Method7", in: MethodPaths([])) == nil) }
}
