internal import Foundation
internal import Logging
internal import PatternMatching
internal import PolicyCore
internal import PolicyFormats

// Getting the lists of a document ready to serve. Called inside the lane.
extension PolicyStore {
    /// Reads local lists that are new or changed, then makes the image if it does not fit any more. Never throws: what is wrong with a list stands
    /// in its record, and what served before serves on.
    func prepareLists(for document: PolicyDocument) async {
        for declaration in document.lists {
            let name = declaration.name
            if listState.records[name]?.belongs(to: declaration) != true { await redeclare(declaration, document) }
            while let version = listState.records[name]?.version, !library.holds(name, version) {
                lose(name, "its file is not there any more")
            }
            if !declaration.isRemote { await readLocal(declaration, document, force: false) }
        }
        await makeImage(for: document)
    }

    /// Begins a list anew. Where only its format changed the version held is read again in the new one, without a fetch.
    private func redeclare(_ declaration: ListDeclaration, _ document: PolicyDocument) async {
        let name = declaration.name
        let old = listState.records[name]
        setRecord(ListRecord(declaration), of: name)
        guard declaration.isRemote, let old, old.source == declaration.source, let version = old.version else { return }
        let candidate = library.newIncoming(name)
        defer { library.remove(candidate) }
        do {
            let library = library
            _ = try await LowPriority.run {
                try library.check(name, version)
                return try library.copy(library.path(name, version), to: candidate, bounds: ListBounds())
            }
        } catch {
            return failed(declaration, "\(error)")
        }
        await take(candidate, version, declaration, document)
    }

    /// Makes the image for what the document uses of the versions that serve, unless the one there fits.
    func makeImage(for document: PolicyDocument) async {
        forgetOldLists(document)
        // A version that cannot be read any more is dropped, so that it costs its own list and no other; each round drops one at least.
        var isRead: Set<String> = []
        while let broken = await tryImage(for: document) {
            for list in broken {
                lose(list.name, list.error ?? "")
                // A local list's source is at hand; one that comes over the network is fetched when this is done.
                guard let local = document.lists.first(where: { $0.name == list.name && !$0.isRemote }), isRead.insert(list.name).inserted
                else { continue }
                await readLocal(local, document, force: false)
            }
        }
    }

    private func forgetOldLists(_ document: PolicyDocument) {
        for name in library.removeLists(except: Set(document.lists.map(\.name)), records: listState.records, now: clock()) {
            listState.records[name] = nil
            try? database.setListRecord(nil, of: name)
        }
    }

    /// Trusts the version of a list no more. An earlier one takes its place for now, or the list is missing until the source is read again.
    private func lose(_ name: String, _ message: String) {
        guard var record = listState.records[name], let damaged = record.version else { return }
        let library = library
        record.lose("version \(damaged.id): \(message)") { library.holds(name, $0) }
        setRecord(record, of: name)
        let meanwhile = record.version.map { "version \($0.id) serves meanwhile" } ?? "the list is missing until it is read again"
        logger.error(
            "the stored version \(damaged.id) of list \(name) cannot be trusted: \(message); \(meanwhile)",
            metadata: ["event": "list_damaged"])
    }

    /// - Returns: the lists whose versions cannot be read; nil where the image is made, or where making it failed as a whole.
    private func tryImage(for document: PolicyDocument) async -> [ListCompilation.List]? {
        let missing = Set(document.lists.map(\.name).filter { listState.records[$0]?.version == nil })
        let wanted = wantedLists(document)
        let key = ListImageKey.of(wanted)
        if listState.key == key {
            listSet.missing = missing
            listSet.parts = parts(of: document)
            return nil
        }
        do {
            let (index, compilation) = try await image(for: wanted, key: key)
            let broken = compilation.lists.filter { $0.error != nil && listState.records[$0.name]?.version != nil }
            if !broken.isEmpty { return broken }
            let sources = compilation.sources.compactMapValues { index.sources.indices.contains($0) ? SourceID(index: $0) : nil }
            listSet = ListSet(index: wanted.isEmpty ? nil : index, sources: sources, missing: missing, parts: parts(of: document))
            listState.compilation = compilation
            listState.key = key
            listState.problems = []
            listState.retry = nil
        } catch {
            // The image before stays, for what it still fits; what it lacks is missing.
            let lacking = wanted.filter { list in
                list.members.contains { listSet.sources[$0.isEmpty ? list.name : "\(list.name)/\($0)"] == nil }
            }
            listSet.missing = missing.union(lacking.map(\.name))
            listState.problems = ["the lists could not be compiled: \(error)"]
            listState.retry = Instant(milliseconds: clock().milliseconds &+ 60_000)
            logger.error("the lists could not be compiled: \(error)")
        }
        return nil
    }

