internal import Foundation
internal import Logging
internal import PolicyCore
internal import PolicyFormats

// New versions of lists: when, how, and whether they may serve.
extension PolicyStore {
    /// Seconds between fetches where a list does not say.
    static let standardRefresh = 86_400

    /// Fetches or reads a list now and publishes what came of it.
    /// - Returns: how the list fares afterwards; what went wrong is in its `error`.
    public func refresh(_ name: String) async throws -> ListStatus {
        guard let declaration = running.document.lists.first(where: { $0.name == name }) else { throw PolicyStoreError.noSuchList(name) }
        if declaration.isRemote {
            await fetch(declaration)
        } else {
            await enterLane()
            defer { leaveLane() }
            if let current = running.document.lists.first(where: { $0.name == name }) {
                await readLocal(current, running.document, force: true)
                try await serveLists()
            }
        }
        return try status(of: name)
    }

    /// Confirms a version that is held: it serves from now on.
    public func confirm(_ name: String, author: String) async throws -> ListStatus {
        await enterLane()
        defer { leaveLane() }
        guard let waiting = listState.records[name] else { throw PolicyStoreError.noSuchList(name) }
        guard let held = waiting.held else { throw PolicyStoreError.nothingToDo("no version of \(name) is held") }
        let damage = await damage(of: held, name)
        guard var record = listState.records[name], record.held?.file == held.file else {
            throw PolicyStoreError.nothingToDo("no version of \(name) is held")
        }
        if let damage {
            // The source is asked for it again.
            (record.held, record.heldReason, record.nextAttempt) = (nil, nil, nil)
            setRecord(record, of: name)
            throw PolicyStoreError.nothingToDo("the version of \(name) that was held cannot be read any more: \(damage)")
        }
        try accounts.audit(author, "list.confirm", name)
        record.serve(held)
        setRecord(record, of: name)
        try await serveLists()
        library.prune(name, keeping: record)
        return try status(of: name)
    }

    /// - Returns: why a version cannot be trusted; nil where its file is what was stored.
    func damage(of version: ListRecord.Version, _ list: String) async -> String? {
        let library = library
        do {
            try await LowPriority.run { try library.check(list, version) }
            return nil
        } catch { return "\(error)" }
    }

    /// Drops a version that is held.
    public func dismiss(_ name: String, author: String) throws -> ListStatus {
        guard var record = listState.records[name] else { throw PolicyStoreError.noSuchList(name) }
        guard record.held != nil else { throw PolicyStoreError.nothingToDo("no version of \(name) is held") }
        try accounts.audit(author, "list.dismiss", name)
        (record.held, record.heldReason) = (nil, nil)
        setRecord(record, of: name)
        library.prune(name, keeping: record)
        return try status(of: name)
    }

    /// Begins fetching every list whose time has come, two at a time.
    func startDueRefreshes() {
        let now = clock()
        for declaration in running.document.lists where declaration.isRemote && listState.refreshing.count < 2 {
            guard let record = listState.records[declaration.name], !listState.refreshing.contains(declaration.name) else { continue }
            if let next = record.nextAttempt, next > now { continue }
            if record.version != nil, CourtesyHours.ask(declaration.source, toWaitAt: now) { continue }
            // Marked here, so that the next tick does not begin it again.
            listState.refreshing.insert(declaration.name)
            Task { await self.fetch(declaration, isMarked: true) }
        }
    }

    /// Fetches a remote list, then publishes it if it is new. The fetch runs beside other changes; what follows it waits its turn.
    private func fetch(_ declaration: ListDeclaration, isMarked: Bool = false) async {
        let name = declaration.name
        if !isMarked {
            guard listState.refreshing.insert(name).inserted else { return }
        }
        defer { listState.refreshing.remove(name) }
        let candidate = library.newIncoming(name)
        defer { library.remove(candidate) }
        let record = listState.records[name]
        let (held, left) = (record?.version, record?.rollback)
        let request = ListRequest(
            url: declaration.source, etag: left == nil ? held?.etag : left?.etag,
            lastModified: left == nil ? held?.lastModified : left?.lastModified, maxBytes: ListBounds().fileBytes, destination: candidate,
            isHeldToChecksum: declaration.sha256 != nil)
        let reply: Result<ListReply, any Error>
        do { reply = .success(try await fetcher.fetch(request)) } catch { reply = .failure(error) }

        await enterLane()
        defer { leaveLane() }
        // The policy may have changed meanwhile.
        guard listState.records[name]?.belongs(to: declaration) == true else { return }
        switch reply {
        case .failure(let error): failed(declaration, "\(error)")
        case .success(.notModified) where request.etag == nil && request.lastModified == nil:
            failed(declaration, "the source says that nothing has changed, and was not asked")
        case .success(.notModified): succeeded(declaration)
        case .success(.fetched(let etag, let lastModified)):
            let fileName = ListFileName.of(declaration.source)
            let version = ListRecord.Version(
                file: "", fileName: fileName, inspection: .nothing, etag: etag, lastModified: lastModified, time: clock(), signature: nil)
            await take(candidate, version, declaration, running.document)
            do { try await serveLists() } catch { logger.error("the lists were not published: \(error)") }
        }
    }

