/// The form an answer of Weir's own takes, so that it fits what was asked for.
enum PageShape: Sendable, Hashable {
    /// A page of its own.
    case page
    /// A page within another one: no forms, because whoever holds the frame could have them clicked.
    case frame
    case image, script, style, json
    /// Anything else, and CONNECT: one line.
    case text

    init(_ hints: PageHints) {
        if hints.isTunnel {
            self = .text
        } else if let destination = hints.destination?.lowercased() {
            self = Self.of(destination, hints)
        } else {
            self = Self.of(accept: hints.accept?.lowercased() ?? "*/*", path: hints.path)
        }
    }

    private static func of(_ destination: String, _ hints: PageHints) -> PageShape {
        switch destination {
        case "document": .page
        case "iframe", "frame", "fencedframe", "object", "embed": .frame
        case "image": .image
        case "script", "worker", "sharedworker", "serviceworker", "audioworklet", "paintworklet": .script
        case "style": .style
        case "empty", "json", "manifest", "report": accepts("application/json", hints) || destination != "empty" ? .json : .text
        default: .text
        }
    }

    private static func accepts(_ type: String, _ hints: PageHints) -> Bool { hints.accept.map { names(type, $0.lowercased()) } ?? false }

    /// Old browsers, and every browser over plain HTTP: the first media type tells.
    private static func of(accept: String, path: String) -> PageShape {
        let range = accept.utf8.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ";") }
        let first = String(decoding: range.filter { $0 != UInt8(ascii: " ") }, as: UTF8.self)
        if first.hasPrefix("text/html") || names("text/html", accept) { return .page }
        if first.hasPrefix("image/") { return .image }
        if first == "text/css" { return .style }
        if first == "application/json" || first.hasSuffix("+json") { return .json }
        if first.hasSuffix("javascript") { return .script }
        guard first == "*/*" || first.isEmpty else { return .text }
        return byExtension[extensionOf(path)] ?? .page
    }

    private static func extensionOf(_ path: String) -> String {
        let name = path.utf8.reversed().drop { $0 == UInt8(ascii: "/") }.prefix { $0 != UInt8(ascii: "/") }
        // None that is known is longer.
        let ending = name.prefix(6)
        guard let dot = ending.firstIndex(of: UInt8(ascii: ".")) else { return "" }
        return String(decoding: ending[..<dot].reversed(), as: UTF8.self).lowercased()
    }

    /// Whether a list of media types holds this one. Bytes, not characters: a page is made for every request that is blocked.
    private static func names(_ type: String, _ accept: String) -> Bool {
        var rest = accept.utf8[...]
        while rest.count >= type.utf8.count {
            if rest.starts(with: type.utf8) { return true }
            rest.removeFirst()
        }
        return false
    }

    private static let byExtension: [String: PageShape] = [
        "js": .script, "mjs": .script, "css": .style, "json": .json, "png": .image, "jpg": .image, "jpeg": .image, "gif": .image,
        "webp": .image, "avif": .image, "svg": .image, "ico": .image, "woff": .text, "woff2": .text, "ttf": .text,
    ]
}
