internal import Foundation
internal import FoundationXML
@testable internal import LoadGenerator
internal import Testing

@Suite("The plot")
struct LatencyPlotTests {
    /// What an XML parser finds in a drawing.
    private final class Drawing: NSObject, XMLParserDelegate {
        var elements: [String: [[String: String]]] = [:]
        var texts: [String] = []
        private var text = ""

        func parser(
            _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            elements[element, default: []].append(attributes)
            text = ""
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

        func parser(
            _ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?
        ) {
            if element == "text" { texts.append(text) }
        }
    }

    private func read(_ report: LoadReport) throws -> Drawing {
        let parser = XMLParser(data: Data(report.svg.utf8))
        let drawing = Drawing()
        parser.delegate = drawing
        try #require(parser.parse(), "\(String(describing: parser.parserError))")
        return drawing
    }

    @Test("It is XML, with axes, units, a legend and a line for each percentile")
    func complete() throws {
        let drawing = try read(SampleReport.report(SampleReport.plan(.open(rate: 1_000, inFlight: nil))))
        let root = try #require(drawing.elements["svg"]?.first)
        #expect(root["viewBox"] == "0 0 960 780")
        #expect(drawing.elements["polyline"]?.count == 3)
        for text in [
            "Latency by percentile", "Latency over time", "latency in ms", "percentile of the calls", "0 %", "50 %",
            "90 %", "99 %", "p50", "p99", "seconds with failures", "1", "10", "100",
        ] { #expect(drawing.texts.contains(text), "\(drawing.texts)") }
    }

    @Test("Nothing is drawn outside of it", arguments: [1, 100, 100_000])
    func bounds(calls: Int) throws {
        let report = SampleReport.report(SampleReport.plan(.closed(inFlight: 64), seconds: 1_000), calls: calls)
        let drawing = try read(report)
        for line in drawing.elements["polyline"] ?? [] {
            let points = try #require(line["points"]).split(separator: " ")
            #expect(points.count <= 1_000)
            for point in points {
                let coordinates = point.split(separator: ",").compactMap { Double($0) }
                try #require(coordinates.count == 2)
                #expect((0...960).contains(coordinates[0]) && (0...780).contains(coordinates[1]))
            }
        }
    }

    @Test("A run without a success has a drawing that says so")
    func nothing() throws {
        let drawing = try read(SampleReport.report(SampleReport.plan(.closed(inFlight: 1)), calls: 0, failures: 3))
        #expect(drawing.texts.contains("no call succeeded"))
        #expect(drawing.texts.contains("seconds with failures"))
    }
}
