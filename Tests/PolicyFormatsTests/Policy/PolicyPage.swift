import Foundation

/// The specification and, piece by piece, the tests that show it: `Fixtures/policy-sentences.txt`.
enum PolicyPage {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..").standardizedFileURL

    /// The specification, as the manual has it.
    static func text() throws -> String {
        try String(contentsOf: root.appendingPathComponent("docs/manual/policy.md"), encoding: .utf8)
    }

    /// A piece of the specification's text (a sentence, or a clause of one) and the tests named for it.
    struct Sentence {
        var line: Int
        var text: String
        var tests: [String] = []
        /// A heading, or words that promise nothing.
        var promisesNothing = false
    }

    /// The pieces in the page's order. A line that begins with `> ` is text; indented ones below it name its tests, one a line.
    static func sentences() throws -> [Sentence] {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Fixtures/policy-sentences.txt")
        var sentences: [Sentence] = []
        for (index, line) in try String(contentsOf: url, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let text = line.trimmingCharacters(in: .whitespaces)
            if line.hasPrefix(">") {
                let piece = text.dropFirst().trimmingCharacters(in: .whitespaces)
                // Text in lines that follow one another is one piece.
                if let last = sentences.last, last.tests.isEmpty, !last.promisesNothing, last.line == index {
                    sentences[sentences.count - 1].text += " " + piece
                    sentences[sentences.count - 1].line = index + 1
                } else {
                    sentences.append(Sentence(line: index + 1, text: piece))
                }
            } else if !text.isEmpty, !text.hasPrefix("#"), !sentences.isEmpty {
                if text == "-" {
                    sentences[sentences.count - 1].promisesNothing = true
                } else {
                    sentences[sentences.count - 1].tests.append(text)
                }
            }
        }
        return sentences
    }

    /// What is left of a text when blanks between words count alike and not at all.
    static func words(_ text: String) -> [Substring] { text.split { $0 == " " || $0 == "\n" } }
}

/// Every test there is, by name, as the sources have it.
struct KnownTests {
    /// `PolicyCoreTests/DecideTests.forms`, `EndToEnd/test_lists.py::test_required_and_missing`.
    private(set) var names: Set<String> = []

    init() throws {
        let tests = PolicyPage.root.appendingPathComponent("Tests")
        guard let files = FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil) else { return }
        for case let url as URL in files {
            let module = url.path.dropFirst(tests.path.count + 1).prefix { $0 != "/" }
            switch url.pathExtension {
            case "swift":
                let text = try String(contentsOf: url, encoding: .utf8)
                let suite = url.deletingPathExtension().lastPathComponent
                names.formUnion(KnownTests.swiftTests(text).map { "\(module)/\(suite).\($0)" })
            case "py":
                let text = try String(contentsOf: url, encoding: .utf8)
                let found = text.matches(of: /(?m)^(?:async )?def (test_\w+)/).map { "\(module)/\(url.lastPathComponent)::\($0.output.1)" }
                names.formUnion(found)
            default: break
            }
        }
    }

    /// Names of the functions an `@Test` stands before.
    private static func swiftTests(_ text: String) -> [String] {
        let parts = text.split(separator: "func ", omittingEmptySubsequences: false)
        return zip(parts, parts.dropFirst()).compactMap { before, after in
            // What stands between this function and the body of the one before it.
            before.contains("@Test") ? String(after.prefix { $0.isLetter || $0.isNumber || $0 == "_" }) : nil
        }
    }
}
