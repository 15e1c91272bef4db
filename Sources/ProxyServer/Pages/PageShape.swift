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
            self = Self.of(accept: hints.accept ?? "*/*", path: hints.path)
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

    private static func accepts(_ type: StaticString, _ hints: PageHints) -> Bool { hints.accept.map { names(type, $0) } ?? false }

    /// Old browsers, and every browser over plain HTTP: the first media type tells.
    private static func of(accept: String, path: String) -> PageShape {
        if names("text/html", accept) { return .page }
        let range = accept.utf8.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ";") }
        let first = String(decoding: range.filter { $0 != UInt8(ascii: " ") }, as: UTF8.self).lowercased()
        if first.hasPrefix("text/html") { return .page }
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

    /// Whether a list of media types holds this one, whatever the case. Bytes, not characters: a page is made for every request that is blocked.
    /// - Parameter type: in lower case.
    private static func names(_ type: StaticString, _ accept: String) -> Bool {
        var accept = accept
        return accept.withUTF8 { accept in
            type.withUTF8Buffer { type in
                guard let first = type.first, accept.count >= type.count else { return false }
                return (0...(accept.count - type.count)).contains { start in
                    lower(accept[start]) == first && type.indices.allSatisfy { lower(accept[start + $0]) == type[$0] }
                }
            }
        }
    }

    private static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    private static let byExtension: [String: PageShape] = [
        "js": .script, "mjs": .script, "css": .style, "json": .json, "png": .image, "jpg": .image, "jpeg": .image, "gif": .image,
        "webp": .image, "avif": .image, "svg": .image, "ico": .image, "woff": .text, "woff2": .text, "ttf": .text,
    ]
}
