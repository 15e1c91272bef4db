/// The proxy's own pages as they are written: every file of `web/proxy/`, read and checked once, at the start.
public struct PageTemplates: Sendable {
    /// A template's pieces by its name without `.html`.
    let pages: [String: [TemplatePiece]]
    /// By language tag (`en`).
    let catalogues: [String: MessageCatalogue]
    let style: [UInt8]

    /// - Parameter files: bytes by name below `web/proxy/`: `NAME.html` templates, `messages.LANGUAGE.txt` catalogues, `style.css`.
    /// - Throws: ``TemplateError`` naming the file and line: a template that cannot be read, a message or page that is not there, a catalogue
    ///   that lacks a message English has.
    public init(files: [String: [UInt8]]) throws(TemplateError) {
        var sources: [String: String] = [:]
        var catalogues: [String: MessageCatalogue] = [:]
        for (name, bytes) in files {
            let text = String(decoding: bytes, as: UTF8.self)
            if name.hasSuffix(".html") { sources[String(name.dropLast(5))] = text }
            if name.hasPrefix("messages."), name.hasSuffix(".txt") {
                let language = String(name.dropFirst(9).dropLast(4))
                catalogues[language] = try MessageCatalogue(text, language: language, file: name)
            }
        }
        guard let english = catalogues["en"] else { throw TemplateError(file: "messages.en.txt", message: "is missing") }
        for (language, catalogue) in catalogues {
            if let key = english.keys.first(where: { catalogue.pieces(of: $0) == nil }) {
                throw TemplateError(file: "messages.\(language).txt", message: "lacks \(key)")
            }
        }
        guard let style = files["style.css"] else { throw TemplateError(file: "style.css", message: "is missing") }
        var pages: [String: [TemplatePiece]] = [:]
        for name in sources.keys {
            pages[name] = try TemplateParser.parse(name, sources: sources, messages: english)
        }
        for name in ["block", "failure", "portal", "mine", "notice"] where pages[name] == nil {
            throw TemplateError(file: name + ".html", message: "is missing")
        }
        self.pages = pages
        self.catalogues = catalogues
        self.style = style
    }
}

/// What is wrong with a template or a message catalogue.
public struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
    public var file: String
    /// From 1; 0 where the whole file is meant.
    public var line: Int
    public var message: String

    init(file: String, line: Int = 0, message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    public var description: String { line > 0 ? "\(file):\(line): \(message)" : "\(file): \(message)" }
}