    /// Reads a local list where it changed since it was last read.
    func readLocal(_ declaration: ListDeclaration, _ document: PolicyDocument, force: Bool) async {
        let name = declaration.name
        let candidate = library.newIncoming(name)
        defer { library.remove(candidate) }
        do {
            let path = try library.localPath(declaration.source, policyFile: policyFile)
            guard let signature = FileSignature.of(path) else { throw ListError("\(path): no such file") }
            let record = listState.records[name]
            let known = [record?.rollback?.signature ?? record?.version?.signature, record?.held?.signature]
            if !force, known.contains(signature) { return }
            let (library, follows) = (library, declaration.mayInclude)
            let parts = try await LowPriority.run {
                try library.copy(path, to: candidate, bounds: ListBounds(), followsIncludes: follows)
            }
            // What the source's signature does not tell of is looked at each time.
            let kept = parts == nil ? signature : nil
            let version = ListRecord.Version(
                file: "", fileName: ListFileName.of(declaration.source), inspection: .nothing, etag: nil, lastModified: nil, time: clock(),
                signature: kept, parts: parts)
            await take(candidate, version, declaration, document)
        } catch {
            failed(declaration, "\(error)")
        }
    }

    /// Looks a candidate over and lets it serve, holds or refuses it.
    func take(
        _ candidate: String, _ version: ListRecord.Version, _ declaration: ListDeclaration, _ document: PolicyDocument
    ) async {
        let name = declaration.name
        let used = document.usedMembers[name] ?? []
        do {
            var version = version
            if let wanted = declaration.sha256 {
                let found = try await LowPriority.run { try RegularFile(candidate).sha256() }
                guard found == wanted else { throw ListError("its SHA-256 is \(found), and the policy takes no other than \(wanted)") }
            }
            version.inspection = try await compiler.inspect(
                ListInspectionJob(
                    name: name, path: candidate, format: declaration.format, match: declaration.match, fileName: version.fileName,
                    members: used.sorted()))
            guard var record = listState.records[name] else { return }
            if let left = record.rollback, left.hash == version.inspection.hash { return succeeded(declaration) }
            let judgement = ListJudgement.of(
                version.inspection, after: record.measure, used: used, isRemote: declaration.isRemote)
            if case .refuse(let reason) = judgement { throw ListError(reason) }
            version.file = try library.install(candidate, as: name, hash: version.inspection.hash)
            if case .hold(let reason) = judgement {
                (record.held, record.heldReason) = (version, reason)
                logger.warning("a new version of list \(name) is held: \(reason)", metadata: ["event": "list_held"])
            } else {
                record.serve(version)
            }
            listState.records[name] = record
            succeeded(declaration)
        } catch {
            failed(declaration, "\(error)", event: "list_rejected")
        }
    }

    /// Makes the image for the versions there are now and publishes it where it is another one.
    func remakeImage() async {
        await enterLane()
        defer { leaveLane() }
        do { try await serveLists() } catch { logger.error("the lists were not published: \(error)") }
    }

    func serveLists() async throws {
        let (key, missing) = (listState.key, listSet.missing)
        await makeImage(for: running.document)
        for declaration in running.document.lists {
            if let record = listState.records[declaration.name] { library.prune(declaration.name, keeping: record) }
        }
        if listState.key != key || listSet.missing != missing { try publish() }
    }

    private func succeeded(_ declaration: ListDeclaration) {
        guard var record = listState.records[declaration.name] else { return }
        let now = clock()
        (record.lastAttempt, record.lastSuccess, record.error, record.failures) = (now, now, nil, 0)
        let seconds = max(declaration.refreshMinutes.map { $0 &* 60 } ?? PolicyStore.standardRefresh, 60)
        record.nextAttempt = declaration.isRemote ? Instant(milliseconds: now.milliseconds &+ Int64(seconds) &* 1000) : nil
        setRecord(record, of: declaration.name)
    }

    /// The next try after a minute, then after twice as long each time, a day at most.
    /// - Parameter event: what a log is searched for.
    func failed(_ declaration: ListDeclaration, _ message: String, event: String = "list_failed") {
        guard var record = listState.records[declaration.name] else { return }
        let now = clock()
        record.failures = min(record.failures + 1, 20)
        let seconds = min(60 << Int64(min(record.failures - 1, 11)), 86_400)
        record.lastAttempt = now
        record.error = String(message.prefix(500))
        record.nextAttempt = declaration.isRemote ? Instant(milliseconds: now.milliseconds &+ Int64(seconds) &* 1000) : nil
        setRecord(record, of: declaration.name)
        logger.warning("list \(declaration.name) was not renewed: \(record.error ?? "")", metadata: ["event": "\(event)"])
    }
}

extension ListDeclaration {
    /// Whether its text may lead to other files.
    var mayInclude: Bool { format == .auto || format == .e2guardian }
}

/// Servers that ask not to be fetched from at certain hours. A first version and a click do not wait.
enum CourtesyHours {
    /// UT1: not from 08 to 19 h GMT.
    static func ask(_ source: String, toWaitAt now: Instant) -> Bool {
        let host = source.lowercased().split(separator: "/").dropFirst().first ?? ""
        guard host.hasSuffix("ut-capitole.fr") || host.hasSuffix("univ-tlse1.fr") else { return false }
        return (8..<19).contains(now.milliseconds / 3_600_000 % 24)
    }
}

/// What a source's last part is called, without its packing.
enum ListFileName {
    static func of(_ source: String) -> String {
        let path = source.prefix { $0 != "?" && $0 != "#" }
        let name = path.split(separator: "/").last.map(String.init) ?? source
        return name.hasSuffix(".gz") && !name.hasSuffix(".tar.gz") ? String(name.dropLast(3)) : name
    }
}

extension ListInspection {
    /// Before a version was looked at.
    static let nothing = ListInspection(
        syntax: nil, entries: 0, rejected: 0, rejectedLines: [], members: [], missingMembers: [], header: ListHeader(), hash: "",
        commonHosts: 0)
}
