/// Collects the elements of a drawing. Coordinates are pixels, from the top left.
struct SVGCanvas {
    enum Anchor: String { case start, middle, end }

    private let width: Int
    private let height: Int
    private var elements: [String] = []

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    mutating func line(_ from: (Double, Double), _ to: (Double, Double), color: String, width: Double = 1) {
        elements.append(
            "<line x1=\"\(Self.number(from.0))\" y1=\"\(Self.number(from.1))\" x2=\"\(Self.number(to.0))\" "
                + "y2=\"\(Self.number(to.1))\" stroke=\"\(color)\" stroke-width=\"\(Self.number(width))\"/>")
    }

    mutating func polyline(_ points: [(Double, Double)], color: String) {
        let list = points.map { "\(Self.number($0.0)),\(Self.number($0.1))" }.joined(separator: " ")
        elements.append(
            "<polyline points=\"\(list)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\" "
                + "stroke-linejoin=\"round\"/>")
    }

    mutating func dot(_ center: (Double, Double), radius: Double, color: String) {
        elements.append(
            "<circle cx=\"\(Self.number(center.0))\" cy=\"\(Self.number(center.1))\" r=\"\(Self.number(radius))\" "
                + "fill=\"\(color)\"/>")
    }

    /// - Parameter isVertical: Whether it is read from the bottom to the top.
    mutating func text(
        _ text: String, at position: (Double, Double), size: Int = 13, anchor: Anchor = .start,
        color: String = "#333333", isBold: Bool = false, isVertical: Bool = false
    ) {
        let (x, y) = (Self.number(position.0), Self.number(position.1))
        let rotation = isVertical ? " transform=\"rotate(-90 \(x) \(y))\"" : ""
        let weight = isBold ? " font-weight=\"bold\"" : ""
        elements.append(
            "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(size)\" text-anchor=\"\(anchor.rawValue)\" "
                + "fill=\"\(color)\"\(weight)\(rotation)>\(Self.escaped(text))</text>")
    }

    /// - Parameter title: For whoever cannot see it.
    func document(title: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
        viewBox="0 0 \(width) \(height)" font-family="Helvetica, Arial, sans-serif" role="img">
        <title>\(Self.escaped(title))</title>
        <rect width="\(width)" height="\(height)" fill="#ffffff"/>
        \(elements.joined(separator: "\n"))
        </svg>

        """
    }

    /// With one digit behind the point, which is finer than a screen.
    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let rest = abs(tenths) % 10
        return "\(sign)\(abs(tenths) / 10)" + (rest == 0 ? "" : ".\(rest)")
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.append(character)
            }
        }
    }
}
