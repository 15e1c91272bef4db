internal import Foundation
internal import PatternMatching
public import PolicyCore
public import PolicyFormats

// What the lists are and hold, and changes of subscriptions.
extension PolicyStore {
    /// Every list the policy declares, in its order.
    public func lists() -> [ListStatus] { running.document.lists.map(status(of:)) }

    func status(of name: String) throws -> ListStatus {
        guard let declaration = running.document.lists.first(where: { $0.name == name }) else { throw PolicyStoreError.noSuchList(name) }
        return status(of: declaration)
    }

    private func status(of declaration: ListDeclaration) -> ListStatus {
        let name = declaration.name
        let record = listState.records[name]
        let inspection = record?.version?.inspection
        let compiled = listState.compilation?.lists.first { $0.name == name }
        let isServing = record?.version != nil && !listSet.missing.contains(name)
        let state: ListStatus.State =
            if listState.refreshing.contains(name) {
                .refreshing
            } else if record?.held != nil {
                .held
            } else if record?.error != nil {
                .failed
            } else {
                isServing ? .ready : .missing
            }
        let isUsed = running.document.usedMembers[name] != nil
        var status = ListStatus(
            name: name, source: declaration.source, format: format(declaration, record), state: state,
            isServing: isServing, entries: (isUsed ? compiled?.entries : inspection?.entries) ?? 0,
            rejected: max(compiled?.rejected ?? 0, inspection?.rejected ?? 0),
            members: inspection?.members ?? [], lastAttempt: record?.lastAttempt, lastSuccess: record?.lastSuccess,
            error: record?.error ?? record?.heldReason,
            refreshSeconds: declaration.isRemote ? declaration.refreshMinutes.map { $0 &* 60 } ?? PolicyStore.standardRefresh : nil,
            nextAttempt: record?.nextAttempt, hash: inspection?.hash, title: inspection?.header.title, licence: inspection?.header.licence,
            warnings: warnings(declaration, inspection, compiled), required: declaration.isRequired)
        status.versions = record?.versions ?? []
        status.rollback = record?.rollback.map { ListRollback(from: String($0.hash.prefix(12)), time: $0.time, author: $0.author) }
        return status
    }

    /// As the policy names it; where the list's own bytes decide, what they were found to be.
    private func format(_ declaration: ListDeclaration, _ record: ListRecord?) -> String {
        let found = (record?.version ?? record?.held)?.inspection.syntax
        return declaration.format == .auto ? found?.formatName ?? declaration.format.rawValue : declaration.format.rawValue
    }

    private func warnings(_ declaration: ListDeclaration, _ inspection: ListInspection?, _ compiled: ListCompilation.List?) -> [String] {
        var warnings: [String] = []
        if declaration.source.lowercased().hasPrefix("http://"), declaration.sha256 == nil {
            warnings.append("without encryption it is fetched from this machine alone (use https, or name the file's sha256)")
        }
        let record = listState.records[declaration.name]
        if let lost = record?.lost {
            let meanwhile = record?.version.map { "version \($0.id) serves meanwhile" } ?? "the list is missing until it is read again"
            warnings.append("\(lost.reason); \(meanwhile)")
        }
        for member in compiled?.missingMembers ?? [] { warnings.append("there is no member \(member) in it") }
        // Of the version that waits first: they tell whoever has to confirm it what is wrong with it.
        if let held = record?.held {
            warnings += ListWarnings.of(held.inspection.warnedLines ?? [], parts: held.parts, before: "the version held, ")
            warnings += ListWarnings.of(held.inspection.rejectedLines, parts: held.parts, before: "the version held, ", after: ": refused")
        }
        warnings += ListWarnings.of(inspection?.warnedLines ?? [], parts: record?.version?.parts)
        if running.document.usedMembers[declaration.name] == nil { warnings.append("no category uses it") }
        return warnings
    }

    /// Lines that cannot be used, at most a thousand, with their reasons: of the version that waits for confirmation, where one does, else of
    /// the one that serves.
    public func rejectedLines(_ name: String) throws -> [RejectedLine] {
        guard running.document.lists.contains(where: { $0.name == name }) else { throw PolicyStoreError.noSuchList(name) }
        if let held = listState.records[name]?.held { return held.inspection.rejectedLines.map { $0.placed(in: held.parts) } }
        let compiled = listState.compilation?.lists.first { $0.name == name }?.rejectedLines ?? []
        let inspected = listState.records[name]?.version?.inspection.rejectedLines ?? []
        let parts = listState.records[name]?.version?.parts
        return (compiled.count >= inspected.count ? compiled : inspected).map { $0.placed(in: parts) }
    }

