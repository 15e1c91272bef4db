import Mustache

/// The compiled templates of `web/admin/*.mustache`.
struct Templates: Sendable {
    /// A template that is not well-formed, or that is not there.
    struct Failure: Error, CustomStringConvertible {
        var template: String
        var message: String
        var description: String { "web/admin/\(template).mustache: \(message)" }
    }

    private let library: MustacheLibrary
    let names: Set<String>

    /// Compiles every template.
    /// - Throws: ``Failure`` naming the first that does not compile.
    init(_ assets: some AssetCatalog) throws {
        SafeHTML.register()
        var library = MustacheLibrary()
        var names: Set<String> = []
        for path in assets.paths.sorted() where path.hasPrefix("web/admin/") && path.hasSuffix(".mustache") {
            let name = String(path.dropFirst("web/admin/".count).dropLast(".mustache".count))
            guard let text = assets.text(path) else { continue }
            do {
                library.register(try MustacheTemplate(string: Self.prepared(text)), named: name)
            } catch {
                throw Failure(template: name, message: "\(error)")
            }
            names.insert(name)
        }
        self.library = library
        self.names = names
    }

    /// Chooses the escaping, and takes each line's indentation away: pages get smaller, and a partial's indentation can then never reach
    /// into a `textarea`.
    private static func prepared(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true).map { $0.drop(while: { $0 == " " }) }
        return "{{% CONTENT_TYPE: \(SafeHTML.name)}}\n" + lines.joined(separator: "\n")
    }

    /// - Throws: ``Failure`` where there is no such template.
    func render(_ name: String, _ view: View) throws -> String {
        guard let text = library.render(view, withTemplate: name) else { throw Failure(template: name, message: "no such template") }
        return text
    }
}