    private func parts(of document: PolicyDocument) -> [String: ListParts] {
        Dictionary(
            uniqueKeysWithValues: document.lists.compactMap { list in listState.records[list.name]?.version?.parts.map { (list.name, $0) } }
        )
    }

    /// The versions that serve, with what the document uses of each; by name, so that a document with another order of lists is served by the
    /// same image.
    func wantedLists(_ document: PolicyDocument) -> [ListCompileJob.List] {
        let used = document.usedMembers
        return document.lists.compactMap { compileList($0, members: used[$0.name] ?? []) }.sorted { $0.name < $1.name }
    }

    private func compileList(_ declaration: ListDeclaration, members: Set<String>) -> ListCompileJob.List? {
        guard !members.isEmpty, let version = listState.records[declaration.name]?.version else { return nil }
        var list = ListCompileJob.List(
            name: declaration.name, path: library.path(declaration.name, version), format: declaration.format, match: declaration.match,
            fileName: version.fileName, members: members.sorted(), hash: version.inspection.hash)
        list.fileHash = version.inspection.fileHash
        return list
    }

    /// The image kept on disk where it fits and is whole, else a new one.
    private func image(for wanted: [ListCompileJob.List], key: String) async throws -> (MatchIndex, ListCompilation) {
        let path = "\(library.compiled)/\(key.prefix(32)).image"
        let side = "\(library.compiled)/\(key.prefix(32)).json"
        let old = listSet.index
        if let kept = ListCompilation.kept(at: side), let index = try? await LowPriority.run({ try MatchIndex.mapped(path, after: old) }) {
            return (index, kept)
        }
        // What is said of an image that could not be read says nothing of the one that comes in its place, should this end half way.
        library.remove(side)
        // A name that nobody else has: the child of a process that was killed may still be writing the same image.
        let made = "\(path).\(Secret.text(bytes: 6))"
        defer { library.remove(made) }
        let compilation = try await compiler.compile(ListCompileJob(lists: wanted, output: made, runs: library.runs))
        // Checking reads the whole image, so its pages are there before a request wants them.
        let index = try await LowPriority.run { try MatchIndex.mapped(made, after: old) }
        guard compilation.lists.allSatisfy({ $0.error == nil }) else { return (index, compilation) }
        try DurableFile.rename(made, to: path)
        try compilation.keep(at: side)
        removeImages(except: [path, side])
        return (index, compilation)
    }

    /// Images mapped still stay readable after their names are gone.
    private func removeImages(except kept: [String]) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: library.compiled)) ?? [] {
            let path = "\(library.compiled)/\(name)"
            if !kept.contains(path) { library.remove(path) }
        }
    }

    func setRecord(_ record: ListRecord, of name: String) {
        listState.records[name] = record
        do { try database.setListRecord(record, of: name) } catch { logger.error("the state of list \(name) was not stored: \(error)") }
    }
}

/// What an image was made from: the same key, the same image.
enum ListImageKey {
    static func of(_ lists: [ListCompileJob.List]) -> String {
        // A change of the image's or a reader's meaning needs a new number here.
        var lines = ["image 2"]
        for list in lists.sorted(by: { $0.name < $1.name }) {
            lines.append(
                [list.name, list.format.rawValue, list.match.rawValue, list.hash, list.fileName, list.members.joined(separator: ",")]
                    .joined(separator: "|"))
        }
        return Secret.digest(lines.joined(separator: "\n"))
    }
}
