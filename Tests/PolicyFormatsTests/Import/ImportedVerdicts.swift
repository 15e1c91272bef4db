import PatternMatching
import PolicyCore
import Testing

@testable import PolicyFormats

/// An imported policy, compiled with its lists, to ask.
struct ImportedVerdicts {
    let imported: ImportedPolicy
    let snapshot: PolicySnapshot

    /// - Parameter files: the configuration and what it names, lists included, by path.
    init(_ origin: PolicyImport.Origin, _ path: String, _ files: [String: String]) throws {
        imported = PolicyImport.read(origin, path: path, files: GivenFiles(files.mapValues { Array($0.utf8) }))
        guard let text = imported.text else { throw PolicyEditError("\(imported.errors)") }
        let reading = PolicyReader.read(text, file: "imported.yaml", zones: FileZones())
        guard let document = reading.document else { throw PolicyEditError("\(reading.errors)\n\(text)") }
        snapshot = try PolicySnapshot.compile(
            document, generation: 1, lists: try ImportedVerdicts.lists(document, files), zones: FileZones(), grants: [])
    }

    private static func lists(_ document: PolicyDocument, _ files: [String: String]) throws -> ListSet {
        var sink = ListsSink()
        var sources: [String: SourceID] = [:]
        for list in document.lists {
            sink.source = sink.builder.source(named: list.name)
            sources[list.name] = sink.source
            let name = list.source.split(separator: "/").last.map(String.init) ?? ""
            let syntax = try #require(ListSyntax(list.format, match: list.match, fileName: name))
            var reader = ListReader(syntax: syntax)
            Array(try #require(files[list.source], "\(list.source)").utf8).withUnsafeBytes { reader.read($0, into: &sink) }
            reader.finish(into: &sink)
        }
        return ListSet(index: try MatchIndex(bytes: sink.builder.finish()), sources: sources)
    }

    /// - Parameters:
    ///   - client: an address, or a user's name.
    ///   - moment: RFC 3339.
    func verdict(_ url: String, _ client: String, at moment: String = "2026-11-23T10:00:00Z", method: String = "GET") -> String {
        let isUser = IPAddress(client) == nil
        let question =
            "{\"id\":1,\"client\":\"\(isUser ? "203.0.113.200" : client)\"\(isUser ? ",\"user\":\"\(client)\"" : ""),"
            + "\"at\":\"\(moment)\",\"method\":\"\(method)\",\"url\":\"\(url)\"}"
        let answer = BatchExplainer(snapshot: snapshot).answer(question)
        return ["allow", "block", "warn"].first { answer.contains("\"verdict\":\"\($0)\"") } ?? answer
    }

    /// What is said of a line.
    func line(_ number: Int, _ file: String? = nil) -> ImportLine? {
        imported.lines.first { $0.line == number && (file == nil || $0.file == file) }
    }
}

private struct ListsSink: ListSink {
    var builder = MatchIndexBuilder()
    var source = SourceID(index: 0)

    mutating func take(_ entry: ListEntry) { try? builder.add(entry, to: source) }
    mutating func reject(line: Int, reason: String, text: UnsafeRawBufferPointer) {}
}

/// A question and the answer the original gives.
struct ImportQuestion: CustomTestStringConvertible {
    var url: String
    var client: String
    var at = "2026-11-23T10:00:00Z"
    var method = "GET"
    var verdict: String

    init(_ url: String, _ client: String, at: String = "2026-11-23T10:00:00Z", method: String = "GET", _ verdict: String) {
        (self.url, self.client, self.at, self.method, self.verdict) = (url, client, at, method, verdict)
    }

    var testDescription: String { "\(method) \(url) from \(client) at \(at): \(verdict)" }
}
