/// Reads templates: `{{name}}`, `{{t:key}}`, `{{m:name}}`, `{{#name}}…{{/name}}`, `{{^name}}…{{/name}}`, `{{>file}}`.
struct TemplateParser {
    private let sources: [String: String]
    private let messages: MessageCatalogue
    /// Names of the templates being read, the innermost last: an include must not lead back into one of them.
    private var path: [String] = []

    private init(sources: [String: String], messages: MessageCatalogue) {
        self.sources = sources
        self.messages = messages
    }

    static func parse(_ name: String, sources: [String: String], messages: MessageCatalogue) throws(TemplateError) -> [TemplatePiece] {
        var parser = TemplateParser(sources: sources, messages: messages)
        return try parser.file(name, from: name, line: 0)
    }

    private mutating func file(_ name: String, from: String, line: Int) throws(TemplateError) -> [TemplatePiece] {
        guard let source = sources[name] else { throw TemplateError(file: from + ".html", line: line, message: "no template \(name).html") }
        if path.contains(name) { throw TemplateError(file: from + ".html", line: line, message: "\(name).html includes itself") }
        path.append(name)
        defer { path.removeLast() }
        var reader = TemplateReader(Array(source.utf8))
        return try pieces(&reader, name, until: nil)
    }

    private mutating func pieces(_ reader: inout TemplateReader, _ name: String, until end: String?) throws(TemplateError)
        -> [TemplatePiece]
    {
        var result: [TemplatePiece] = []
        while true {
            let bytes = reader.untilTag()
            if !bytes.isEmpty { result.append(.bytes(bytes)) }
            let line = reader.line
            guard let tag = reader.tag() else {
                if let end { throw TemplateError(file: name + ".html", line: line, message: "{{/\(end)}} is missing") }
                return result
            }
            let rest = String(tag.dropFirst())
            switch tag.first {
            case "/":
                if rest == end { return result }
                throw TemplateError(file: name + ".html", line: line, message: "{{/\(rest)}} closes nothing")
            case "#": result.append(.section(rest, try pieces(&reader, name, until: rest)))
            case "^": result.append(.inverted(rest, try pieces(&reader, name, until: rest)))
            case ">": result += try file(rest, from: name, line: line)
            default: result.append(try hole(tag, name, line))
            }
        }
    }

    private func hole(_ tag: String, _ name: String, _ line: Int) throws(TemplateError) -> TemplatePiece {
        if tag.hasPrefix("t:") {
            let key = String(tag.dropFirst(2))
            if messages.pieces(of: key) == nil { throw TemplateError(file: name + ".html", line: line, message: "no message \(key)") }
            return .message(key)
        }
        if tag.hasPrefix("m:") { return .messageOf(String(tag.dropFirst(2))) }
        guard !tag.isEmpty, tag.utf8.allSatisfy({ $0 == 0x2d || (0x61...0x7a).contains($0) }) else {
            throw TemplateError(file: name + ".html", line: line, message: "{{\(tag)}} is no name")
        }
        return .hole(tag)
    }
}

/// Walks over a template's bytes.
struct TemplateReader {
    private let bytes: [UInt8]
    private var at = 0
    private(set) var line = 1

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// What stands before the next `{{`.
    mutating func untilTag() -> [UInt8] {
        let start = at
        while at < bytes.count, !(bytes[at] == 0x7b && at + 1 < bytes.count && bytes[at + 1] == 0x7b) {
            if bytes[at] == 10 { line += 1 }
            at += 1
        }
        return Array(bytes[start..<at])
    }

    /// What stands between `{{` and `}}` here; nil at the end.
    mutating func tag() -> String? {
        guard at < bytes.count else { return nil }
        at += 2
        let start = at
        while at < bytes.count, bytes[at] != 0x7d { at += 1 }
        defer { at = min(bytes.count, at + 2) }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }
}