    /// Subscribes to a list and lets a category take its entries.
    /// - Parameters:
    ///   - source: an `https:` or `http:` URL, or a path inside `lists/` of the data directory.
    ///   - category: made where it does not exist; nil for none yet.
    public func addList(
        _ name: String, source: String, format: ListDeclaration.Format = .auto, refreshMinutes: Int? = nil, category: String? = nil,
        author: String
    ) async throws -> Revision {
        guard !running.document.lists.contains(where: { $0.name == name }) else {
            throw PolicyStoreError.badValue("there is a list \"\(name)\" already")
        }
        let declaration = ListDeclaration(name: name, source: source, format: format, refreshMinutes: refreshMinutes)
        if !declaration.isRemote { _ = try localPath(source) }
        var edits: [PolicyEdit] = [.setList(declaration)]
        if let category { edits.append(.addListToCategory(category: category, list: name)) }
        return try await edit(edits, author: author, note: "list \(name) added")
    }

    /// Stores an uploaded list in `lists/` of the data directory and subscribes to it; an own file of that name is replaced.
    public func upload(
        _ name: String, _ bytes: [UInt8], format: ListDeclaration.Format = .auto, category: String? = nil, author: String
    ) async throws -> Revision {
        guard !isReadOnly else { throw PolicyStoreError.readOnly }
        guard PolicyStore.isName(name) else { throw PolicyStoreError.badValue("a list's name has small letters, digits and dashes") }
        guard bytes.count <= ListBounds().fileBytes else { throw PolicyStoreError.badValue("larger than \(ListBounds().fileBytes) bytes") }
        let known = running.document.lists.first { $0.name == name }
        guard known == nil || known?.source == "\(name).list" else {
            throw PolicyStoreError.badValue("there is a list \"\(name)\" already, and it is no upload")
        }
        try DurableFile.write(bytes, to: "\(library.own)/\(name).list")
        try accounts.audit(author, "list.upload", "\(name): \(bytes.count) bytes")
        var declaration = known ?? ListDeclaration(name: name, source: "\(name).list", format: format)
        if format != .auto, format != declaration.format { (declaration.format, declaration.match) = (format, .subdomains) }
        var edits: [PolicyEdit] = declaration == known ? [] : [.setList(declaration)]
        if let category { edits.append(.addListToCategory(category: category, list: name)) }
        let before = running.revision
        let revision = try await edit(edits, author: author, note: "list \(name) uploaded")
        // A text that says what it said before is no reason to look at lists.
        if revision.number == before { _ = try await refresh(name) }
        return revision
    }

    /// Which lists and own entries hold a host.
    /// - Parameter host: a name or an address in any spelling.
    public func find(_ host: String) throws -> [ListHit] {
        guard let canonical = HostName.canonical(host) ?? IPAddress(host).map({ .address($0) }) else {
            throw PolicyStoreError.badValue("\"\(host)\" is not a host name")
        }
        let text = if case .address(let address) = canonical, !address.isV4 { "[\(address)]" } else { canonical.text }
        guard let url = try? RequestURL("https://\(text)/".utf8) else { throw PolicyStoreError.badValue("\"\(host)\" is not a host name") }
        guard let index = listSet.index else { return [] }
        return listSet.sources.sorted { $0.key < $1.key }.compactMap { reference, source in
            guard let evidence = index.evidence(url, sent: false, source: source) else { return nil }
            let categories = running.document.categories.filter { category in
                (category.includes.lists + category.excepts.lists).contains { $0.text == reference }
            }
            let place = listSet.parts[reference]?.place(ofLine: evidence.line)
            return ListHit(
                list: reference, entry: evidence.entry, line: place?.line ?? evidence.line, file: place?.file,
                categories: categories.map(\.name))
        }
    }

    private func localPath(_ source: String) throws -> String {
        do { return try library.localPath(source, policyFile: policyFile) } catch { throw PolicyStoreError.badValue("\(error)") }
    }

    private static func isName(_ text: String) -> Bool {
        guard (1...64).contains(text.utf8.count), text.utf8.first != 0x2d else { return false }
        return text.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
    }
}

extension PolicyStore {
    /// What the version that waits for confirmation would change; where none waits, what the serving version changed.
    /// - Returns: nil where there is only one version.
    public func difference(ofList name: String) async throws -> ListComparison? {
        guard let declaration = running.document.lists.first(where: { $0.name == name }) else { throw PolicyStoreError.noSuchList(name) }
        guard let record = listState.records[name] else { return nil }
        guard let new = record.held ?? record.version, let old = record.held == nil ? record.previous : record.version else { return nil }
        return try await compiler.compare(
            ListComparisonJob(
                old: library.path(name, old), new: library.path(name, new), format: declaration.format, match: declaration.match,
                fileName: new.fileName))
    }
}

extension RejectedLine {
    /// By the file it is of and its line there.
    func placed(in parts: ListParts?) -> RejectedLine {
        guard let place = parts?.place(ofLine: line) else { return self }
        var placed = self
        (placed.file, placed.line) = (place.file, place.line)
        return placed
    }
}
