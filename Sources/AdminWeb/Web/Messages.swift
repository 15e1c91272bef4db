import Foundation
import Mustache

/// One language's words. Keys are flat (`visits-empty`); in templates they stand under `t`. Texts may hold `{0}`, `{1}` for what a call fills in.
struct Messages: MustacheParent, Sendable {
    let language: String
    private let texts: [String: String]
    /// Keys that are a text with holes, and the text cut at these.
    private let patterns: [(key: String, pieces: [Substring])]

    init(language: String, texts: [String: String]) {
        self.language = language
        self.texts = texts
        patterns = texts.keys.filter { $0.hasPrefix(Self.saidMark) && $0.contains("{0}") }
            // What says more is tried first: `{0}: …` fits much.
            .sorted { ($0.count, $0) > ($1.count, $1) }.map {
                ($0, $0.dropFirst().split(separator: /\{[0-9]\}/, omittingEmptySubsequences: false))
            }
    }

    /// Before keys that are a text as parts that know no language say it (what is wrong with a list's line).
    private static let saidMark = "~"

    /// What such a part said, in this language; as it is where nobody translated it.
    func said(_ text: String) -> String {
        if let known = texts[Self.saidMark + text] { return known }
        for (key, pieces) in patterns {
            guard let values = Self.holes(pieces, in: text) else { continue }
            // A place, or a reason, within what was said is a text of the same kind, and shorter.
            return fill(self[key], values.map { $0.count < text.count ? said($0) : $0 })
        }
        return text
    }

    /// What stands in a text at the holes of a pattern; nil where it does not fit.
    private static func holes(_ pieces: [Substring], in text: String) -> [String]? {
        guard let first = pieces.first, let last = pieces.last, text.hasPrefix(first) else { return nil }
        var rest = text.dropFirst(first.count)
        var values: [String] = []
        for piece in pieces.dropFirst().dropLast() {
            guard let found = rest.firstRange(of: piece) else { return nil }
            values.append(String(rest[..<found.lowerBound]))
            rest = rest[found.upperBound...]
        }
        guard rest.hasSuffix(last), rest.count >= last.count else { return nil }
        return values + [String(rest.dropLast(last.count))]
    }

    /// The text, or the key where there is none: a hole that shows is better than one that does not.
    subscript(_ key: String) -> String { texts[key] ?? key }

    /// The text with its `{0}`, `{1}` … filled. What is filled in is never read for holes again.
    func callAsFunction(_ key: String, _ values: String...) -> String { fill(self[key], values) }

    private func fill(_ text: String, _ values: [String]) -> String {
        var out = ""
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{") {
            out += rest[..<open]
            let tail = rest[rest.index(after: open)...]
            if let close = tail.firstIndex(of: "}"), let number = Int(tail[..<close]), values.indices.contains(number) {
                out += values[number]
                rest = tail[tail.index(after: close)...]
            } else {
                out += "{"
                rest = tail
            }
        }
        return out + rest
    }

    func has(_ key: String) -> Bool { texts[key] != nil }
    var keys: Set<String> { Set(texts.keys) }
    func child(named name: String) -> Any? { self[name] }
}

/// Every language there is, and the choice between them.
struct MessageCatalogue: Sendable {
    /// A catalogue that is no flat JSON object of texts.
    struct Failure: Error, CustomStringConvertible {
        var path: String
        var message: String
        var description: String { "\(path): \(message)" }
    }

    private let languages: [String: Messages]
    private let fallback: Messages

    /// Reads every `web/admin/messages.LANGUAGE.json`. What another language lacks is taken from English.
    init(_ assets: some AssetCatalog) throws {
        var read: [String: [String: String]] = [:]
        for path in assets.paths.sorted() where path.hasPrefix("web/admin/messages.") && path.hasSuffix(".json") {
            let language = String(path.dropFirst("web/admin/messages.".count).dropLast(".json".count))
            guard let bytes = assets.bytes(path) else { continue }
            do {
                read[language] = try JSONDecoder().decode([String: String].self, from: Data(bytes))
            } catch {
                throw Failure(path: path, message: "\(error)")
            }
        }
        guard let english = read["en"] else { throw Failure(path: "web/admin/messages.en.json", message: "is not there") }
        fallback = Messages(language: "en", texts: english)
        languages = Dictionary(
            uniqueKeysWithValues: read.map { name, texts in
                (name, Messages(language: name, texts: english.merging(texts) { _, own in own }))
            })
    }

    var names: [String] { languages.keys.sorted() }

    subscript(_ language: String) -> Messages? { languages[language] }

    /// The best language for an `Accept-Language` field (RFC 9110 §12.5.4; ranges match by their primary subtag), or the one chosen before.
    func choose(accept: String?, chosen: String?) -> Messages {
        if let chosen, let messages = languages[chosen] { return messages }
        var best: (messages: Messages, weight: Double)?
        for part in (accept ?? "").prefix(1000).split(separator: ",") {
            let pieces = part.split(separator: ";")
            guard let range = pieces.first?.trimmed.lowercased() else { continue }
            let quality = pieces.dropFirst().first { $0.trimmed.hasPrefix("q=") }.flatMap { Double($0.trimmed.dropFirst(2)) } ?? 1
            let primary = range.split(separator: "-").first.map(String.init) ?? range
            guard quality > 0, let messages = languages[primary] else { continue }
            if quality > best?.weight ?? 0 { best = (messages, quality) }
        }
        return best?.messages ?? fallback
    }
}
