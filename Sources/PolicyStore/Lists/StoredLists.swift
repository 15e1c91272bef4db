internal import Foundation
internal import GRDB
internal import PatternMatching
internal import PolicyCore

/// The lists of a data directory for somebody who only reads it: the image the server mapped where it holds what is wanted, else the versions
/// compiled in memory.
struct StoredLists {
    private let place: StoredPolicy.Place
    private var records: [String: ListRecord] = [:]

    init(_ place: StoredPolicy.Place, _ database: Database) throws {
        self.place = place
        for row in try Row.fetchAll(database, sql: "SELECT name, record FROM subscription") {
            let json: String = row["record"]
            records[row["name"]] = try? ListRecord.decoder.decode(ListRecord.self, from: Data(json.utf8))
        }
    }

    /// - Parameter running: the document the server compiled its image for.
    func lists(for document: PolicyDocument, running: PolicyDocument) -> ListSet {
        if document.lists.isEmpty { return .none }
        if let mapped = image(of: running) {
            let fitting = mapped.fitting(document, compiledFor: running)
            if fitting.missing.isSubset(of: missing(in: document)) { return fitting }
        }
        // Paths of a policy in the database begin in `lists/`.
        let file = place.policyFile ?? "\(place.directory)/lists/policy"
        return StandaloneLists.load(document, policyFile: file, dataDirectory: place.directory).lists
    }

    /// Lists without a version: an image lacks them by right.
    private func missing(in document: PolicyDocument) -> Set<String> {
        Set(document.lists.filter { records[$0.name]?.belongs(to: $0) != true || records[$0.name]?.version == nil }.map(\.name))
    }

    /// The server's own image.
    private func image(of running: PolicyDocument) -> ListSet? {
        let used = running.usedMembers
        let wanted = running.lists.compactMap { declaration -> ListCompileJob.List? in
            guard let members = used[declaration.name], !members.isEmpty, let record = records[declaration.name],
                record.belongs(to: declaration), let version = record.version
            else { return nil }
            return ListCompileJob.List(
                name: declaration.name, path: "", format: declaration.format, match: declaration.match, fileName: version.fileName,
                members: members.sorted(), hash: version.inspection.hash)
        }
        let path = "\(place.directory)/compiled/\(ListImageKey.of(wanted).prefix(32))"
        guard let compilation = ListCompilation.kept(at: path + ".json"), let index = try? MatchIndex.mapped(path + ".image")
        else { return nil }
        let sources = compilation.sources.compactMapValues { index.sources.indices.contains($0) ? SourceID(index: $0) : nil }
        let parts = records.compactMapValues { $0.version?.parts }
        return ListSet(index: index, sources: sources, missing: missing(in: running), parts: parts)
    }
}
