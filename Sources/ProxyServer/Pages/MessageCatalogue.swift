/// The sentences of the proxy's pages in one language: lines `key = text`, `{name}` in the text is a hole, `#` at the beginning of a line a
/// comment. Texts are plain text: what stands in them is escaped where it is shown.
struct MessageCatalogue: Sendable {
    let language: String
    private let messages: [String: [TemplatePiece]]
    /// The same with the texts escaped.
    private let escaped: [String: [TemplatePiece]]

    var keys: some Collection<String> { messages.keys }

    init(_ text: String, language: String, file: String) throws(TemplateError) {
        var messages: [String: [TemplatePiece]] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = Self.trimmed(line)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let equals = line.firstIndex(of: "=") else {
                throw TemplateError(file: file, line: index + 1, message: "no \"key = text\"")
            }
            let key = String(Self.trimmed(line[..<equals]))
            guard messages[key] == nil else { throw TemplateError(file: file, line: index + 1, message: "\(key) is written twice") }
            messages[key] = Self.pieces(Self.trimmed(line[line.index(after: equals)...]))
        }
        self.language = language
        self.messages = messages
        escaped = messages.mapValues { $0.map(Self.escaped) }
    }

    private init() {
        language = "en"
        messages = [:]
        escaped = [:]
    }

    static let empty = MessageCatalogue()

    func pieces(of key: String) -> [TemplatePiece]? { messages[key] }

    /// The message for a page; nothing where there is none of this key.
    func html(of key: String) -> [TemplatePiece] { escaped[key] ?? [] }

    private static func escaped(_ piece: TemplatePiece) -> TemplatePiece {
        guard case .bytes(let bytes) = piece else { return piece }
        var output: [UInt8] = []
        HTMLText.append(String(decoding: bytes, as: UTF8.self), to: &output)
        return .bytes(output)
    }

    /// The message as plain text.
    func text(_ key: String, _ values: [String: String] = [:]) -> String {
        (messages[key] ?? []).reduce(into: "") { text, piece in
            switch piece {
            case .bytes(let bytes): text += String(decoding: bytes, as: UTF8.self)
            case .hole(let name): text += values[name] ?? ""
            default: break
            }
        }
    }

    /// `key.one` for 1, else `key.other`, with the hole `n`.
    func count(_ key: String, _ n: Int64) -> String { text(n == 1 ? key + ".one" : key + ".other", ["n": String(n)]) }

    private static func pieces(_ text: Substring) -> [TemplatePiece] {
        var result: [TemplatePiece] = []
        var rest = text
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            if open > rest.startIndex { result.append(.bytes(Array(rest[..<open].utf8))) }
            result.append(.hole(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { result.append(.bytes(Array(rest.utf8))) }
        return result
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
        return text
    }
}
