import Hummingbird
import PolicyFormats

/// Another filter's configuration as a policy: files or text in, what becomes of each line out, and the policy to save.
enum ImportPage {
    @Sendable static func show(_ request: AdminRequest) async throws -> Response {
        try await page(request, [:], status: .ok)
    }

    /// Reads what was sent and shows the preview; nothing is saved. The policy goes on to where its text is edited and saved.
    @Sendable static func preview(_ request: AdminRequest) async throws -> Response {
        guard let origin = request.form["from"].flatMap(PolicyImport.Origin.init(rawValue:)) else { throw AdminFailure.bad("from") }
        var files = SentFiles()
        for file in request.files where !file.bytes.isEmpty { files.add(file.name, Array(file.bytes)) }
        let pasted = request.form["text"] ?? ""
        var main = request.files.first { $0.field == "main" && !$0.bytes.isEmpty }?.name
        if main == nil, !pasted.trimmed.isEmpty {
            main = origin == .squid ? "squid.conf" : origin == .squidguard ? "squidGuard.conf" : "e2guardianf1.conf"
            files.add(main ?? "", Array(pasted.replacing("\r\n", with: "\n").utf8))
        }
        guard let main else { return try await page(request, ["failure": request.t["import-nothing"]], status: .unprocessableContent) }
        let name = origin == .e2guardian ? "e2guardian" : main
        let lists = request.form.text("lists").map { $0.split(separator: "/").joined(separator: "/") } ?? origin.rawValue
        let imported = PolicyImport.read(origin, path: name, files: files, lists: lists)
        var view: View = [
            "errors": imported.errors.map(\.description), "some-errors": !imported.errors.isEmpty,
            "lines": imported.lines.map { line($0, request) },
            "some-lines": !imported.lines.isEmpty, "note": "\(request.t["import-note"]) \(name)",
        ]
        if let text = imported.text {
            let policy = request.site.policy
            view["text"] = text
            view["some-text"] = true
            view["problems"] = policy.check(text).map(\.description)
            view["based-on"] = await PolicyChange.current(policy).map { "\($0)" }
        }
        return try await page(request, view, status: imported.errors.isEmpty ? .ok : .unprocessableContent)
    }

    private static func page(_ request: AdminRequest, _ found: View, status: HTTPResponse.Status) async throws -> Response {
        let policy = await request.site.policy.status()
        let from = request.form["from"]
        let view = found.merging([
            "origins": PolicyImport.Origin.allCases.map { ["name": $0.rawValue, "chosen": $0.rawValue == from] as View },
            "read-only": policy.isReadOnly, "file": policy.file, "pasted": request.form["text"], "lists": request.form["lists"],
        ])
        return try await request.page("import", title: request.t["import"], in: .policy, view, status: status)
    }

    private static func line(_ line: ImportLine, _ request: AdminRequest) -> View {
        let style =
            switch line.outcome {
            case .mapped: "allow"
            case .differs: "warn"
            case .unmapped: "block"
            case .ignored: "plain"
            }
        return [
            "place": "\(line.file):\(line.line)", "there": line.text, "here": line.becomes, "note": line.note,
            "style": line.allowsMore ? "block" : style,
            "outcome": request.t["import-\(line.outcome.rawValue)"],
        ]
    }
}

/// Files sent by a browser, which says of their folders as much as it likes: found by the end of their path.
struct SentFiles: ImportFiles {
    private var files: [(path: String, bytes: [UInt8])] = []

    mutating func add(_ path: String, _ bytes: [UInt8]) { files.append((path, bytes)) }

    func bytes(_ path: String) -> [UInt8]? {
        if let exact = files.first(where: { $0.path == path }) { return exact.bytes }
        let wanted = path.split(separator: "/").reversed()
        let likely = files.map { file in (file.bytes, zip(file.path.split(separator: "/").reversed(), wanted).prefix { $0 == $1 }.count) }
        guard let best = likely.max(by: { $0.1 < $1.1 }), best.1 > 0, likely.count(where: { $0.1 == best.1 }) == 1 else { return nil }
        return best.0
    }

    func matching(_ pattern: String) -> [String] {
        let name = pattern.split(separator: "/").last ?? ""
        return files.map(\.path).filter { Glob.matches($0.split(separator: "/").last ?? "", name) }.sorted()
    }
}
