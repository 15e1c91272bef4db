internal import Foundation
internal import GRDB
internal import PatternMatching
public import PolicyCore
internal import PolicyFormats

/// The lists of a document without a server: for `weir check` and `weir explain`.
public enum StandaloneLists {
    /// Compiles, in memory, the lists a policy file names by path, and of the others the versions a data directory holds.
    /// - Parameters:
    ///   - policyFile: where relative paths begin.
    ///   - dataDirectory: of a server, running or not; only read. nil: lists from the network are missing.
    /// - Returns: the lists, and what is wrong with those that cannot be read, each beginning with the list's name.
    public static func load(
        _ document: PolicyDocument, policyFile: String, dataDirectory: String? = nil
    ) -> (lists: ListSet, problems: [String]) {
        let held = dataDirectory.map(versions) ?? [:]
        let used = document.usedMembers
        var wanted: [ListCompileJob.List] = []
        var missing: Set<String> = []
        var problems: [String] = []
        for declaration in document.lists {
            guard let path = path(of: declaration, policyFile: policyFile, held: held) else {
                missing.insert(declaration.name)
                continue
            }
            guard FileManager.default.fileExists(atPath: path) else {
                missing.insert(declaration.name)
                problems.append("\(declaration.name): \(path): no such file")
                continue
            }
            guard let members = used[declaration.name] else { continue }
            var list = ListCompileJob.List(
                name: declaration.name, path: path, format: declaration.format, match: declaration.match,
                fileName: ListFileName.of(declaration.source), members: members.sorted(), hash: "")
            list.followsIncludes = !declaration.isRemote && declaration.mayInclude
            list.fileHash = declaration.isRemote ? held[declaration.name]?.0.version?.inspection.fileHash : nil
            wanted.append(list)
        }
        let (image, compilation) = ListCompiler.build(ListCompileJob(lists: wanted, output: ""))
        for list in compilation.lists {
            if let error = list.error {
                missing.insert(list.name)
                problems.append("\(list.name): \(error)")
            }
            problems += list.missingMembers.map { "\(list.name): there is no member \($0) in it" }
        }
        guard !wanted.isEmpty, let index = try? MatchIndex(bytes: image) else {
            return (ListSet(index: nil, sources: [:], missing: missing), problems)
        }
        let sources = compilation.sources.mapValues { SourceID(index: $0) }
        return (ListSet(index: index, sources: sources, missing: missing, parts: parts(of: wanted, held)), problems)
    }

    private static func parts(of lists: [ListCompileJob.List], _ held: [String: (ListRecord, String)]) -> [String: ListParts] {
        lists.reduce(into: [:]) { parts, list in
            // Looked through a second time: what they lead to is small, and few lists lead anywhere.
            parts[list.name] =
                list.followsIncludes == true
                ? (try? IncludedFiles.expanded(list.path, bounds: ListBounds()))?.parts : held[list.name]?.0.version?.parts
        }
    }

    private static func path(of declaration: ListDeclaration, policyFile: String, held: [String: (ListRecord, String)]) -> String? {
        if declaration.isRemote {
            guard let (record, path) = held[declaration.name], record.belongs(to: declaration) else { return nil }
            return path
        }
        if declaration.source.hasPrefix("/") { return declaration.source }
        let folder = policyFile.lastIndex(of: "/").map { String(policyFile[...$0]) } ?? ""
        return folder + declaration.source
    }

    /// The versions a data directory holds, with their paths. Reads the database and never writes to it.
    private static func versions(_ dataDirectory: String) -> [String: (ListRecord, String)] {
        let file = dataDirectory + "/policy.sqlite"
        guard FileManager.default.fileExists(atPath: file) else { return [:] }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(2)
        guard let queue = try? DatabaseQueue(path: file, configuration: configuration),
            let rows = try? queue.read({ try Row.fetchAll($0, sql: "SELECT name, record FROM subscription") })
        else { return [:] }
        var versions: [String: (ListRecord, String)] = [:]
        for row in rows {
            let (name, json): (String, String) = (row["name"], row["record"])
            guard let record = try? ListRecord.decoder.decode(ListRecord.self, from: Data(json.utf8)), let version = record.version else {
                continue
            }
            versions[name] = (record, "\(dataDirectory)/subscriptions/\(name)/\(version.file)")
        }
        return versions
    }
}
